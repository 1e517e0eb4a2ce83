"""The phone in the middle: its tabs, the conversation, what can be typed and in what state it is."""

from twilio_simulator.pages.bars import bars
from twilio_simulator.pages.bubbles import conversation
from twilio_simulator.pages.calls import call_sheet
from twilio_simulator.pages.composer import composer, peer, quick
from twilio_simulator.pages.demos import demos
from twilio_simulator.pages.handsets import STATES, marks
from twilio_simulator.pages.markup import Html, h, hidden, icon
from twilio_simulator.pages.thread import Bubble, tab_of
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import readable

TITLES = {"sms": "SMS", "whatsapp": "WhatsApp"}
CALLS = {
    "answer": "are answered by themselves",
    "ring": "ring until you answer",
    "decline": "are declined",
    "busy": "find it busy",
    "no-answer": "are not answered",
}


def phone(view: View, bubbles: list[Bubble]) -> Html:
    """The whole device."""
    return h(
        "section.device#device",
        {"aria-label": f"Phone {view.handset.number}", "data-tab": view.place.tab},
        _top(view),
        _tabs(view),
        bars(view),
        _thread(view, bubbles),
        quick(view),
        composer(view, peer(view, bubbles)),
        call_sheet(view),
    )


def _top(view: View) -> Html:
    handset = view.handset
    name = h("h1", None, h("bdi", None, handset.profile_name), h("small", None, readable(handset.number)))
    return h("header.owner", None, name, h("span.marks", None, *marks(handset)), _settings(view))


def _settings(view: View) -> Html:
    """The state of the phone, which decides what becomes of messages to it."""
    handset = view.handset
    path = f"PATCH /phones/{handset.number}"
    return h(
        "details.menu#phone-settings",
        None,
        h("summary", {"title": "State of this phone"}, icon("settings"), hidden("State of this phone")),
        h(
            "form.sheet",
            {"data-do": path},
            _choice("Phone is", "state", {"reachable": "reachable", **STATES}, handset.state),
            _choice("Line", "kind", {one: one for one in ("mobile", "landline", "voip")}, handset.kind),
            _choice("Calls", "calls", CALLS, handset.calls),
            _switch("Has WhatsApp", "whatsapp", on=handset.whatsapp),
            _switch("Sends read receipts", "read_receipts", on=handset.read_receipts),
            _field("Name", "profile_name", handset.profile_name),
            h("button.primary", {"type": "submit"}, "Save"),
        ),
    )


def _choice(label: str, name: str, options: dict[str, str], chosen: str) -> Html:
    shown = [h("option", {"value": key, "selected": key == chosen}, words) for key, words in options.items()]
    return h("label", None, h("span", None, label), h("select", {"name": name}, shown))


def _switch(label: str, name: str, *, on: bool) -> Html:
    box = h("input", {"type": "checkbox", "name": name, "checked": on})
    return h("label.switch", None, box, h("span", None, label))


def _field(label: str, name: str, value: str) -> Html:
    box = h("input", {"name": name, "value": value, "autocomplete": "off"})
    return h("label", None, h("span", None, label), box)


def _tabs(view: View) -> Html:
    return h("nav.tabs", {"aria-label": "Channel"}, [_tab(view, tab) for tab in TITLES])


def _tab(view: View, tab: str) -> Html:
    here = view.place.tab == tab
    arrivals = [one.at for one in view.handset.screen if one.direction == "in" and tab_of(one.channel) == tab]
    link = {
        "href": view.place.link(tab=tab, message=""),
        "aria-current": "page" if here else None,
        "data-latest": f"{tab} {max(arrivals, default=0)}",
    }
    return h(
        "a",
        link,
        icon("whatsapp" if tab == "whatsapp" else "text"),
        TITLES[tab],
        h("span.new", {"data-kept": True}),
    )


def _thread(view: View, bubbles: list[Bubble]) -> Html:
    label = f"{TITLES[view.place.tab]} messages"
    content = h("ol", {"aria-label": label}, conversation(view, bubbles)) if bubbles else _nothing(view)
    return h("div.thread#thread", {"tabindex": "0", "role": "region", "aria-label": label}, content)


def _nothing(view: View) -> Html:
    if view.place.tab == "whatsapp":
        words = "Join the sandbox below, or write to a WhatsApp sender: that opens the 24-hour window."
    else:
        words = f"Send a text to {view.handset.number} through the API, type one below, or play a demo:"
    shown = demos(view) if view.place.tab != "whatsapp" else None
    return h(
        "div.empty", None, icon("text"), h("p", None, "No messages yet"), h("p.quiet", None, words), shown
    )
