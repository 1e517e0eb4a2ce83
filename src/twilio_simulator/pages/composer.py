"""Where one types as the owner of the phone: to whom, files, and words at a tap."""

from twilio_simulator.addresses import SANDBOX
from twilio_simulator.pages.markup import Html, h, hidden, icon
from twilio_simulator.pages.thread import Bubble
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import readable
from twilio_simulator.world.uploads import LARGEST

WORDS = ("STOP", "START", "HELP")
SAMPLE = "/phone/static/sample-photo.svg"
MOST_FILES = 10
"""Twilio docs, messaging/api/message-resource: up to ten `MediaUrl`s."""


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


def quick(view: View) -> Html:
    """The words that Twilio listens for, a tap each."""
    words = list(WORDS)
    if view.place.tab == "whatsapp":
        words.insert(0, view.account.sandbox.join_word)
    buttons = [h("button.chip", {"type": "button", "data-say": word}, word) for word in words]
    return h("div.quick", {"role": "group", "aria-label": "Quick answers"}, buttons)


def composer(view: View, to: str) -> Html:
    """The form itself."""
    options = [
        h("option", {"value": key, "selected": key == to}, _known_as(key, name))
        for key, name in targets(view).items()
    ]
    whom = h("select#to", {"name": "to", "aria-label": "To"}, options)
    box = {"name": "body", "rows": "1", "placeholder": "Type as this person…", "aria-label": "Message"}
    box |= {"autocomplete": "off", "aria-keyshortcuts": "c", "dir": "auto"}
    send = h("button.round.send", {"type": "submit", "title": "Send (Enter)"}, icon("send"), hidden("Send"))
    attached: dict[str, object] = {
        "data-kept": True,
        "aria-label": "Attached files",
        "data-most": str(MOST_FILES),
    }
    attached["data-largest"] = str(LARGEST)
    return h(
        "form.composer#composer",
        {"data-do": f"POST /phones/{view.handset.number}/messages", "data-keep-to": True},
        h("div.to", None, h("span", {"aria-hidden": "true"}, "To"), whom, _dial(view)),
        h("ul.attached#attached", attached),
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
    """Files of this computer, by choice, drop or paste; a sample; or any address."""
    sample = {"type": "button", "data-attach": f"{view.simulator.url}{SAMPLE}"}
    box = {"type": "url", "placeholder": "https://…/photo.jpg", "autocomplete": "off"}
    link = {"type": "button", "data-attach-from": "media"}
    choose = {"type": "file", "multiple": True, "aria-label": "Files of this computer"}
    return h(
        "details.menu.attach#attach",
        None,
        h("summary", {"title": "Attach media"}, icon("clip"), hidden("Attach media")),
        h(
            "div.sheet",
            None,
            h("label.choose", None, h("span", None, "From this computer"), h("input#file", choose)),
            h("p.quiet", None, "Or drop files on the phone, or paste a picture."),
            h("button", sample, "Use a sample photo"),
            h("hr"),
            h("label", None, h("span", None, "Address of a file"), h("input#media", box)),
            h("button", link, "Attach the address"),
        ),
    )
