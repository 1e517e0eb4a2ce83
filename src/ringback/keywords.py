"""Keyword templates: `{{customer.first_name}}` in any input, filled once and never run."""

import difflib
import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ringback.errors import FieldError, InvalidInput

# Four braces stand for two; else the shortest run between two and two, or an opening that is never closed.
# Closing braces left over are plain text. The bound keeps a hostile text from being searched again and again.
_TOKEN = re.compile(r"\{\{\{\{|\}\}\}\}|\{\{(.{0,200}?)\}\}|\{\{", re.DOTALL)
_LITERALS = {"{{{{": "{{", "}}}}": "}}"}
_PATH = re.compile(r"[\w-]+(?:\.[\w-]+)*")
# Names compared for a suggestion, and errors that get one, so that hostile inputs cost little time.
_MOST_COMPARED = 1000
_MOST_SUGGESTIONS = 20
_SHOWN = 40  # characters of what stands between the braces
_LONGEST_INDEX = 9

_Fill = Callable[[str, str], object]


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword's name, and the field that holds it as a dotted path."""

    name: str
    field: str


class _UnusableError(Exception):
    """A keyword that cannot be filled; its text says why."""


def fill(inputs: Mapping[str, object], keywords: Mapping[str, object]) -> dict[str, object]:
    """The inputs with every keyword replaced, nested ones too; the names of fields are left alone.

    A value that is exactly one keyword keeps its type. Values are put in as they are and never read again.

    Raises:
        InvalidInput: one error for each keyword that is missing, cannot stand in a text, or is no path.
    """
    filling = _Filling(keywords)
    filled = {name: _mapped(value, name, filling.text) for name, value in inputs.items()}
    if filling.errors:
        raise InvalidInput(list(filling.errors))
    return filled


def found(inputs: Mapping[str, object]) -> list[Keyword]:
    """The keywords that the inputs ask for, in order, each once a field; what is no path is passed over."""
    tokens = ((token, place) for place, text in _texts(inputs, "") for token in _TOKEN.finditer(text))
    names = ((_name(token), place) for token, place in tokens)
    return list(dict.fromkeys(Keyword(name, place) for name, place in names if name))


def holds_braces(inputs: Mapping[str, object]) -> list[str]:
    """The fields with `{{` in them: worth a warning when no keywords came along."""
    return [place for place, text in _texts(inputs, "") if "{{" in text]


@dataclass(slots=True)
class _Filling:
    """One pass over the inputs; `errors` is a dict for its order and for naming each fault once."""

    keywords: Mapping[str, object]
    errors: dict[FieldError, None] = field(default_factory=dict)

    def text(self, text: str, place: str) -> object:
        """The text filled, or the value itself where the text is exactly one keyword."""
        whole = _TOKEN.match(text)
        if whole and whole[1] is not None and whole.end() == len(text):
            return self._noting(self._value, whole, place)
        return _TOKEN.sub(lambda token: str(self._noting(self._words, token, place)), text)

    def _noting(self, take: Callable[[re.Match[str]], object], token: re.Match[str], place: str) -> object:
        try:
            return take(token)
        except _UnusableError as fault:
            self.errors[FieldError(place, str(fault))] = None
            return None

    def _words(self, token: re.Match[str]) -> str:
        if literal := _LITERALS.get(token[0]):
            return literal
        words, fault = _as_text(self._value(token))
        if fault:
            raise _UnusableError(f"Keyword {_name(token)} {fault}.")
        return words

    def _value(self, token: re.Match[str]) -> object:
        name = _name(token)
        if name is None:
            raise _UnusableError(_not_a_keyword(token))
        try:
            return _look_up(name, self.keywords)
        except LookupError:
            raise _UnusableError(f"Keyword {name} is missing. {self._remedy(name)}") from None

    def _remedy(self, name: str) -> str:
        known = itertools.islice(_paths(self.keywords, ""), _MOST_COMPARED)
        close = len(self.errors) < _MOST_SUGGESTIONS and difflib.get_close_matches(name, list(known), n=1)
        return f"Did you mean {close[0]}?" if close else "Give it a value."


def _mapped(value: object, place: str, change: _Fill) -> object:
    match value:
        case str():
            return change(value, place)
        case Mapping():
            return {key: _mapped(part, f"{place}.{key}", change) for key, part in value.items()}
        case list() | tuple():
            return [_mapped(part, f"{place}.{index}", change) for index, part in enumerate(value)]
    return value


def _texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    for key, part in _parts(value):
        yield from _texts(part, f"{place}.{key}" if place else key)


def _paths(value: object, place: str) -> Iterator[str]:
    for key, part in _parts(value):
        path = f"{place}.{key}" if place else key
        yield path
        yield from _paths(part, path)


def _parts(value: object) -> Iterator[tuple[str, object]]:
    match value:
        case Mapping():
            yield from ((str(key), part) for key, part in value.items())
        case list() | tuple():
            yield from ((str(index), part) for index, part in enumerate(value))


def _name(token: re.Match[str]) -> str | None:
    """The path between the braces, or None where there is none."""
    name = (token[1] or "").strip()
    return name if _PATH.fullmatch(name) else None


def _not_a_keyword(token: re.Match[str]) -> str:
    if token[1] is None:
        return "A {{ is not closed. Close it with }}, or write {{{{ for two plain braces."
    inside = token[1].strip()
    shown = f"{inside[:_SHOWN]}…" if len(inside) > _SHOWN else inside
    return (
        f"{{{{{shown}}}}} is no keyword, and nothing between braces is run. Write a name, like "
        "{{name}} or {{customer.first_name}}, or {{{{ for two plain braces."
    )


def _look_up(name: str, keywords: Mapping[str, object]) -> object:
    """The value at a dotted path: keys of objects and places in lists, never attributes.

    A key that holds the dots itself comes first. Raises LookupError when there is nothing.
    """
    if name in keywords:
        return keywords[name]
    value: object = keywords
    for step in name.split("."):
        value = _step(value, step)
    return value


def _step(value: object, step: str) -> object:
    if isinstance(value, Mapping) and step in value:
        return value[step]
    if isinstance(value, list | tuple) and step.isdecimal() and len(step) <= _LONGEST_INDEX:
        return value[int(step)]
    raise LookupError(step)


def _as_text(value: object) -> tuple[str, str | None]:
    """A value inside a text, and, when it cannot stand there, why."""
    match value:
        case str():
            return str.__str__(value), None
        case bool():
            return str(value).lower(), None
        case int():
            return str(value), None
        case float() if math.isfinite(value):
            return f"{Decimal(repr(value)):f}", None
        case Decimal() if value.is_finite():
            return f"{value:f}", None
    return "", _why_not(value)


def _why_not(value: object) -> str:
    match value:
        case None:
            return "is null; give it a value, or leave it out of the text"
        case list() | tuple():
            return "is a list; name one of its places, like {{name.0}}, or let it be the whole value"
        case Mapping():
            return "is an object; name one of its keys, like {{name.key}}, or let it be the whole value"
        case float() | Decimal():
            return "is no finite number; give it another value"
    return f"is of type {type(value).__name__}; give it as text"
