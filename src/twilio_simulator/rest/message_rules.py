"""What Twilio checks before it accepts a message.

The real order is not documented; this one goes from what is missing, over what is malformed, to what the
account may do.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from twilio_simulator.addresses import (
    Address,
    address,
    is_dialable,
    is_sender,
)
from twilio_simulator.countries import country
from twilio_simulator.ledger import RefusalError
from twilio_simulator.life.queues import longest_queue
from twilio_simulator.life.senders import fitting, is_name
from twilio_simulator.rest.call import Call
from twilio_simulator.rest.message_templates import check_template
from twilio_simulator.rest.scheduling import send_time
from twilio_simulator.rest.trial_messages import checked_body
from twilio_simulator.rest.trial_rules import spend_unit
from twilio_simulator.sid_patterns import is_sid
from twilio_simulator.webhooks.target import is_webhook_url
from twilio_simulator.world.message import Content
from twilio_simulator.world.messaging_service import MessagingService

LONGEST_BODY, MOST_MEDIA = 1600, 10
LEAST_VALIDITY, MOST_VALIDITY = 1, 36_000
# What most messages have none of: one look tells whether to look closer.
RARE = frozenset(
    {"ValidityPeriod", "ContentSid", "ContentVariables", "ScheduleType", "SendAt", "FallbackFrom"}
)


@dataclass(slots=True)
class Draft:
    """A message that passed every check."""

    to: Address
    sender: Address | None
    service: MessagingService | None
    body: str
    callback: str | None
    content_sid: str | None
    media_urls: list[str] = field(default_factory=list)
    send_at: int | None = None
    validity: int | None = None
    """Milliseconds."""
    content: Content | None = None
    late_code: int | None = None


def checked(call: Call) -> Draft:
    """The message that the parameters describe.

    Raises:
        RefusalError: Twilio would not take it.
    """
    sender = call.said("From")
    _check_presence(call, sender)
    draft = Draft(
        to=address(call.one("To") or ""),
        sender=None if sender is None else address(sender),
        service=None,
        body=call.one("Body") or "",
        callback=call.said("StatusCallback"),
        content_sid=call.said("ContentSid"),
        media_urls=[url for url in call.request.form.get("MediaUrl", []) if url],
    )
    _check_addresses(draft, call.one("To") or "", sender or "")
    draft.service = _service(call, draft)
    _check_ownership(call, draft)
    _check_content(call, draft)
    if call.account.type == "Trial":
        draft.body = checked_body(call, draft.to, draft.body)
    _check_destination(call, draft)
    _check_opt_out(call, draft)
    if call.account.type == "Trial":
        spend_unit(call.account, draft.to.channel, call.now, call.world.rules)
    # No source tells what an unknown ApplicationSid does to a message, so nothing comes of it.
    application = call.account.applications.get(call.one("ApplicationSid") or "")
    if draft.callback is None and application is not None:
        draft.callback = application.setting("message_status_callback") or None
    if draft.callback is None and draft.service is not None:
        draft.callback = draft.service.status_callback
    return draft


def _whatsapp(draft: Draft) -> bool:
    return draft.to.channel == "whatsapp"


def _check_presence(call: Call, sender: str | None) -> None:
    if not call.said("To"):
        raise RefusalError(21604)
    if sender is None and not call.said("MessagingServiceSid"):
        raise RefusalError(21603)
    if call.said("Body") or call.said("ContentSid") or any(call.request.form.get("MediaUrl", [])):
        return
    if call.said("ContentVariables"):
        raise RefusalError(21654)
    raise RefusalError(call.world.rules.missing_content_code)


def _check_addresses(draft: Draft, to: str, sender: str) -> None:
    if not is_dialable(draft.to.number):
        raise RefusalError(21211, to=to)
    if draft.sender is None:
        return
    if not is_sender(draft.sender):
        raise RefusalError(21212, sender=sender)
    if draft.sender.channel != draft.to.channel:
        raise RefusalError(21910)
    if draft.sender.number == draft.to.number:
        raise RefusalError(63031 if _whatsapp(draft) else 21266)


def _service(call: Call, draft: Draft) -> MessagingService | None:
    sid = call.said("MessagingServiceSid")
    if sid is None:
        return None
    if not is_sid(sid, "MG"):
        raise RefusalError(21705, service=sid)
    service = call.account.messaging_services.get(sid)
    if service is None:
        raise RefusalError(21701)
    if not service.pool:
        raise RefusalError(21704)
    if draft.sender is not None and str(draft.sender) not in service.pool:
        raise RefusalError(21711, sender=str(draft.sender))
    if not fitting(call.account, service, str(draft.to)):
        raise RefusalError(21703)
    return service


def _check_ownership(call: Call, draft: Draft) -> None:
    sender = draft.sender
    if sender is None:
        return
    if sender.channel == "whatsapp":
        if not call.account.owns_whatsapp(sender.number):
            raise RefusalError(63007)
        return
    if is_name(sender.number):
        if call.account.type == "Trial":
            raise RefusalError(21267)
        # North America takes no alphanumeric senders.
        if draft.to.number.startswith("+1"):
            raise RefusalError(21657)
        return
    _check_number(call, draft, sender.number)


def _check_number(call: Call, draft: Draft, number: str) -> None:
    owned, rules = call.account.numbers.get(number), call.world.rules
    if owned is None and number in call.account.short_codes:
        # A short code reaches its own country only.
        if not draft.to.number.startswith("+1"):
            raise RefusalError(21606, sender=number)
        return
    if owned is None:
        other = number in call.world.numbers
        code = rules.other_account_sender_code if other else rules.foreign_sender_code
        raise RefusalError(code, sender=number)
    if "sms" not in owned.capabilities:
        raise RefusalError(rules.incapable_sender_code, sender=number)
    if draft.media_urls and "mms" not in owned.capabilities:
        raise RefusalError(21621)


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _check_content(call: Call, draft: Draft) -> None:
    if len(draft.body) > LONGEST_BODY:
        raise RefusalError(call.world.rules.long_body_code)
    if len(draft.media_urls) > 1 and _whatsapp(draft):
        if call.world.rules.whatsapp_extra_media == "refuse":
            raise RefusalError(21623)
        del draft.media_urls[1:]
    if len(draft.media_urls) > MOST_MEDIA:
        raise RefusalError(21623)
    if not all(map(_is_web_address, draft.media_urls)):
        raise RefusalError(21620)
    if draft.callback is not None and not is_webhook_url(draft.callback):
        raise RefusalError(21609, url=draft.callback)
    if not RARE.isdisjoint(call.request.form):
        _check_rare(call, draft)


def _check_rare(call: Call, draft: Draft) -> None:
    if call.said("ValidityPeriod"):
        seconds = call.number("ValidityPeriod") or 0
        if not LEAST_VALIDITY <= seconds <= MOST_VALIDITY:
            raise RefusalError(21624)
        draft.validity = seconds * 1000
    _check_template(call, draft)
    draft.send_at = send_time(call)
    if call.said("FallbackFrom"):
        _check_fallback(call, draft)


def _check_fallback(call: Call, draft: Draft) -> None:
    """A sender for those whom RCS does not reach; no service has an RCS sender in this world."""
    if draft.sender is not None:
        raise RefusalError(21664)
    if draft.service is None:
        raise RefusalError(21666)
    raise RefusalError(21667 if is_sender(address(call.one("FallbackFrom") or "")) else 21665)


def _check_template(call: Call, draft: Draft) -> None:
    found = check_template(call, draft.content_sid, draft.to.channel)
    if found is not None:
        shown, draft.late_code = found
        draft.body, draft.content = shown.body, shown.content
        draft.media_urls = draft.media_urls or shown.media_urls


def _check_destination(call: Call, draft: Draft) -> None:
    settings = call.account.settings
    if settings.blocked_countries and country(draft.to.number) in settings.blocked_countries:
        raise RefusalError(21408, to=draft.to.number)
    if draft.sender is not None and draft.service is None and _queue_is_full(call, str(draft.sender)):
        raise RefusalError(21611)
    if draft.to.channel == "sms" and call.world.handsets.get(draft.to.number).kind == "landline":
        raise RefusalError(call.world.rules.landline_code)


def _queue_is_full(call: Call, sender: str) -> bool:
    """By setting, or because a paced sender has more to do than it may hold."""
    if sender in call.account.settings.full_queues:
        return True
    if not call.account.queues:
        return False
    backlog = call.account.queues.get(sender, 0) - call.now
    return backlog > longest_queue(sender)


def _check_opt_out(call: Call, draft: Draft) -> None:
    if not call.account.opt_outs or draft.send_at is not None:
        return
    if draft.service is not None and call.world.rules.service_opt_out == "late":
        return
    sender = None if draft.sender is None else str(draft.sender)
    service = None if draft.service is None else draft.service.sid
    if call.account.opt_outs.holds(sender, service, str(draft.to)):
        raise RefusalError(21610)
