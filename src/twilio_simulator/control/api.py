"""Finds the handler of a control request and writes its answer as JSON."""

import re
from collections.abc import Awaitable
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING
from urllib.parse import unquote

from twilio_simulator import control
from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.guard import Guard
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.exchange import Answer, Outcome, Reply, Request, Stream, json_reply, parsed_form

if TYPE_CHECKING:
    from twilio_simulator.simulator import Simulator

PREFIX = "/_sim/"


def handlers() -> dict[str, Handler]:
    """Who answers which route, like `GET /clock`: the ROUTES of every module in this package."""
    found: dict[str, Handler] = {}
    for module in iter_modules(control.__path__):
        found.update(getattr(import_module(f"{control.__name__}.{module.name}"), "ROUTES", {}))
    return found


def _table() -> list[tuple[str, re.Pattern[str], Handler]]:
    rows = []
    for route, handler in handlers().items():
        method, _, template = route.partition(" ")
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", PREFIX[:-1] + template)
        rows.append((method, re.compile(pattern), handler))
    return rows


class ControlApi:
    """Every route under /_sim."""

    def __init__(self, simulator: "Simulator", guard: Guard) -> None:
        self._simulator = simulator
        self._guard = guard
        self._routes = _table()
        self.changes = 0
        """Requests that may have changed something."""

    def serve(self, request: Request) -> Answer:
        """Answer one request."""
        try:
            self._guard.check(request)
            content = self._found(request)
        except BadInputError as error:
            return json_reply(error.status, {"errors": error.errors})
        if isinstance(content, Reply | Stream):
            return content
        return json_reply(200, content) if isinstance(content, dict) else self._awaited(content)

    async def _awaited(self, content: Awaitable[Content | Reply]) -> Outcome:
        try:
            told = await content
            return told if isinstance(told, Reply) else json_reply(200, told)
        except BadInputError as error:
            return json_reply(error.status, {"errors": error.errors})

    def check(self, request: Request) -> None:
        """Let a browser in as any other caller: pages show what the controls tell.

        Raises:
            BadInputError: it comes by a foreign name, from a foreign page, or without the token.
        """
        self._guard.check(request)

    def check_host(self, request: Request) -> None:
        """The same without the token: for what is no secret.

        Raises:
            BadInputError: it comes by a foreign name, or from a foreign page.
        """
        self._guard.check_host(request)

    def _found(self, request: Request) -> Content | Reply | Stream | Awaitable[Content | Reply]:
        request.query = parsed_form(request.query_string)
        self.changes += request.method != "GET"
        methods = []
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(request.path)
            if match is not None and method == request.method:
                values = {name: unquote(value) for name, value in match.groupdict().items()}
                return handler(Visit(request, values, self._simulator))
            if match is not None:
                methods.append(method)
        if methods:
            raise BadInputError.of(
                "method", f"{request.path} has no {request.method}", f"Use {' or '.join(methods)}.", 405
            )
        raise BadInputError.of(
            "path", f"There is no {request.path}", "GET /_sim/ready lists the routes.", 404
        )

    def routes(self) -> list[str]:
        """What there is, for the ready answer."""
        named = (route.partition(" ") for route in handlers())
        return sorted(f"{method} {PREFIX[:-1]}{path}" for method, _, path in named)
