"""The list of handsets at the left."""

from twilio_simulator.pages.markup import Html, h, hidden, icon
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import readable
from twilio_simulator.world.handset import Handset

SHOWN, REMEMBERED = 60, 40
PREVIEW = 60
UNREAD = h("span.unread", {"data-kept": True})
"""Filled by the page itself: what is unread is the reader's."""
STATES = {
    "off": "off",
    "blocking": "blocks texts",
    "spam_filtered": "spam filter",
    "unknown": "unknown number",
    "unreachable_carrier": "carrier unreachable",
}


def handset_list(view: View) -> Html:
    """The phones used last come first; the one on show is always among them."""
    everyone = view.world.handsets.known()
    known = sorted(everyone, key=_latest, reverse=True)[:SHOWN]
    more = len(everyone) - len(known)
    if view.handset not in known:
        known.insert(0, view.handset)
    add = {"type": "button", "data-do": "POST /phones", "data-then": "phone", "title": "New handset (n)"}
    return h(
        "nav.handsets#handsets",
        {"aria-label": "Handsets"},
        h("div.head", None, h("h2", None, "Handsets"), _plus(add)),
        h("ul", None, [_row(view, one) for one in known]),
        h("p.more.quiet", None, f"{more:,} more: search finds them.") if more else None,
    )


def _plus(attributes: dict[str, str]) -> Html:
    return h("button.round#new-handset", attributes, icon("plus"), hidden("New handset"))


def _latest(handset: Handset) -> int:
    return handset.screen[-1].at if handset.screen else 0


def _row(view: View, handset: Handset) -> Html:
    here = handset is view.handset
    arrivals = [one.at for one in handset.screen if one.direction == "in"][-REMEMBERED:]
    link = {
        "href": view.place.link(number=handset.number, message="", query=""),
        "aria-current": "page" if here else None,
        "data-number": handset.number,
        "data-arrivals": " ".join(map(str, arrivals)),
    }
    return h(
        "li",
        {"id": f"h-{handset.number.lstrip('+')}"},
        h(
            "a.handset",
            link,
            _face(handset),
            h("span.who", None, *_who(handset)),
            h("span.unread", {"data-kept": True}),
        ),
    )


def _face(handset: Handset) -> Html:
    letters = "".join(word[0] for word in handset.profile_name.split()[:2]).upper()
    hue = sum(map(ord, handset.number)) % 6
    return h(f"span.face.hue{hue}", {"aria-hidden": "true"}, letters)


def _who(handset: Handset) -> list[Html | None]:
    last = handset.screen[-1].body if handset.screen else "Nothing yet"
    return [
        h("bdi.name", {"title": handset.profile_name}, handset.profile_name),
        h("span.number", None, readable(handset.number), h("span.marks", None, *marks(handset))),
        h("bdi.last", None, last[:PREVIEW]),
    ]


def marks(handset: Handset) -> list[Html | None]:
    """Signs for the carrier's kind of line, for WhatsApp, and for a phone out of reach."""
    kind = handset.kind
    return [
        h("span.mark", {"title": kind}, icon(kind), hidden(kind)),
        h("span.mark.green", {"title": "WhatsApp"}, icon("whatsapp"), hidden("has WhatsApp"))
        if handset.whatsapp
        else None,
        h("span.mark.bad", None, STATES[handset.state]) if handset.state in STATES else None,
    ]
