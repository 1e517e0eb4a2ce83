"""Twilio's REST API: one module per resource, each with its HANDLERS by `product.OperationId`."""

from importlib import import_module
from pkgutil import iter_modules

from twilio_simulator.rest.call import Handler


def handlers() -> dict[str, Handler]:
    """The handlers of every module in this package."""
    found: dict[str, Handler] = {}
    for module in iter_modules(__path__):
        found.update(getattr(import_module(f"{__name__}.{module.name}"), "HANDLERS", {}))
    return found
