"""What a template shows beside its words: quick replies, lists, links, places; all of it to be tapped."""

from typing import Any

import orjson

from twilio_simulator.pages.markup import Html, h, icon
from twilio_simulator.pages.thread import Bubble

LINKS = {"URL": "link", "PHONE_NUMBER": "call", "COPY_CODE": "copy"}


def rich(bubble: Bubble) -> Html | None:
    """The parts under the text; None for plain messages."""
    content = _content(bubble)
    if content is None:
        return None
    parts = [
        _line("title", content.get("title"), bubble),
        _line("subtitle", content.get("subtitle"), bubble),
        _place(content.get("location"), bubble),
        _line("footer", content.get("footer"), bubble),
        _cards(bubble, content.get("cards") or []),
        _list(bubble, content),
        _buttons(bubble, content.get("buttons") or []),
    ]
    return h("div.rich", None, [part for part in parts if part is not None])


def _content(bubble: Bubble) -> dict[str, Any] | None:
    content: Any = bubble.shown.content if bubble.shown is not None else None
    if content is None and bubble.message is not None:
        content = bubble.message.content
    return content if isinstance(content, dict) else None


def _line(kind: str, words: object, bubble: Bubble) -> Html | None:
    """A card's title may be its text already."""
    return h(f"p.{kind}", None, words) if words and str(words) not in bubble.body else None


def _place(location: dict[str, Any] | None, bubble: Bubble) -> Html | None:
    if not location:
        return None
    where = f"{location.get('latitude')}, {location.get('longitude')}"
    label = str(location.get("label") or "")
    named = None if label in bubble.body else f"{label} "
    return h("p.place", None, icon("pin"), named, h("small", None, where))


def _cards(bubble: Bubble, cards: list[dict[str, Any]]) -> Html | None:
    """The cards of a carousel, side by side."""
    return (
        h("ul.cards", {"tabindex": "0", "aria-label": "Cards"}, [_card(bubble, one) for one in cards])
        if cards
        else None
    )


def _card(bubble: Bubble, card: dict[str, Any]) -> Html:
    actions = [{"type": "QUICK_REPLY", **one} for one in card.get("actions") or []]
    title, body = card.get("title"), card.get("body")
    return h(
        "li.card",
        None,
        h("p.title", None, title) if title else None,
        h("p", None, body) if body else None,
        h("small.quiet", None, card["media"]) if card.get("media") else None,
        _buttons(bubble, actions),
    )


def _list(bubble: Bubble, content: dict[str, Any]) -> Html | None:
    items = content.get("items") or []
    if not items:
        return None
    rows = [h("li", None, _row(bubble, item)) for item in items]
    key = {"id": f"list-{bubble.key}"}
    return h(
        "details.list",
        key,
        h("summary", None, icon("list"), content.get("button") or "Choose"),
        h("ul", None, rows),
    )


def _row(bubble: Bubble, item: dict[str, Any]) -> Html:
    title = str(item.get("item") or item.get("title") or "")
    answer = {"body": title, "list_reply": {"id": str(item.get("id") or ""), "title": title}}
    return h("button", _tap(bubble, answer), h("b", None, title), h("span", None, item.get("description")))


def _buttons(bubble: Bubble, buttons: list[dict[str, Any]]) -> Html | None:
    return (
        h("ul.replies", None, [h("li", None, _button(bubble, one)) for one in buttons]) if buttons else None
    )


def _button(bubble: Bubble, button: dict[str, Any]) -> Html:
    kind, title = str(button.get("type")), str(button.get("title"))
    if kind not in LINKS:
        answer = {"body": title, "button": {"text": title, "payload": str(button.get("id") or "")}}
        return h("button", _tap(bubble, answer), title)
    target = str(button.get("url") or button.get("phone") or button.get("code") or title)
    copy = {"type": "button", "data-copy": target, "title": f"Copy {target}"}
    return h("button", copy, icon(LINKS[kind]), title)


def _tap(bubble: Bubble, answer: dict[str, Any]) -> dict[str, object]:
    """The text that a tap sends, an answer to this very message."""
    sid = None if bubble.message is None else bubble.message.sid
    body = {"to": bubble.peer, **answer, **({"replied_to": sid} if sid else {}), "wait": False}
    return {"type": "button", "data-tap": orjson.dumps(body).decode()}
