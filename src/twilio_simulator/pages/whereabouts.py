"""Where on the page something is told of: the phone, the message or call, the step."""

from twilio_simulator.pages.calls import found_call
from twilio_simulator.pages.view import View, of_message


def whereabouts(view: View, sid: str, webhook: str | None = None) -> str:
    """The address of a message or call, at one of its webhooks; blank when it is of neither."""
    message = view.world.message(sid) if sid else None
    call = found_call(view, sid) if sid and message is None else None
    step = f"#step-{webhook}" if webhook else ""
    if message is not None:
        return of_message(view, message) + step
    if call is not None:
        return view.place.link(number=call.handset, tab="sms", message=call.sid) + step
    return ""
