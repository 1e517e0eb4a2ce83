"""Everything that goes wrong, as an RFC 9457 problem document."""

import asyncio

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringback.errors import Failure, Full, Misconfigured, Refused, RingbackError, Unauthorized, Unavailable
from ringback.http.answers import Answer
from ringback.log import logger

PROBLEM = "application/problem+json"
BAD_GATEWAY = 502
TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    413: "Too large",
    415: "Unsupported content type",
    421: "Misdirected request",
}
INTERNAL = "Ringback itself failed. Nothing more is shown here; the operator finds it in the log."
STOPPING = "The server is stopping. Ask again, under the same idempotency key if there was one."
AWAY = "The store cannot answer now; nothing was half-written. Try again."
NO_SUCH_PATH = "There is nothing at {path}. All addresses are listed at /docs and in /openapi.json."
WRONG_METHOD = "{method} is not what this address takes. It takes: {allowed}."

log = logger()


class Problem(Answer):
    """An RFC 9457 problem document."""

    media_type = PROBLEM


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Problem:
    """A problem that says no more than its title and what to do."""
    facts = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status, "detail": detail}
    return Problem(facts, status, headers)


def add_handlers(app: FastAPI) -> None:
    """Let the app answer errors with problem documents."""
    app.add_exception_handler(RingbackError, _on_ringback_error)
    app.add_exception_handler(HTTPException, _on_http_error)


async def _on_ringback_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RingbackError)  # noqa: S101 - what this handler is registered for
    return answer_to(error)


def answer_to(error: RingbackError) -> Response:
    """The problem document of an error, with the headers that go with it."""
    if isinstance(error, Unavailable):
        return _unavailable(error)
    if isinstance(error, Misconfigured):
        # Its text names files of this machine, which concern the operator alone.
        log.error("cannot_serve", error=error.message)
        return Problem(error.problem() | {"detail": INTERNAL}, error.status)
    if isinstance(error, Unauthorized):
        return Problem(error.problem(), error.status, {"WWW-Authenticate": 'Bearer realm="ringback"'})
    if isinstance(error, Failure):
        return _of_failure(error)
    return Problem(error.problem(), error.status)


def _unavailable(error: Unavailable) -> Problem:
    log.error("cannot_serve", error=error.message)
    detail = error.message if isinstance(error, Full) else AWAY
    headers = {"Retry-After": str(error.retry_after)}
    return Problem(error.problem() | {"detail": detail}, error.status, headers)


def _of_failure(error: Failure) -> Problem:
    """A failure without a job to carry it: a read, a test of an account; all of these may be repeated."""
    status = error.status if isinstance(error, Refused) else BAD_GATEWAY
    wait = error.fault.retry_after
    headers = {"Retry-After": str(max(1, round(wait)))} if wait is not None else None
    return Problem(error.problem() | {"status": status}, status, headers)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what this handler is registered for
    headers = dict(error.headers or {})
    detail = error.detail
    if error.status_code == 404:  # noqa: PLR2004 - the status itself
        detail = NO_SUCH_PATH.format(path=request.url.path)
    if error.status_code == 405:  # noqa: PLR2004 - the status itself
        detail = WRONG_METHOD.format(method=request.method, allowed=headers.get("Allow", "another"))
    return problem(error.status_code, detail, headers)


class NoTraceback:
    """Answers 500 for what nobody foresaw, and logs its type: its text may hold what a caller sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app; answer for it if it breaks before it answered."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - the last door before the server
            route = getattr(scope.get("route"), "path", "none")  # an address holds numbers
            log.error("request_broke", error=type(error).__name__, route=route)  # noqa: TRY400 - no text of a caller in logs
            if not begun:
                await problem(500, INTERNAL)(scope, receive, send)
        except asyncio.CancelledError:  # by uvicorn, whose patience with open answers is over
            if not begun:
                await problem(503, STOPPING, {"Retry-After": "1"})(scope, receive, send)
