"""How instants, numbers and spans of time read on the page."""

from datetime import UTC, datetime
from functools import lru_cache

from twilio_simulator.clock import HOUR, MINUTE, SECOND
from twilio_simulator.pages.markup import Html, h
from twilio_simulator.world.numbers import friendly

DAY = 24 * HOUR


@lru_cache(maxsize=4096)
def moment(instant: int, *, seconds: bool = False) -> Html:
    """The time of day, in UTC as Twilio's own, with the whole instant behind it."""
    when = datetime.fromtimestamp(instant / 1000, UTC)
    shown = when.strftime("%H:%M:%S" if seconds else "%H:%M")
    return h("time", {"datetime": when.isoformat(timespec="milliseconds")}, shown)


@lru_cache(maxsize=4096)
def day(instant: int) -> str:
    """The date, like `Mon 23 Nov`."""
    return datetime.fromtimestamp(instant / 1000, UTC).strftime("%a %-d %b")


def span(milliseconds: int) -> str:
    """A length of time in its two largest units: `23 h 59 min`, `120 ms`."""
    if milliseconds < SECOND:
        return f"{milliseconds} ms"
    if milliseconds < MINUTE:
        return f"{milliseconds / SECOND:.1f} s"
    for unit, name, part, less in (
        (DAY, "d", HOUR, "h"),
        (HOUR, "h", MINUTE, "min"),
        (MINUTE, "min", SECOND, "s"),
    ):
        if milliseconds >= unit:
            rest = milliseconds % unit // part
            return f"{milliseconds // unit} {name}" + (f" {rest} {less}" if rest else "")
    return ""


def readable(address: str) -> str:
    """A number as people write it, without its channel."""
    return friendly(address.removeprefix("whatsapp:"))


def plural(count: int, word: str) -> str:
    """`1 segment`, `2 segments`."""
    return f"{count:,} {word}" + ("" if count == 1 else "s")
