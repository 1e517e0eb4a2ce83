"""What is typed into the search box, as tests: words, and fields like `to:` or `status:`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from twilio_simulator.clock import moment as instant

DAY_MS, HOUR_MINUTES, MINUTE_MS = 86_400_000, 60, 60_000
_WORD = re.compile(r'(\w+):"([^"]*)"|"([^"]*)"|(\S+)')
_DIGITS = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Find:
    """One thing that can be found, whatever it is."""

    kind: str
    at: int
    thing: Any
    texts: tuple[str, ...]
    """What words are looked for in."""
    to: str = ""
    sender: str = ""
    statuses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """Error codes and one-time codes."""
    has: str = ""


Test = Callable[[Find], bool]


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
    return lambda one: any(lower in text.lower() for text in one.texts)


def _number(value: str, part: str) -> bool:
    """Digits anywhere in a number; letters as they are."""
    digits = _DIGITS.sub("", value)
    return bool(part) and (digits or value.lower()) in part.lower()


def _after(value: str, now: int) -> Test:
    """A date, a date and time, or a time of today."""
    today = moment_of_day(value, now)
    since = today if today is not None else instant(value)
    return lambda one: since is not None and one.at >= since


def moment_of_day(value: str, now: int) -> int | None:
    """The instant of `10:30` today in UTC; None when it is no time of day."""
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value)
    if match is None:
        return None
    return now - now % DAY_MS + (int(match[1]) * HOUR_MINUTES + int(match[2])) * MINUTE_MS


_FIELDS: dict[str, Callable[[str, int], Test]] = {
    "to": lambda value, _: lambda one: _number(value, one.to),
    "from": lambda value, _: lambda one: _number(value, one.sender),
    "status": lambda value, _: lambda one: value.lower() in one.statuses,
    "code": lambda value, _: lambda one: value in one.codes,
    "has": lambda value, _: lambda one: value.lower() == one.has,
    "is": lambda value, _: lambda one: one.kind.lower().startswith(value.lower().rstrip("s")),
    "after": _after,
}
