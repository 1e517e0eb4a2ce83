"""Counts what is answered, and shows all that is measured at `/metrics`."""

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringback.connector import Connector
from ringback.errors import Forbidden, RingbackError, Unauthorized
from ringback.http.auth import HOW
from ringback.http.hosts import is_loopback_name
from ringback.http.problems import answer_to
from ringback.settings import Settings

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class NamedRoute(Route):
    """A plain route that tells, as FastAPI's do, which one it is."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether it is meant."""
        match, found = super().matches(scope)
        return match, {"route": self, **found} if match is not Match.NONE else found


class Metering:
    """Counts answers by method, route and status; what no route takes counts under `none`."""

    def __init__(self, app: ASGIApp, connector: Connector) -> None:
        self._app = app
        self._meters = connector.meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note its status."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._meters.answered(scope["method"], _route(scope), message["status"])
            await send(message)

        await self._app(scope, receive, sending)


def _route(scope: MutableMapping[str, Any]) -> str:
    return str(getattr(scope.get("route"), "path", "none"))


class Metrics:
    """`/metrics`: free on this machine alone, with a `read` key for all accounts elsewhere."""

    def __init__(self, connector: Connector, settings: Settings) -> None:
        self._connector = connector
        self._alone = is_alone(settings)

    async def answer(self, request: Request) -> Response:
        """Everything that is measured, in Prometheus' text format."""
        passed_on = any(name in request.headers for name in FORWARDED)
        if not self._alone or passed_on:
            try:
                await self._check(request)
            except RingbackError as error:
                return answer_to(error)
        return Response(self._connector.meters.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _check(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Unauthorized(HOW)
        holder = await self._connector.keys.holder(key.strip())
        holder.require("read")
        if holder.accounts is not None:
            raise Forbidden(f"The key {holder.name} is for some accounts alone, and the metrics tell of all.")


def is_alone(settings: Settings) -> bool:
    """Whether only this machine reaches the server.

    A public URL means that something passes requests on to it, however they look when they arrive.
    """
    public = urlsplit(settings.public_url or "http://localhost").hostname or ""
    return is_loopback_name(settings.host) and is_loopback_name(public)
