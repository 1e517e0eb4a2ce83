"""Verification codes, for tests that cannot look at a phone."""

from twilio_simulator.clock import precise
from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.world.verification import Verification


def codes(visit: Visit) -> Content:
    """Every verification of `to` that still holds, the latest first; `code` is the latest's."""
    to, account = visit.request.asked("to"), visit.request.asked("account")
    if not to:
        raise BadInputError.of("to", "to is missing", "Ask for GET /_sim/codes?to=%2B14155550123.")
    now = visit.world.clock.now()
    # An unescaped plus in a query string reads as a space.
    to = "+" + to.strip() if to.startswith(" ") else to
    found = [
        service.current[to]
        for owner in visit.world.accounts.values()
        for service in owner.verify_services.values()
        if account in (None, owner.sid) and to in service.current and service.current[to].lives(now)
    ]
    found.sort(key=lambda one: one.updated, reverse=True)
    shown = [_shown(one) for one in found]
    return {"code": shown[0]["code"] if shown else None, "codes": shown}


def _shown(verification: Verification) -> Content:
    return {
        "code": verification.code,
        "to": verification.to,
        "channel": verification.channel,
        "verification_sid": verification.sid,
        "service_sid": verification.service_sid,
        "account_sid": verification.account_sid,
        "expires": precise(verification.expires),
        "checks": verification.checks,
        "sends": len(verification.attempts),
    }


ROUTES: dict[str, Handler] = {"GET /codes": codes}
