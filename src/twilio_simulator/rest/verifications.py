"""Verifications: start, fetch, cancel or approve, check."""

from urllib.parse import unquote

import orjson

from twilio_simulator.addresses import is_dialable
from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.life.codes import send_code
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.rest.verify_services import LONGEST_CODE, SHORTEST_CODE, found_service
from twilio_simulator.sid_patterns import is_sid
from twilio_simulator.world.verification import MAX_CHECKS, MAX_SENDS, Verification, VerifyService

CHANNELS = frozenset({"sms", "call", "whatsapp", "email", "sna", "auto"})
KEPT = 10_000
JSON_TEXTS = ("RateLimits", "ChannelConfiguration", "TemplateCustomSubstitutions", "Tags")


def start(call: Call) -> Reply:
    """Send a code; inside the lifetime the same one again, on any channel."""
    service = found_service(call, call.path["ServiceSid"])
    to, channel = call.said("To") or "", call.said("Channel") or ""
    _check_recipient(to, channel)
    _check_wishes(call, service)
    # `auto` lets Twilio choose; the answer names what it chose.
    channel = "sms" if channel == "auto" else channel
    _check_channel(call, service, to, channel)
    verification = service.current.get(to)
    if verification is None or not verification.lives(call.now):
        verification = _fresh(call, service, to)
    elif len(verification.attempts) >= MAX_SENDS:
        raise RefusalError(60203)
    elif verification.status == "max_attempts_reached":
        raise RefusalError(60202)
    verification.channel, verification.updated = channel, call.now
    verification.locale = call.said("Locale") or verification.locale
    if custom := call.said("CustomCode"):
        verification.code, verification.custom_code = custom, True
    send_code(call.world, service, verification, call.said("CustomFriendlyName"))
    return json_reply(201, verification.resource(call.request.address))


def _check_recipient(to: str, channel: str) -> None:
    if channel not in CHANNELS:
        raise RefusalError(60200, parameter="Channel")
    valid = "@" in to.strip("@") if channel == "email" else is_dialable(to)
    if not valid:
        raise RefusalError(60200, parameter="To")


def _check_wishes(call: Call, service: VerifyService) -> None:
    code = call.one("CustomCode")
    if code and not service.custom_code_enabled:
        raise RefusalError(60204, feature="custom code")
    if code and not (code.isdigit() and SHORTEST_CODE <= len(code) <= LONGEST_CODE):
        raise RefusalError(60200, parameter="CustomCode")
    template = call.said("TemplateSid")
    if template is not None and not is_sid(template, "HJ"):
        raise RefusalError(60200, parameter="TemplateSid")
    for name in JSON_TEXTS:
        text = call.said(name)
        if text is not None and not _is_object(text):
            raise RefusalError(60200, parameter=name)
    if service.psd2_enabled and not (call.said("Amount") and call.said("Payee")):
        raise RefusalError(60206)


def _is_object(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


def _check_channel(call: Call, service: VerifyService, to: str, channel: str) -> None:
    if channel in service.disabled_channels or channel == "sna":
        raise RefusalError(60223, channel=channel.upper())
    if channel == "email" and not call.account.settings.email_integration:
        raise RefusalError(60217)
    if channel == "sms" and call.world.handsets.get(to).kind == "landline":
        raise RefusalError(60205)


def _fresh(call: Call, service: VerifyService, to: str) -> Verification:
    verification = Verification(
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
    service.verifications[verification.sid] = service.current[to] = verification
    if len(service.verifications) > KEPT:
        oldest = service.verifications.pop(next(iter(service.verifications)))
        if service.current.get(oldest.to) is oldest:
            del service.current[oldest.to]
    return verification


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
    """One verification, which can be fetched only while it lives."""
    return json_reply(200, _in_path(call).resource(call.request.address))


def update(call: Call) -> Reply:
    """Cancel or approve it, which frees the limit of sends."""
    verification, status = _in_path(call), call.one("Status")
    if status not in ("canceled", "approved"):
        raise RefusalError(60200, parameter="Status")
    verification.status = "canceled" if status == "canceled" else "approved"
    verification.updated = call.now
    call.world.log.note("verification.ended", call.account.sid, verification.sid, status=status)
    return json_reply(200, verification.resource(call.request.address))


def check(call: Call) -> Reply:
    """Compare a code; a wrong one is no error, a used or expired verification is gone."""
    service = found_service(call, call.path["ServiceSid"])
    name = call.said("VerificationSid") or call.said("To")
    if name is None:
        raise RefusalError(60221)
    code = call.one("Code") or ""
    if not SHORTEST_CODE <= len(code) <= LONGEST_CODE:
        raise RefusalError(60200, parameter="Code")
    if service.psd2_enabled and not (call.said("Amount") and call.said("Payee")):
        raise RefusalError(60206)
    verification = _living(call, service, name)
    if verification is None:
        path = f"{call.world.rules.text_of_missing_verification}/{service.sid}/VerificationCheck"
        raise RefusalError(20404, path=path)
    return _checked(call, verification, code)


def _checked(call: Call, verification: Verification, code: str) -> Reply:
    if verification.checks >= MAX_CHECKS:
        verification.status = "max_attempts_reached"
        raise RefusalError(60202)
    verification.checks += 1
    verification.updated = call.now
    valid = code == verification.code and _same_payment(call, verification)
    if valid:
        verification.status = "approved"
        call.world.log.note("verification.ended", call.account.sid, verification.sid, status="approved")
    return json_reply(200, verification.check_resource(valid=valid))


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
