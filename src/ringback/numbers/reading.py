"""What every reading shares: its settings and notes, its refusals, and text made plain."""

import unicodedata
from dataclasses import dataclass, field

from pydantic_core import PydanticCustomError

_SHOWN = 40  # characters of a bad value that an error repeats: the width of a form's line


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling about a reading: what was given, what it became, and why."""

    given: str
    read_as: str
    reason: str


@dataclass(slots=True)
class Reader:
    """Pass it as pydantic's validation context: how to read, and, afterwards, what is worth telling.

    `default_country` is an ISO 3166 code; without it a number needs its country code.
    """

    default_country: str | None = None
    notes: list[Note] = field(default_factory=list)

    def note(self, given: str, read_as: str, reason: str) -> None:
        """Keep one for the caller."""
        self.notes.append(Note(given, read_as, reason))


def refusal(text: str) -> PydanticCustomError:
    """A ValueError that pydantic reports with exactly these words."""
    return PydanticCustomError("unreadable", "{text}", {"text": text})


def shown(given: str) -> str:
    """A bad value as an error may repeat it."""
    text = "".join(letter if letter.isprintable() else "?" for letter in given.strip())
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text or "An empty text"


def plain(given: str) -> str:
    """Digits, dashes and spaces of every script as ASCII, without the invisible marks that pasting brings."""
    if given.isascii() and given.isprintable():
        return given.strip()
    return "".join(map(_plain_letter, unicodedata.normalize("NFKC", given))).strip()


def _plain_letter(letter: str) -> str:
    match unicodedata.category(letter):
        case "Nd":
            return str(unicodedata.decimal(letter))
        case "Pd":
            return "-"
        case "Cf":
            return ""
        case _ if letter.isspace():
            return " "
    return "-" if letter == "\N{MINUS SIGN}" else letter
