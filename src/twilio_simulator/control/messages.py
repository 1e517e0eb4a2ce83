"""Messages driven by hand."""

from typing import cast, get_args

from twilio_simulator.clock import precise
from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.life.outcomes import Ending
from twilio_simulator.life.progress import may_follow
from twilio_simulator.world.message import NEXT, Message, Mode, Status

LARGEST_CODE = 99_999


def _message(visit: Visit) -> Message:
    message = visit.world.message(visit.path["sid"])
    if message is None:
        raise BadInputError.of(
            "sid", f"There is no message {visit.path['sid']}", "Take the SID from the create's answer.", 404
        )
    return message


def _shown(message: Message) -> Content:
    return {
        **message.resource(),
        "timeline": [{"status": status, "at": precise(at)} for status, at in message.timeline],
        "progress": message.mode,
    }


def fetch(visit: Visit) -> Content:
    """The message with its timeline."""
    return _shown(_message(visit))


def set_status(visit: Visit) -> Content:
    """Take the message one step on, with its callback; an impossible step needs `force`."""
    message, fields = _message(visit), visit.fields()
    status = cast("Status", fields.choice("status", get_args(Status), ""))
    code = round(fields.number("error_code", 0, 0, LARGEST_CODE)) or None
    forced = fields.flag("force", default=False)
    if not status:
        fields.wrong("status", "is missing or unknown", 'Send {"status": "delivered"}.')
    elif not forced and not may_follow(message.status, status):
        following = ", ".join(sorted(NEXT.get(message.status, ()))) or "nothing"
        cause = f"cannot go from {message.status} to {status}"
        fields.wrong("status", cause, f"After {message.status} comes {following}; or send force: true.")
    fields.done()
    # By hand from now on: the clock moves it no further.
    message.mode = "manual"
    account = visit.world.accounts[message.account_sid]
    visit.simulator.progress.move(account, message, Ending(status, code))
    return _shown(message)


def change(visit: Visit) -> Content:
    """Have the message move by the clock, at once, or by hand, whatever its account's way is."""
    message, fields = _message(visit), visit.fields()
    mode = cast("Mode", fields.choice("progress", get_args(Mode), message.mode))
    fields.done()
    if mode != message.mode:
        message.mode = mode
        visit.simulator.progress.begin(visit.world.accounts[message.account_sid], message)
    return _shown(message)


ROUTES: dict[str, Handler] = {
    "GET /messages/{sid}": fetch,
    "PATCH /messages/{sid}": change,
    "POST /messages/{sid}/status": set_status,
}
