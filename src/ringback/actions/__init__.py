"""The catalogue: every module here is one action, found by its name and never listed a second time."""

import difflib
import re
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ringback.action import Action, Input
from ringback.errors import NotFound


def catalogue() -> dict[str, Action[Any, Any]]:
    """Every action by its name, in alphabetical order."""
    return {name: find(name) for name in names()}


@cache
def names() -> list[str]:
    """The names of all actions, without importing any."""
    return sorted(_wire_name(module.name) for module in iter_modules(__path__))


@cache
def find(name: str) -> Action[Any, Any]:
    """One action by its name; only its own module is imported.

    Raises:
        NotFound: No action goes by that name; the text names those that come close.
    """
    if name not in (known := names()):
        close = difflib.get_close_matches(name, known, n=2, cutoff=0.5)
        hint = f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(known)}."
        raise NotFound(f"There is no action {name!r}. {hint}")
    module = _module_name(name)
    found: Action[Any, Any] = getattr(import_module(f"{__name__}.{module}"), module)
    return found


def action_of(wanted: type[Input]) -> Action[Any, Any]:
    """The action that takes an input model. Raises `NotFound` for a model that is no action's input."""
    found = find(wanted.__name__)
    if found.input is not wanted:
        raise NotFound(f"{wanted.__module__}.{wanted.__name__} is not the input of an action.")
    return found


def _wire_name(module: str) -> str:
    return "".join(part.capitalize() for part in module.split("_"))


def _module_name(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
