"""The bubbles of a conversation: text, media, code, and how far a message has come."""

from twilio_simulator.pages.files import files
from twilio_simulator.pages.markup import Html, h, hidden, icon, join
from twilio_simulator.pages.rich import rich
from twilio_simulator.pages.thread import KEPT, Bubble
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import day, moment, plural, readable
from twilio_simulator.world.message import Message

FAILED = frozenset({"failed", "undelivered", "canceled"})
TICKS = {"sent": "tick", "delivered": "ticks", "read": "ticks", "received": "ticks"}


def conversation(view: View, bubbles: list[Bubble]) -> Html:
    """All bubbles, with a line for each day and each new sender."""
    parts, last_day, last_peer = [], "", ""
    if len(bubbles) >= KEPT:
        parts.append(h("li.day#older", None, f"The newest {KEPT}. Search finds older ones."))
    for bubble in bubbles:
        today = day(bubble.at)
        if today != last_day:
            parts.append(h("li.day", {"id": f"day-{today.replace(' ', '-')}"}, h("span", None, today)))
        parts.append(_bubble(view, bubble, named=not bubble.own and bubble.peer != last_peer))
        last_day, last_peer = today, "" if bubble.own else bubble.peer
    return join(parts)


def _bubble(view: View, bubble: Bubble, *, named: bool) -> Html:
    message = bubble.message
    failed = message is not None and message.status in FAILED
    chosen = view.place.message != "" and view.place.message == bubble.sid
    kind = "own" if bubble.own else "theirs"
    classes = f"bubble {kind}{' failed' if failed else ''}{' chosen' if chosen else ''}"
    return h(
        "li",
        {"class": classes, "id": f"b-{bubble.key}", "data-bubble": bubble.key, "data-own": bubble.own},
        h("p.peer", None, readable(bubble.peer) or "waiting for a sender") if named else None,
        h(
            "div.said",
            None,
            files(view, bubble),
            _body(bubble),
            _code(bubble),
            None if failed else rich(bubble),
        ),
        _foot(view, bubble, chosen=chosen),
    )


def _body(bubble: Bubble) -> Html | None:
    if bubble.channel in ("call", "email"):
        return h("p.body", {"dir": "auto"}, icon(bubble.channel), hidden(f"{bubble.channel}: "), bubble.body)
    if not bubble.body and bubble.message is not None and not bubble.media:
        return h("p.body.gone", None, "The text was removed")
    return h("p.body", {"dir": "auto"}, bubble.body) if bubble.body else None


def _code(bubble: Bubble) -> Html | None:
    if bubble.code is None:
        return None
    copy = {"type": "button", "data-copy": bubble.code}
    return h("button.code", copy, icon("copy"), hidden("Copy the code "), h("span", None, bubble.code))


def _foot(view: View, bubble: Bubble, *, chosen: bool) -> Html:
    if not bubble.sid:
        return h("p.foot", None, moment(bubble.at))
    link = {
        "href": view.place.link(message="" if chosen else bubble.sid),
        "data-select": bubble.key,
        "aria-current": "true" if chosen else None,
        "title": "Close what happened" if chosen else "Show what happened",
    }
    return h("p.foot", None, h("a", link, _told(bubble.message), " ", moment(bubble.at)))


def _told(message: Message | None) -> Html:
    if message is None:
        return h("span.state", None, "call")
    words = plural(message.num_segments, "segment") if message.num_segments else None
    shown = h("span.segments", None, words) if words and not message.to.startswith("whatsapp:") else None
    return join([shown or Html(""), ticks(message)])


def ticks(message: Message) -> Html:
    """How far it has come, as marks and as a word."""
    if message.status in FAILED:
        code = f" {message.error_code}" if message.error_code else ""
        return h("span.state.bad", None, icon("failed"), f"{message.status}{code}")
    mark = TICKS.get(message.status, "clock")
    kind = "read" if message.status == "read" else "plain"
    return h(f"span.state.{kind}", None, icon(mark), message.status)
