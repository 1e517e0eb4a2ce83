"""Phones: what arrives on them, what is typed on them, and in what state they are."""

from itertools import islice
from typing import Any, cast, get_args

from twilio_simulator.addresses import SANDBOX, address, is_dialable
from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.rich_content import rich_content
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.life.inbound import Received, receive
from twilio_simulator.life.inbox import Text, owner
from twilio_simulator.rest.messages import media_type
from twilio_simulator.world.handset import AnsweredBy, Answers, Handset, Kind, State
from twilio_simulator.world.message import Media

KINDS = ("mobile", "landline", "voip")
STATES = ("reachable", "off", "blocking", "spam_filtered", "unknown", "unreachable_carrier")
LARGEST_CODE = 99_999
LONGEST_TEXT, MOST_MEDIA = 4096, 10
"""Characters of a text, which is WhatsApp's limit, and files with it."""


def handset(visit: Visit) -> Handset:
    """The phone in the path, not yet kept when it is a new one; a mail address is a mailbox.

    Raises:
        BadInputError: it is neither.
    """
    number = visit.path["number"]
    if not is_dialable(number) and "@" not in number:
        raise BadInputError.of("number", f"{number} is not a phone number", "Write it like +14155550123.")
    return visit.world.handsets.peek(number)


def screen(visit: Visit) -> Content:
    """What the phone shows, newest first unless `order=oldest`."""
    phone = handset(visit)
    newest = visit.request.asked("order") != "oldest"
    shown = reversed(phone.screen) if newest else iter(phone.screen)
    account = visit.request.asked("account")
    chosen = (one for one in shown if account is None or one.account_sid in (account, ""))
    return {
        "phone": phone.resource(),
        "messages": [one.resource() for one in islice(chosen, visit.asked("limit", 50))],
    }


def _media(visit: Visit, urls: list[str]) -> list[Media]:
    now = visit.world.clock.now()
    found = []
    for url in urls:
        handed_in = visit.world.uploads.get(url.rpartition("/")[2])
        kind = media_type(url) if handed_in is None else handed_in.content_type
        found.append(Media(visit.world.sids.new("ME"), url, kind, now))
    return found


async def type_text(visit: Visit) -> Content:
    """A text from this phone; answers with what the webhook said."""
    phone, fields = handset(visit), visit.fields()
    to = address(fields.words("to"))
    body = fields.text("body", "") or ""
    urls = fields.texts("media")
    name = fields.text("profile_name")
    rich = rich_content(visit, fields)
    wait = fields.flag("wait", default=True)
    if not body and not urls and rich.message_type is None:
        fields.wrong("body", "is missing", 'Send {"to": "+1…", "body": "Hello"}.')
    if len(body) > LONGEST_TEXT:
        fields.wrong("body", f"has {len(body)} characters", f"Write {LONGEST_TEXT} at most.")
    if len(urls) > MOST_MEDIA:
        fields.wrong("media", f"has {len(urls)} files", f"Send {MOST_MEDIA} at most.")
    fields.done()
    if str(to) != f"whatsapp:{SANDBOX}" and owner(visit.world, phone.number, to) is None:
        raise BadInputError.of(
            "to", f"Nobody here takes texts at {to}", "GET /_sim/accounts lists the numbers.", 404
        )
    visit.world.handsets.keep(phone)
    media = _media(visit, urls)
    phone.profile_name = name or phone.profile_name
    received = receive(visit.world, visit.simulator.webhooks, phone, Text(to, body, media, rich))
    if wait and received.webhook is not None:
        await visit.simulator.webhooks.finished(received.webhook)
    return _told(received)


def _told(received: Received) -> Content:
    return {
        "account_sid": None if received.account is None else received.account.sid,
        "message_sid": None if received.message is None else received.message.sid,
        "webhook": None if received.webhook is None else received.webhook.resource(),
        "note": received.note,
    }


def change(visit: Visit) -> Content:
    """Set the state; what waited for a phone that was off arrives when it is reachable again."""
    phone, fields = handset(visit), visit.fields()
    kind = fields.choice("kind", KINDS, phone.kind)
    state = fields.choice("state", STATES, phone.state)
    whatsapp = fields.flag("whatsapp", default=phone.whatsapp)
    receipts = fields.flag("read_receipts", default=phone.read_receipts)
    code: Any = phone.outcome_code
    if fields.has("outcome_code"):
        code = round(fields.number("outcome_code", 0, 0, LARGEST_CODE)) or None
    name = fields.text("profile_name", phone.profile_name) or phone.profile_name
    calls = fields.choice("calls", get_args(Answers), phone.calls)
    answered_by = fields.choice("answered_by", get_args(AnsweredBy), phone.answered_by)
    fields.done()
    visit.world.handsets.keep(phone)
    phone.calls, phone.answered_by = cast("Answers", calls), cast("AnsweredBy", answered_by)
    phone.kind, phone.state = cast("Kind", kind), cast("State", state)
    phone.whatsapp, phone.read_receipts = whatsapp, receipts
    phone.outcome_code, phone.profile_name = code, name
    if state == "reachable" and phone.waiting:
        visit.simulator.progress.woken(phone)
    return phone.resource()


def list_phones(visit: Visit) -> Content:
    """Every phone that was ever used."""
    return {"phones": [phone.resource() for phone in visit.world.handsets.known()]}


ROUTES: dict[str, Handler] = {
    "GET /phones": list_phones,
    "GET /phones/{number}/messages": screen,
    "POST /phones/{number}/messages": type_text,
    "PATCH /phones/{number}": change,
}
