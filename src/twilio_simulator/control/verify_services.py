"""What Twilio Support, the Console or Fraud Guard decide about a Verify service; and the phone in SNA."""

from twilio_simulator.clock import HOUR, precise
from twilio_simulator.control.account_plans import CHANNELS, LEAST_TTL, MOST_TTL
from twilio_simulator.control.fields import BadInputError, Fields
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.countries import COUNTRIES
from twilio_simulator.world.verification import Verification, VerifyService

FRAUD_BLOCK = 12 * HOUR
"""For how long Fraud Guard blocks a prefix (errors/60410)."""
LONGEST_WAIT = 3600
OUT_OF_COVERAGE = 60600


def _service(visit: Visit) -> VerifyService:
    for account in visit.world.accounts.values():
        service = account.verify_services.get(visit.path["sid"])
        if service is not None:
            return service
    cause = f"There is no Verify service {visit.path['sid']}"
    raise BadInputError.of("sid", cause, "GET /_sim/accounts lists them.", 404)


def _shown(service: VerifyService) -> Content:
    guards = service.guards
    return {
        "sid": service.sid,
        "ttl_seconds": service.ttl_ms // 1000,
        "disabled_channels": sorted(service.disabled_channels),
        "fraud_guard": guards.fraud_guard,
        "fraud_blocks": {prefix: precise(until) for prefix, until in guards.blocked_prefixes.items()},
        "blocked_countries": sorted(guards.blocked_countries),
        "sna": guards.sna,
        "resend_seconds": guards.resend_seconds,
        "china_vetted": guards.china_vetted,
    }


def fetch(visit: Visit) -> Content:
    """Its present settings."""
    return _shown(_service(visit))


def _listed(fields: Fields, name: str, allowed: frozenset[str], present: frozenset[str]) -> frozenset[str]:
    if not fields.has(name):
        return present
    words = fields.texts(name)
    for word in words:
        if word not in allowed:
            fields.wrong(name, f"holds '{word}'", f"Choose from {', '.join(sorted(allowed)[:8])} ….")
    return frozenset(words)


def _prefixes(fields: Fields) -> list[str]:
    prefixes = fields.texts("fraud_blocks")
    for prefix in prefixes:
        if not (prefix.startswith("+") and prefix[1:].isdigit()):
            fields.wrong("fraud_blocks", f"holds '{prefix}'", "Write the start of a number, like +4479.")
    return prefixes


def change(visit: Visit) -> Content:
    """Set what is given; `fraud_blocks` lists prefixes that are blocked for 12 hours from now."""
    service, fields = _service(visit), visit.fields()
    guards = service.guards
    seconds = fields.number("ttl_seconds", service.ttl_ms / 1000, LEAST_TTL, MOST_TTL)
    disabled = _listed(fields, "disabled_channels", frozenset({*CHANNELS, "sna"}), service.disabled_channels)
    countries = _listed(fields, "blocked_countries", COUNTRIES, guards.blocked_countries)
    fraud_guard = fields.flag("fraud_guard", default=guards.fraud_guard)
    sna = fields.flag("sna", default=guards.sna)
    wait = fields.number("resend_seconds", guards.resend_seconds, 0, LONGEST_WAIT)
    vetted = fields.flag("china_vetted", default=guards.china_vetted)
    blocked = guards.blocked_prefixes
    if fields.has("fraud_blocks"):
        blocked = dict.fromkeys(_prefixes(fields), visit.world.clock.now() + FRAUD_BLOCK)
    fields.done()
    service.ttl_ms, service.disabled_channels = round(seconds * 1000), disabled
    guards.blocked_countries, guards.blocked_prefixes = countries, blocked
    guards.fraud_guard, guards.sna, guards.china_vetted = fraud_guard, sna, vetted
    guards.resend_seconds = round(wait)
    return _shown(service)


def _silent(visit: Visit) -> Verification:
    for account in visit.world.accounts.values():
        for service in account.verify_services.values():
            found = service.verifications.get(visit.path["sid"])
            if found is not None and found.sna_url is not None and found.lives(visit.world.clock.now()):
                return found
    cause = "There is no living verification by Silent Network Auth of this SID"
    raise BadInputError.of("sid", cause, "Take the URL from the verification's `sna`.", 404)


def visit_url(visit: Visit) -> Content:
    """What the phone does over its mobile network: only a mobile phone that is on can."""
    found = _silent(visit)
    handset = visit.world.handsets.get(found.to)
    fine = handset.kind == "mobile" and handset.state == "reachable"
    found.sna_code = 0 if fine else OUT_OF_COVERAGE
    visit.world.log.note("verification.sna", found.account_sid, found.sid, error=found.sna_code)
    return {"verification_sid": found.sid, "error_code": found.sna_code}


ROUTES: dict[str, Handler] = {
    "GET /verify-services/{sid}": fetch,
    "PATCH /verify-services/{sid}": change,
    "GET /sna/{sid}": visit_url,
}
