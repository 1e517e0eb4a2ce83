"""What a request to start or check a verification has to fulfil."""

import re
from ipaddress import ip_address
from typing import Any

import orjson

from twilio_simulator.addresses import is_dialable
from twilio_simulator.ledger import RefusalError
from twilio_simulator.life.code_texts import Wishes, translation_of
from twilio_simulator.rest.call import Call
from twilio_simulator.rest.call_rules import DIGITS
from twilio_simulator.rest.verify_services import LONGEST_CODE, SHORTEST_CODE
from twilio_simulator.sid_patterns import is_sid
from twilio_simulator.world.verification import VerifyService
from twilio_simulator.world.verify_templates import TEMPLATES

CHANNELS = frozenset({"sms", "call", "whatsapp", "email", "sna", "auto"})
JSON_TEXTS = ("RateLimits", "ChannelConfiguration", "TemplateCustomSubstitutions", "Tags")
MOST_TAGS = 10
OWN_NAMES = frozenset({"friendly_name", "code", "ttl"})
"""Template variables that Verify fills itself."""
TEMPLATE_CHANNELS = {"sms": "sms", "call": "voice"}


def check_recipient(to: str, channel: str) -> None:
    """A channel that exists, and a recipient that fits it.

    Raises:
        RefusalError: 60200.
    """
    if channel not in CHANNELS:
        raise RefusalError(60200, parameter="Channel")
    if not (is_mail(to) if channel == "email" else is_dialable(to)):
        raise RefusalError(60200, parameter="To")


def is_mail(text: str) -> bool:
    """Whether it could be a mail address."""
    name, _, host = text.rpartition("@")
    return bool(name) and bool(host) and " " not in text


def check_wishes(call: Call, service: VerifyService) -> None:
    """The optional parameters.

    Raises:
        RefusalError: 60200 naming the parameter, or the code of a feature that the service lacks.
    """
    _check_custom_code(call, service)
    for name in JSON_TEXTS:
        text = call.said(name)
        if text is not None and _object(text) is None:
            raise RefusalError(60200, parameter=name)
    if len(_object(call.said("Tags") or "{}") or {}) > MOST_TAGS:
        raise RefusalError(60200, parameter="Tags")
    if call.said("RiskCheck") not in (None, "enable", "disable"):
        raise RefusalError(60200, parameter="RiskCheck")
    if not _is_ip(call.said("DeviceIp")):
        raise RefusalError(60200, parameter="DeviceIp")
    if call.said("SendDigits") is not None and DIGITS.fullmatch(call.one("SendDigits") or "") is None:
        raise RefusalError(60200, parameter="SendDigits")
    if call.said("CustomMessage") is not None:
        raise RefusalError(60243)
    _check_mail(call)
    check_payment(call, service)


def _check_custom_code(call: Call, service: VerifyService) -> None:
    code = call.one("CustomCode")
    if code and not service.custom_code_enabled:
        raise RefusalError(60204, feature="custom code")
    if code and not (code.isdigit() and SHORTEST_CODE <= len(code) <= LONGEST_CODE):
        raise RefusalError(60200, parameter="CustomCode")


def _check_mail(call: Call) -> None:
    sender = (_object(call.said("ChannelConfiguration") or "{}") or {}).get("from")
    if sender is not None and not is_mail(str(sender)):
        raise RefusalError(60200, parameter="ChannelConfiguration")


def _is_ip(text: str | None) -> bool:
    try:
        return text is None or bool(ip_address(text))
    except ValueError:
        return False


def _object(text: str) -> dict[str, Any] | None:
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def check_payment(call: Call, service: VerifyService) -> None:
    """With PSD2, amount and payee go with every start and check.

    Raises:
        RefusalError: 60206; 60214 for a call.
    """
    if not service.psd2_enabled:
        return
    if call.said("Channel") == "call":
        raise RefusalError(60214)
    if not (call.said("Amount") and call.said("Payee")):
        raise RefusalError(60206)


def check_channel(call: Call, service: VerifyService, to: str, channel: str) -> None:
    """A channel that is on, and that reaches this phone.

    Raises:
        RefusalError: 60223, 60217 or 60205.
    """
    if channel in service.disabled_channels or (channel == "sna" and not service.guards.sna):
        raise RefusalError(60223, channel=channel.upper())
    if channel == "email" and not call.account.settings.email_integration:
        raise RefusalError(60217)
    if channel == "sms" and call.world.handsets.get(to).kind == "landline":
        raise RefusalError(60205)


def wishes_for(call: Call, service: VerifyService, channel: str, locale: str) -> Wishes:
    """What the text shall hold, once the template is known to allow it.

    Raises:
        RefusalError: 60228, 60227, 60201 or 60224 about the template.
    """
    substitutions = _object(call.said("TemplateCustomSubstitutions") or "{}") or {}
    wishes = Wishes(
        name=call.said("CustomFriendlyName"),
        template_sid=call.said("TemplateSid"),
        substitutions={name: str(value) for name, value in substitutions.items()},
        app_hash=call.said("AppHash"),
    )
    _check_template(service, wishes, channel, locale)
    return wishes


def _check_template(service: VerifyService, wishes: Wishes, channel: str, locale: str) -> None:
    asked = wishes.template_sid
    if asked is not None and not is_sid(asked, "HJ"):
        raise RefusalError(60200, parameter="TemplateSid")
    sid = asked or service.default_template_sid
    if sid is None or (asked is None and channel not in TEMPLATE_CHANNELS):
        return
    template = TEMPLATES.get(sid)
    if template is None:
        raise RefusalError(60228)
    if TEMPLATE_CHANNELS.get(channel) not in template.channels:
        raise RefusalError(60227)
    translation = translation_of(template, locale)
    if translation.status != "approved":
        raise RefusalError(60201)
    if not set(re.findall(r"\{\{(\w+)\}\}", translation.text)) <= OWN_NAMES | set(wishes.substitutions):
        raise RefusalError(60224)
