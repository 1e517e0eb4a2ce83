"""Makes a test of what was clicked on the page."""

from typing import Any

from twilio_simulator.control.fields import BadInputError, Fields
from twilio_simulator.control.visit import Content, Handler, Visit

METHODS = ("POST", "PATCH", "DELETE", "PUT")
LARGEST_CURSOR = 2**53


def make(visit: Visit) -> Content:
    """A pytest module: `{message, steps: [{method, path, body?, cursor?}]}`."""
    from twilio_simulator.pages.snippet import Step, snippet  # noqa: PLC0415 - as little as possible at the start

    fields = visit.fields()
    sid = fields.words("message")
    steps = [Step(*_step(part)) for part in fields.parts("steps", "path")]
    fields.done()
    message = visit.world.message(sid)
    if message is None:
        raise BadInputError.of("message", f"There is no message {sid}", "Give a message's SID.", 404)
    return {"test": snippet(visit.world, message, steps)}


def _step(part: Fields) -> tuple[str, str, dict[str, Any], int]:
    method, path = part.choice("method", METHODS, "POST"), part.words("path")
    body = part.value("body") or {}
    if not isinstance(body, dict):
        part.wrong("body", "is no JSON object", 'Send an object, like {"seconds": 60}.')
        body = {}
    cursor = round(part.number("cursor", 0, 0, LARGEST_CURSOR))
    part.finished()
    return method, path, body, cursor


ROUTES: dict[str, Handler] = {"POST /snippets": make}
