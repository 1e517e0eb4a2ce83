"""The ruleset as a command line gives it: `--rule long_body_code=21658`."""

from collections.abc import Iterable
from typing import Any, get_args, get_type_hints

from twilio_simulator.ruleset import Ruleset

HINTS = get_type_hints(Ruleset)
WORDS = {"true": True, "false": False}


class RuleError(Exception):
    """There is no such rule, or it has no such choice."""


def ruleset_of(given: Iterable[str]) -> Ruleset:
    """The defaults, but for those named.

    Raises:
        RuleError: one of them cannot be.
    """
    return Ruleset(**dict(_pair(text) for text in given))


def _pair(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    hint = HINTS.get(name)
    if hint is None:
        raise RuleError(f"there is no rule '{name}': the page of the behaviour ledger lists them")
    choices = get_args(hint)
    if hint in (int, float, bool):
        return name, _plain(name, hint, value)
    if hint == tuple[str, ...]:
        return name, tuple(word for word in value.split(",") if word)
    for choice in choices:
        if str(choice) == value:
            return name, choice
    if all(isinstance(choice, str | int) for choice in choices):
        raise RuleError(f"{name} is '{value}': choose from {', '.join(map(str, choices))}")
    raise RuleError(f"{name} can be set in Python only")


def _plain(name: str, kind: type, value: str) -> float:
    if kind is bool and value in WORDS:
        return WORDS[value]
    try:
        number = float(value) if kind is float else int(value)
    except ValueError:
        number = -1
    if kind is bool or not 0 <= number < 10**9:
        wanted = "true or false" if kind is bool else "a number, 0 or more"
        raise RuleError(f"{name} is '{value}': give {wanted}")
    return number
