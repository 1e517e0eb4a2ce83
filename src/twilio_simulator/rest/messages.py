"""Messages: create, fetch, list; and the list of a message's media."""

from collections.abc import Iterable

from twilio_simulator.addresses import address
from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.life.outcomes import Ending
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.dates import in_range
from twilio_simulator.rest.message_rules import Draft, checked
from twilio_simulator.rest.paging import flat_page
from twilio_simulator.segments import SMART, segments
from twilio_simulator.world.message import Media, Message, Status

SENT = frozenset({"DateSent", "DateSent<", "DateSent>"})
MEDIA_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "mp4": "video/mp4",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "amr": "audio/amr",
    "vcf": "text/vcard",
}


def media_type(url: str) -> str:
    """A guess by the suffix: the simulator fetches no media."""
    return MEDIA_TYPES.get(url.partition("?")[0].rpartition(".")[2].lower(), "image/jpeg")


def create_message(call: Call) -> Reply:
    """Accept a message or refuse it; what becomes of it shows later."""
    draft = checked(call)
    message = made_message(call, draft)
    call.account.keep(message)
    call.world.log.note("message.created", call.account.sid, message.sid, status=message.status)
    shown = message.resource(fresh=True)
    if draft.content_sid is not None and call.world.rules.template_body_in_create == "empty":
        shown["body"] = ""
    reply = json_reply(201, shown)
    call.progress.begin(call.account, message)
    return reply


def made_message(call: Call, draft: Draft) -> Message:
    """The message of a draft; it is not kept and has not begun."""
    now = call.now
    media = [Media(call.world.sids.new("ME"), url, media_type(url), now) for url in draft.media_urls]
    settings = call.account.settings
    body = draft.body
    smart = call.flag("SmartEncoded") or (draft.service is not None and draft.service.smart_encoding)
    if smart and draft.to.channel == "sms":
        body = body.translate(SMART)
    waits = draft.send_at is not None or (draft.service is not None and draft.sender is None)
    message = Message(
        sid=call.world.sids.new("MM" if media else "SM"),
        account_sid=call.account.sid,
        to=str(draft.to),
        sender=None if draft.sender is None else str(draft.sender),
        body=body,
        status=_first_status(draft),
        direction="outbound-api",
        created=now,
        updated=now,
        num_segments=0 if waits else 1 if media or draft.to.channel == "whatsapp" else segments(body),
        mode=settings.progress,
        service_sid=None if draft.service is None else draft.service.sid,
        callback=draft.callback,
        content_sid=draft.content_sid,
        media=media,
        speed=settings.speed,
        content=draft.content,
        late_code=draft.late_code,
        send_at=draft.send_at,
    )
    if draft.validity is not None:
        message.validity = draft.validity
    elif draft.service is not None:
        message.validity = draft.service.validity_period * 1000
    message.timeline.append((message.status, now))
    return message


def _first_status(draft: Draft) -> Status:
    if draft.send_at is not None:
        return "scheduled"
    return "queued" if draft.service is None else "accepted"


def fetch_message(call: Call) -> Reply:
    """One message."""
    message = _found(call, call.path["Sid"])
    if message.mode == "manual":
        call.progress.fetched(call.account, message)
    return json_reply(200, message.resource())


def _found(call: Call, sid: str) -> Message:
    message = call.account.messages.get(sid)
    if message is None:
        raise call.missing()
    return message


def update_message(call: Call) -> Reply:
    """Redact with an empty Body; cancel with Status=canceled, which only a scheduled message allows."""
    message = _found(call, call.path["Sid"])
    body, status = call.one("Body"), call.one("Status")
    if body:
        raise RefusalError(20422, problem="Body may only be updated to the empty string")
    if status is not None and status != "canceled":
        raise RefusalError(20422, problem=f"Status may not be updated to '{status}'")
    if status is not None and message.status != "scheduled":
        raise RefusalError(30409)
    if status is not None:
        call.progress.move(call.account, message, Ending("canceled"))
    if body is not None:
        in_flight = not message.finished and message.status != "sent"
        if in_flight and call.world.rules.redaction_in_flight == "refuse":
            raise RefusalError(20009)
        message.body = ""
        call.world.log.note("message.redacted", call.account.sid, message.sid)
    message.updated = call.now
    return json_reply(200, message.resource())


def delete_message(call: Call) -> Reply:
    """Remove the record, once the message is no longer on its way."""
    message = _found(call, call.path["Sid"])
    if not message.finished and message.status != "sent":
        raise RefusalError(20009)
    call.account.forget(message)
    call.world.log.note("message.deleted", call.account.sid, message.sid)
    return no_content()


def list_messages(call: Call) -> Reply:
    """The newest first; filtered by To, From and the day or instant of sending."""
    chosen = list(_in_turn(call, reversed(call.account.messages.values())))
    if not SENT.isdisjoint(call.request.query):
        chosen = [one for one in chosen if in_range(call.request, "DateSent", one.sent)]
    return flat_page(call, "messages", chosen, lambda one: one.sid, lambda one: one.resource())


def _in_turn(call: Call, messages: Iterable[Message]) -> Iterable[Message]:
    to, sender = call.request.asked("To"), call.request.asked("From")
    wanted_to = None if not to else str(address(to))
    wanted_sender = None if not sender else str(address(sender))
    return (
        one
        for one in messages
        if (wanted_to is None or one.to == wanted_to)
        and (wanted_sender is None or one.sender == wanted_sender)
    )


HANDLERS: dict[str, Handler] = {
    "api.CreateMessage": create_message,
    "api.FetchMessage": fetch_message,
    "api.UpdateMessage": update_message,
    "api.DeleteMessage": delete_message,
    "api.ListMessage": list_messages,
}
