"""Verifications: start, fetch, cancel or approve, check."""

from urllib.parse import unquote

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.life.code_texts import Wishes, code_text
from twilio_simulator.life.codes import Dispatch, send_code
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.rest.trial_verifications import check_trial
from twilio_simulator.rest.verification_rules import (
    check_channel,
    check_payment,
    check_recipient,
    check_wishes,
    wishes_for,
)
from twilio_simulator.rest.verify_limits import check_pace, check_place, check_polls, check_rate_limits
from twilio_simulator.rest.verify_services import LONGEST_CODE, SHORTEST_CODE, found_service
from twilio_simulator.world.carriers import lookup_part
from twilio_simulator.world.verification import MAX_CHECKS, MAX_SENDS, Verification, VerifyService

KEPT = 10_000


def start(call: Call) -> Reply:
    """Send a code; inside the lifetime the same one again, on any channel."""
    service = found_service(call, call.path["ServiceSid"])
    to, channel = call.said("To") or "", call.said("Channel") or ""
    check_recipient(to, channel)
    check_trial(call, to, channel)
    check_wishes(call, service)
    # `auto` lets Twilio choose; the answer names what it chose.
    channel = _chosen(service) if channel == "auto" else channel
    check_channel(call, service, to, channel)
    wishes = wishes_for(call, service, channel, call.said("Locale") or "en")
    check_place(call, service, to, channel)
    check_rate_limits(call, service)
    verification = _begun(call, service, to)
    verification.channel, verification.updated = channel, call.now
    verification.locale = call.said("Locale") or verification.locale
    if custom := call.said("CustomCode"):
        verification.code, verification.custom_code = custom, True
    _dispatch(call, service, verification, wishes)
    return json_reply(201, verification.resource(call.request.address))


def _chosen(service: VerifyService) -> str:
    return "sna" if service.guards.sna and "sna" not in service.disabled_channels else "sms"


def _begun(call: Call, service: VerifyService, to: str) -> Verification:
    """The living verification of this recipient, or a new one.

    Raises:
        RefusalError: 60212, 60203 or 60202.
    """
    verification = service.current.get(to)
    if verification is None or not verification.lives(call.now):
        return _fresh(call, service, to)
    check_pace(call, service, verification)
    if len(verification.attempts) >= MAX_SENDS:
        raise RefusalError(60203)
    if verification.status == "max_attempts_reached":
        raise RefusalError(60202)
    return verification


def _dispatch(call: Call, service: VerifyService, verification: Verification, wishes: Wishes) -> None:
    handset = call.world.handsets.get(verification.to)
    if verification.channel == "sna":
        verification.sna_url = f"/_sim/sna/{verification.sid}"
    elif len(code_text(service, verification, wishes)) > call.world.rules.longest_code_text:
        raise RefusalError(60247)
    _keep(service, verification)
    if service.lookup_enabled or verification.channel == "sna":
        verification.lookup = lookup_part(handset)
    account, calling = call.account, call.calling
    dispatch = Dispatch(call.world, call.faults, account, service, verification, calling, call.webhooks)
    dispatch.send_digits = call.said("SendDigits") or ""
    send_code(dispatch, wishes)


def _fresh(call: Call, service: VerifyService, to: str) -> Verification:
    return Verification(
        sid=call.world.sids.new("VE"),
        account_sid=call.account.sid,
        service_sid=service.sid,
        to=to,
        channel="sms",
        code=call.world.sids.digits(service.code_length),
        created=call.now,
        expires=call.now + service.ttl_ms,
        updated=call.now,
        amount=call.said("Amount"),
        payee=call.said("Payee"),
    )


def _keep(service: VerifyService, verification: Verification) -> None:
    service.verifications[verification.sid] = service.current[verification.to] = verification
    if len(service.verifications) > KEPT:
        oldest = service.verifications.pop(next(iter(service.verifications)))
        if service.current.get(oldest.to) is oldest:
            del service.current[oldest.to]


def _living(call: Call, service: VerifyService, name: str) -> Verification | None:
    """By SID or by recipient, while it lives."""
    found = service.verifications.get(name) or service.current.get(name)
    return found if found is not None and found.lives(call.now) else None


def _in_path(call: Call) -> Verification:
    service = found_service(call, call.path["ServiceSid"])
    verification = _living(call, service, unquote(call.path["Sid"]))
    if verification is None:
        raise call.missing()
    return verification


def fetch(call: Call) -> Reply:
    """One verification, which can be fetched only while it lives, and not too often."""
    verification = _ended(call) or _in_path(call)
    check_polls(call, verification)
    return json_reply(200, verification.resource(call.request.address))


def _ended(call: Call) -> Verification | None:
    """One that came to its end, where the ruleset shows such ones."""
    service = found_service(call, call.path["ServiceSid"])
    found = service.verifications.get(call.path["Sid"])
    if found is None or found.lives(call.now) or call.world.rules.ended_verification == "gone":
        return None
    if found.status == "pending":
        found.status, found.updated = "expired", found.expires
    return found


def update(call: Call) -> Reply:
    """Cancel or approve it, which frees the limit of sends."""
    verification, status = _in_path(call), call.one("Status")
    if status not in ("canceled", "approved"):
        raise RefusalError(60200, parameter="Status")
    verification.status = "canceled" if status == "canceled" else "approved"
    verification.updated = call.now
    _ended_with(call, verification)
    return json_reply(200, verification.resource(call.request.address))


def check(call: Call) -> Reply:
    """Compare a code; a wrong one is no error, a used or expired verification is gone."""
    service = found_service(call, call.path["ServiceSid"])
    name = call.said("VerificationSid") or call.said("To")
    if name is None:
        raise RefusalError(60221)
    code, verification = call.one("Code") or "", _living(call, service, name)
    silent = verification is not None and verification.channel == "sna" and not code
    if not silent and not SHORTEST_CODE <= len(code) <= LONGEST_CODE:
        raise RefusalError(60200, parameter="Code")
    check_payment(call, service)
    if verification is None:
        path = f"{call.world.rules.text_of_missing_verification}/{service.sid}/VerificationCheck"
        raise RefusalError(20404, path=path)
    return _checked(call, verification, code)


def _checked(call: Call, verification: Verification, code: str) -> Reply:
    if verification.checks >= MAX_CHECKS:
        if verification.status == "pending":
            verification.status = "max_attempts_reached"
            _ended_with(call, verification)
        raise RefusalError(call.world.rules.checks_after_the_sixth, path=call.request.path)
    verification.checks += 1
    verification.updated = call.now
    # Silent Network Auth has no code: what counts is how the phone's visit to the URL ended.
    right = code == verification.code if code else verification.sna_code == 0
    valid = right and _same_payment(call, verification)
    if valid:
        verification.status = "approved"
        _ended_with(call, verification)
    return json_reply(200, verification.check_resource(valid=valid))


def _ended_with(call: Call, verification: Verification) -> None:
    status = verification.status
    call.world.log.note("verification.ended", call.account.sid, verification.sid, status=status)


def _same_payment(call: Call, verification: Verification) -> bool:
    if verification.amount is None:
        return True
    return (call.one("Amount"), call.one("Payee")) == (verification.amount, verification.payee)


HANDLERS: dict[str, Handler] = {
    "verify.CreateVerification": start,
    "verify.FetchVerification": fetch,
    "verify.UpdateVerification": update,
    "verify.CreateVerificationCheck": check,
}
