"""Verify services: create, fetch, list, update, delete."""

from typing import Any

from twilio_simulator.clock import MINUTE
from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.paging import meta_page
from twilio_simulator.rest.verify_passkeys import check_passkeys, keep_passkeys
from twilio_simulator.world.verification import VerifyService
from twilio_simulator.world.verify_templates import TEMPLATES

LONGEST_NAME, MOST_DIGITS = 32, 4
SHORTEST_CODE, LONGEST_CODE = 4, 10
FLAGS = {
    "LookupEnabled": "lookup_enabled",
    "Psd2Enabled": "psd2_enabled",
    "SkipSmsToLandlines": "skip_sms_to_landlines",
    "DtmfInputRequired": "dtmf_input_required",
    "DoNotShareWarningEnabled": "do_not_share_warning_enabled",
    "CustomCodeEnabled": "custom_code_enabled",
    "VerifyEventSubscriptionEnabled": "verify_event_subscription_enabled",
}
TEXTS = {"TtsName": "tts_name", "DefaultTemplateSid": "default_template_sid"}
# parameter: (nested object, key in it, lowest, highest); None bounds mean a text.
NESTED: dict[str, tuple[str, str, int | None, int | None]] = {
    "Push.ApnCredentialSid": ("push", "apn_credential_sid", None, None),
    "Push.FcmCredentialSid": ("push", "fcm_credential_sid", None, None),
    "Totp.Issuer": ("totp", "issuer", None, None),
    "Totp.TimeStep": ("totp", "time_step", 20, 60),
    "Totp.CodeLength": ("totp", "code_length", 3, 8),
    "Totp.Skew": ("totp", "skew", 0, 2),
    "Whatsapp.MsgServiceSid": ("whatsapp", "msg_service_sid", None, None),
    "Whatsapp.From": ("whatsapp", "from", None, None),
}


def found_service(call: Call, sid: str) -> VerifyService:
    """The account's service.

    Raises:
        RefusalError: 20404.
    """
    service = call.account.verify_services.get(sid)
    if service is None:
        raise call.missing()
    return service


def _check(call: Call, *, fresh: bool) -> None:
    name = call.one("FriendlyName")
    if (name is None and fresh) or (name is not None and not _is_name(name)):
        raise RefusalError(60200, parameter="FriendlyName")
    if any(word in (name or "").lower() for word in call.world.rules.restricted_words):
        raise RefusalError(60248)
    check_passkeys(call)
    template = call.said("DefaultTemplateSid")
    if template is not None and template not in TEMPLATES:
        raise RefusalError(60228)
    length = call.number("CodeLength")
    if call.said("CodeLength") and (length is None or not SHORTEST_CODE <= length <= LONGEST_CODE):
        raise RefusalError(60200, parameter="CodeLength")
    for parameter, (_, _, low, high) in NESTED.items():
        bounded = low is not None and high is not None and call.said(parameter)
        if bounded and call.number(parameter) not in range(low or 0, (high or 0) + 1):
            raise RefusalError(60200, parameter=parameter)


def _is_name(name: str) -> bool:
    """Not blank, not too long, fewer than 5 digits (errors/60200)."""
    digits = sum(character.isdigit() for character in name)
    return bool(name.strip()) and len(name) <= LONGEST_NAME and digits <= MOST_DIGITS


def _apply(call: Call, service: VerifyService) -> None:
    for parameter, name in FLAGS.items():
        flag = call.flag(parameter)
        if flag is not None:
            setattr(service, name, flag)
    for parameter, name in TEXTS.items():
        if call.one(parameter) is not None:
            setattr(service, name, call.said(parameter))
    for parameter, (holder, key, low, _) in NESTED.items():
        if call.one(parameter) is not None:
            nested: dict[str, Any] = getattr(service, holder)
            nested[key] = call.said(parameter) if low is None else call.number(parameter)
    service.friendly_name = call.one("FriendlyName") or service.friendly_name
    service.code_length = call.number("CodeLength") or service.code_length
    include = call.flag("Push.IncludeDate")
    service.push["include_date"] = service.push["include_date"] if include is None else include
    keep_passkeys(call, service.passkeys)
    service.updated = call.now


def create_service(call: Call) -> Reply:
    """A new service with Twilio's default lifetime."""
    _check(call, fresh=True)
    service = VerifyService(
        sid=call.world.sids.new("VA"),
        account_sid=call.account.sid,
        friendly_name="",
        created=call.now,
        updated=call.now,
        ttl_ms=call.world.rules.verify_ttl_minutes * MINUTE,
    )
    _apply(call, service)
    call.account.verify_services[service.sid] = service
    return json_reply(201, service.resource(call.request.address))


def fetch_service(call: Call) -> Reply:
    """One service."""
    return json_reply(200, found_service(call, call.path["Sid"]).resource(call.request.address))


def update_service(call: Call) -> Reply:
    """Change what is given."""
    service = found_service(call, call.path["Sid"])
    _check(call, fresh=False)
    _apply(call, service)
    return json_reply(200, service.resource(call.request.address))


def delete_service(call: Call) -> Reply:
    """Remove the service and its verifications."""
    found_service(call, call.path["Sid"])
    del call.account.verify_services[call.path["Sid"]]
    return no_content()


def list_services(call: Call) -> Reply:
    """All services."""
    rows, address = list(call.account.verify_services.values()), call.request.address
    return meta_page(call, "services", rows, lambda one: one.sid, lambda one: one.resource(address))


HANDLERS: dict[str, Handler] = {
    "verify.CreateService": create_service,
    "verify.FetchService": fetch_service,
    "verify.UpdateService": update_service,
    "verify.DeleteService": delete_service,
    "verify.ListService": list_services,
}
