"""What a text from a phone may be beside words: a tapped button, a picked row, a place, an answer."""

from twilio_simulator.control.fields import Fields
from twilio_simulator.control.visit import Visit
from twilio_simulator.webhooks.inbound_requests import Rich

BUTTON_TYPES = ("REPLY", "ACTION")
DEGREES = 180


def rich_content(visit: Visit, fields: Fields) -> Rich:
    """Read `button`, `list_reply`, `location`, `replied_to` and `forwarded`."""
    return Rich(
        button=_button(fields.part("button")) if fields.has("button") else None,
        list_reply=_row(fields.part("list_reply")) if fields.has("list_reply") else None,
        location=_location(fields.part("location")) if fields.has("location") else None,
        original=_original(visit, fields),
        forwarded=fields.flag("forwarded", default=False),
    )


def _button(part: Fields) -> tuple[str, str, str]:
    text, payload = part.words("text"), part.text("payload", "") or ""
    kind = part.choice("type", BUTTON_TYPES, "REPLY")
    part.finished()
    return text, payload, kind


def _row(part: Fields) -> tuple[str, str]:
    row = part.words("id"), part.text("title", "") or ""
    part.finished()
    return row


def _location(part: Fields) -> tuple[str, str, str, str]:
    latitude = part.number("latitude", 0, -DEGREES / 2, DEGREES / 2)
    longitude = part.number("longitude", 0, -DEGREES, DEGREES)
    place = part.text("address", "") or "", part.text("label", "") or ""
    part.finished()
    return f"{latitude:g}", f"{longitude:g}", *place


def _original(visit: Visit, fields: Fields) -> tuple[str, str] | None:
    sid = fields.text("replied_to")
    if sid is None:
        return None
    message = visit.world.message(sid)
    if message is None:
        fields.wrong("replied_to", f"names the message {sid}, which does not exist", "Give a message's SID.")
        return None
    return message.sender or "", message.sid
