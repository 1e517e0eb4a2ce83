"""Ringback: a self-hosted Twilio connector.

`Ringback` and every action's input model are importable from here; each is loaded when first used (PEP 562),
so that importing the package costs next to nothing. `__init__.pyi` tells type checkers the same list.
"""

import re
from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "Ringback":
        return import_module("ringback.app").Ringback
    if not name[:1].isupper():
        raise AttributeError(f"module 'ringback' has no attribute {name!r}")
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    try:
        return getattr(import_module(f"ringback.actions.{module}"), name)
    except ModuleNotFoundError as missing:
        if missing.name != f"ringback.actions.{module}":
            raise
        raise AttributeError(f"module 'ringback' has no attribute {name!r}") from None
