"""The rows of the ledger, one module per part of Twilio; each has its ROWS and is found by being here."""

from importlib import import_module
from pkgutil import iter_modules

from twilio_simulator.ledger_rows.rule import Rule


def rows() -> list[Rule]:
    """The rows of every module in this package."""
    found: list[Rule] = []
    for module in iter_modules(__path__):
        found.extend(getattr(import_module(f"{__name__}.{module.name}"), "ROWS", ()))
    return found
