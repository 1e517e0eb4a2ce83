"""Search over every message: words, and `to:` `from:` `status:` `code:` `has:media` `after:`."""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from twilio_simulator.addresses import address
from twilio_simulator.clock import moment as instant
from twilio_simulator.pages.bubbles import ticks
from twilio_simulator.pages.debugger import refusals
from twilio_simulator.pages.first_steps import first_steps
from twilio_simulator.pages.markup import Html, h, hidden, icon, join
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import moment, plural, readable
from twilio_simulator.world.account import Account
from twilio_simulator.world.message import Message

SHOWN, LATEST, REFUSED = 100, 25, 20
PREVIEW = 90
_KEYS = join([h("kbd", None, "j"), Html(" "), h("kbd", None, "k")])
Test = Callable[[Message], bool]
_WORD = re.compile(r'(\w+):"([^"]*)"|"([^"]*)"|(\S+)')
_DIGITS = re.compile(r"\D")
SYNTAX = ("to:", "from:", "status:", "code:", "has:media", "after:10:30", '"two words"')


def found(view: View) -> Iterator[Message]:
    """Messages of all accounts that hold to every word, newest first."""
    tests = list(wanted(view.place.query, view.now))
    everything = (one for account in view.world.accounts.values() for one in account.messages.values())
    newest = sorted(everything, key=lambda one: one.created, reverse=True)
    return (one for one in newest if all(test(one) for test in tests))


def wanted(query: str, now: int) -> Iterator[Test]:
    """One test per word."""
    for key, quoted, phrase, bare in _WORD.findall(query):
        name, colon, value = (key, ":", quoted) if key else bare.partition(":")
        if colon and name.lower() in _FIELDS and value:
            yield _FIELDS[name.lower()](value, now)
        else:
            yield _says(phrase or bare)


def _says(words: str) -> Test:
    lower = words.lower()
    return lambda one: lower in one.body.lower() or lower == one.sid.lower()


def _number(value: str, part: str | None) -> bool:
    """Digits anywhere in a number; letters as they are."""
    digits = _DIGITS.sub("", value)
    return (digits or value.lower()) in (part or "").lower()


def _after(value: str, now: int) -> Test:
    """A date, a date and time, or a time of today."""
    today = moment_of_day(value, now)
    since = today if today is not None else instant(value)
    return lambda one: since is not None and one.created >= since


def moment_of_day(value: str, now: int) -> int | None:
    """The instant of `10:30` today in UTC; None when it is no time of day."""
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value)
    if match is None:
        return None
    return now - now % 86_400_000 + (int(match[1]) * 60 + int(match[2])) * 60_000


_FIELDS: dict[str, Callable[[str, int], Test]] = {
    "to": lambda value, _: lambda one: _number(value, one.to),
    "from": lambda value, _: lambda one: _number(value, one.sender),
    "status": lambda value, _: lambda one: one.status == value.lower(),
    "code": lambda value, _: lambda one: str(one.error_code or "") == value,
    "has": lambda value, _: lambda one: value.lower() == "media" and bool(one.media),
    "after": _after,
}


def results(view: View) -> Html:
    """The panel of what was found."""
    matching = list(found(view))
    close = {"href": view.place.link(query=""), "title": "Close (Esc)", "id": "close-story"}
    rows = [_row(view, one) for one in matching[:SHOWN]]
    hint = h("p.syntax.quiet", None, "Narrow it with ", [h("code", None, one) for one in SYNTAX])
    return h(
        "section.story.results",
        None,
        h("h2", None, "Search", h("a.round.close", close, icon("close"), hidden("Close"))),
        h("p", {"role": "status"}, f"{plural(len(matching), 'message')} found"),
        hint,
        h("ol", None, rows),
        _refused(view),
    )


def _refused(view: View) -> Html | None:
    """Requests that came to nothing: no message tells of them."""
    query = view.place.query.lower().removeprefix("code:")
    fitting = [one for one in refusals(view) if query == str(one.code) or query in one.where.lower()]
    rows = [
        h(
            "li.refused",
            None,
            h("b", None, str(one.code or "fault")),
            h("span.last", None, one.where),
            moment(one.at),
        )
        for one in fitting[-REFUSED:]
    ]
    title = h("h3", None, plural(len(fitting), "refused request"))
    return h("div", None, title, h("ul", None, rows)) if rows else None


def latest(view: View) -> Html:
    """The newest messages of everyone, as long as none is chosen."""
    newest = [message for account in view.world.accounts.values() for message in _last(account)]
    newest.sort(key=lambda one: one.created, reverse=True)
    walk = h("p.quiet", None, "Choose one, or walk through this phone's with ", _KEYS, ".")
    rows = h("ol", None, [_row(view, one) for one in newest[:LATEST]])
    content = [walk, rows] if newest else [first_steps(view)]
    return h("section.results.latest", None, h("h2", None, "Latest messages"), content)


def _last(account: Account) -> list[Message]:
    return list(islice(reversed(account.messages.values()), LATEST))


def _row(view: View, message: Message) -> Html:
    inbound = message.direction == "inbound"
    phone = address((message.sender if inbound else message.to) or "")
    link = {"href": view.place.link(number=phone.number, tab=phone.channel, message=message.sid)}
    way = f"{readable(message.sender or '')} → {readable(message.to)}"
    return h(
        "li",
        {"id": f"found-{message.sid}"},
        h(
            "a",
            link,
            h("span.way", None, way, " ", moment(message.created)),
            h("span.last", None, message.body[:PREVIEW]),
            ticks(message),
        ),
    )
