"""The phone in the middle: its tabs, the conversation, what can be typed and in what state it is."""

from twilio_simulator.addresses import SANDBOX
from twilio_simulator.pages.bars import bars
from twilio_simulator.pages.bubbles import conversation
from twilio_simulator.pages.calls import call_sheet
from twilio_simulator.pages.demos import demos
from twilio_simulator.pages.handsets import STATES, marks
from twilio_simulator.pages.markup import Html, h, hidden, icon
from twilio_simulator.pages.thread import Bubble, tab_of
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import readable

TITLES = {"sms": "SMS", "whatsapp": "WhatsApp"}
WORDS = ("STOP", "START", "HELP")
CALLS = {
    "answer": "are answered by themselves",
    "ring": "ring until you answer",
    "decline": "are declined",
    "busy": "find it busy",
    "no-answer": "are not answered",
}
SAMPLE = "/phone/static/sample-photo.svg"


def phone(view: View, bubbles: list[Bubble]) -> Html:
    """The whole device."""
    return h(
        "section.device#device",
        {"aria-label": f"Phone {view.handset.number}", "data-tab": view.place.tab},
        _top(view),
        _tabs(view),
        bars(view),
        _thread(view, bubbles),
        _quick(view),
        _composer(view, peer(view, bubbles)),
        call_sheet(view),
    )


def _top(view: View) -> Html:
    handset = view.handset
    name = h("h1", None, handset.profile_name, h("small", None, readable(handset.number)))
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
            h("button.primary", {"type": "submit"}, "Set"),
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
    return h("a", link, icon("whatsapp" if tab == "whatsapp" else "text"), TITLES[tab], h("span.new"))


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


def targets(view: View) -> dict[str, str]:
    """Whom this phone can write to on this tab, with the words that say so."""
    account = view.account
    if view.place.tab == "whatsapp":
        senders = {f"whatsapp:{number}": one.name for number, one in account.whatsapp_senders.items()}
        return {f"whatsapp:{SANDBOX}": "Sandbox", **senders}
    return {number: one.friendly_name for number, one in account.numbers.items()}


def peer(view: View, bubbles: list[Bubble]) -> str:
    """Whom an answer goes to: the last one who wrote or was written to."""
    known = targets(view)
    latest = next((one.peer for one in reversed(bubbles) if one.peer in known), None)
    return latest or next(iter(known), "")


def _quick(view: View) -> Html:
    words = list(WORDS)
    if view.place.tab == "whatsapp":
        words.insert(0, view.account.sandbox.join_word)
    buttons = [h("button.chip", {"type": "button", "data-say": word}, word) for word in words]
    return h("div.quick", {"role": "group", "aria-label": "Quick answers"}, buttons)


def _composer(view: View, to: str) -> Html:
    options = [
        h("option", {"value": key, "selected": key == to}, _known_as(key, name))
        for key, name in targets(view).items()
    ]
    whom = h("select#to", {"name": "to", "aria-label": "To"}, options)
    box = {"name": "body", "rows": "1", "placeholder": "Type as this person…", "aria-label": "Message"}
    box |= {"autocomplete": "off", "aria-keyshortcuts": "c"}
    send = h("button.round.send", {"type": "submit", "title": "Send (Enter)"}, icon("send"), hidden("Send"))
    return h(
        "form.composer#composer",
        {"data-do": f"POST /phones/{view.handset.number}/messages", "data-keep-to": True},
        h("div.to", None, h("span", {"aria-hidden": "true"}, "To"), whom, _dial(view)),
        h("div.line", None, _attach(view), h("textarea#body", box), send),
    )


def _dial(view: View) -> Html | None:
    if view.place.tab == "whatsapp":
        return None
    dial = {
        "type": "button",
        "data-dial": f"POST /phones/{view.handset.number}/calls",
        "title": "Call this number",
    }
    return h("button.bare", dial, icon("call"), hidden("Call this number"))


def _known_as(address: str, name: str) -> str:
    number = readable(address)
    return number if name == number else f"{number} · {name}"


def _attach(view: View) -> Html:
    sample = f"{view.simulator.url}{SAMPLE}"
    box = {"name": "media", "type": "url", "data-type": "list", "placeholder": "https://…/photo.jpg"}
    return h(
        "details.menu.attach#attach",
        None,
        h("summary", {"title": "Attach media"}, icon("clip"), hidden("Attach media")),
        h(
            "div.sheet",
            None,
            h("label", None, h("span", None, "Address of a file"), h("input#media", box)),
            h("button", {"type": "button", "data-fill": "media", "data-with": sample}, "Use a sample photo"),
        ),
    )
