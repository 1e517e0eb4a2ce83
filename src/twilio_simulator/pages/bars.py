"""The bars above a WhatsApp conversation: the 24-hour window and the sandbox, in the world's time."""

from twilio_simulator.addresses import SANDBOX
from twilio_simulator.pages.markup import Html, h
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import readable, span
from twilio_simulator.world.account import MEMBERSHIP, WINDOW


def bars(view: View) -> Html | None:
    """One bar per WhatsApp sender that this phone has to do with; none on the SMS tab."""
    if view.place.tab != "whatsapp":
        return None
    account, number = view.account, view.handset.number
    joined = account.is_sandbox_member(number, view.now)
    shown = [_membership(view)]
    senders = [*account.whatsapp_senders, *([SANDBOX] if joined else [])]
    for sender in senders:
        last = account.windows.get((sender, number))
        shown.append(_window(view, sender, last))
    return h("div.bars", None, shown)


def _membership(view: View) -> Html:
    until = view.account.sandbox.members.get(view.handset.number, 0)
    if until <= view.now:
        return _bar("sandbox", "Sandbox", f"not joined: send “{view.account.sandbox.join_word}”", None, view)
    return _bar("sandbox", "Sandbox", "joined", (until, MEMBERSHIP), view)


def _window(view: View, sender: str, last: int | None) -> Html:
    name = "Sandbox window" if sender == SANDBOX else f"Window {readable(sender)}"
    if last is None or view.now >= last + WINDOW:
        return _bar(f"window-{sender.lstrip('+')}", name, "closed: templates only", None, view)
    return _bar(f"window-{sender.lstrip('+')}", name, "open", (last + WINDOW, WINDOW), view)


def _bar(key: str, name: str, state: str, counting: tuple[int, int] | None, view: View) -> Html:
    if counting is None:
        return h(
            "div.bar.shut", {"id": f"bar-{key}"}, h("span.name", None, name), h("span.left", None, state)
        )
    until, whole = counting
    left = until - view.now
    meter = {
        "max": str(whole),
        "value": str(left),
        "data-until": str(until),
        "aria-label": f"{name}: time left",
    }
    return h(
        "div.bar",
        {"id": f"bar-{key}"},
        h("span.name", None, name),
        h("progress", meter),
        h("span.left", None, f"{state}, ", h("span", {"data-until": str(until)}, span(left)), " left"),
    )
