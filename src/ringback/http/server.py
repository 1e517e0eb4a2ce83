"""The app: every route, under one check of the Host header and one last door for errors."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from ringback import __version__
from ringback.connector import Connector
from ringback.http.accounts import accounts
from ringback.http.actions import actions
from ringback.http.answers import Answer
from ringback.http.health import health
from ringback.http.hooks import hook_routes
from ringback.http.hosts import HostCheck
from ringback.http.jobs import jobs
from ringback.http.metering import Metering, Metrics, NamedRoute
from ringback.http.pages import page_routes, with_servers
from ringback.http.problems import NoTraceback, add_handlers
from ringback.http.senders import senders
from ringback.settings import Settings

SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI's own telemetry would tell of whole addresses, numbers in them too, and of the texts of errors."""


def build(connector: Connector, settings: Settings) -> FastAPI:
    """The ASGI app of an open connector."""
    app = FastAPI(
        title="Ringback",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        middleware=middleware_of(connector, settings),
        telemetry=SILENT,
    )
    app.state.connector = connector
    for router in (accounts, actions, jobs, senders, health):
        app.include_router(router)
    app.router.routes += [
        *hook_routes(connector, settings),
        *page_routes(),
        NamedRoute("/openapi.json", OpenApi(app, settings).answer),
        NamedRoute("/metrics", Metrics(connector, settings).answer),
    ]
    add_handlers(app)
    return app


def build_for_worker(connector: Connector, settings: Settings) -> FastAPI:
    """The ASGI app of a process that only sends: its health and what it measures."""
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=middleware_of(connector, settings),
        telemetry=SILENT,
    )
    app.state.connector = connector
    app.include_router(health)
    app.router.routes.append(NamedRoute("/metrics", Metrics(connector, settings).answer))
    add_handlers(app)
    return app


def middleware_of(connector: Connector, settings: Settings) -> list[Middleware]:
    """What every request passes through, outermost first."""
    return [
        Middleware(Metering, connector=connector),
        Middleware(NoTraceback),
        Middleware(HostCheck, settings=settings),
    ]


def _operation_id(route: APIRoute) -> str:
    """`list_accounts` as `listAccounts`, for the clients that are generated from the document."""
    first, *others = route.name.split("_")
    return first + "".join(word.capitalize() for word in others)


class OpenApi:
    """The OpenAPI document, put together when it is first asked for."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        self._app = app
        self._public_url = settings.public_url
        self._document: dict[str, Any] | None = None

    async def answer(self, request: Request) -> Response:
        """The document, naming the address it was asked for at as the first server."""
        if self._document is None:
            from ringback.http.openapi import document  # noqa: PLC0415 - it imports every action

            self._document = document(self._app)
        return Answer(with_servers(self._document, str(request.base_url), self._public_url))
