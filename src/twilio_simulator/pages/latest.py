"""The newest messages of everyone, as long as none is chosen."""

from itertools import islice

from twilio_simulator.pages.bubbles import ticks
from twilio_simulator.pages.first_steps import first_steps
from twilio_simulator.pages.markup import Html, h, join
from twilio_simulator.pages.view import View, of_message
from twilio_simulator.pages.wording import moment, readable
from twilio_simulator.world.account import Account
from twilio_simulator.world.message import Message

LATEST, PREVIEW = 25, 90
_KEYS = join([h("kbd", None, "j"), Html(" "), h("kbd", None, "k")])


def latest(view: View) -> Html:
    """A list to choose from, or how to send the first."""
    newest = [message for account in view.world.accounts.values() for message in _last(account)]
    newest.sort(key=lambda one: one.created, reverse=True)
    walk = h("p.quiet", None, "Choose one, or walk through this phone's with ", _KEYS, ".")
    rows = h("ol", None, [message_row(view, one) for one in newest[:LATEST]])
    content = [walk, rows] if newest else [first_steps(view)]
    return h("section.results.latest", None, h("h2", None, "Latest messages"), content)


def _last(account: Account) -> list[Message]:
    return list(islice(reversed(account.messages.values()), LATEST))


def message_row(view: View, message: Message) -> Html:
    """One message in a list, leading to its phone."""
    way = f"{readable(message.sender or '')} → {readable(message.to)}"
    return h(
        "li",
        {"id": f"found-{message.sid}"},
        h(
            "a",
            {"href": of_message(view, message)},
            h("span.way", None, way),
            moment(message.created),
            h("bdi.last", None, message.body[:PREVIEW]),
            ticks(message),
        ),
    )
