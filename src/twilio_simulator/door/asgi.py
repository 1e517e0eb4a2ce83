"""The same simulator as an ASGI application, for tests that stay in one process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from twilio_simulator.exchange import Answer, Reply, Request, Severed, Stream

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ConnectionSeveredError(ConnectionError):
    """A fault ended the connection before an answer; there is no socket here on which to show it."""


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _header_lines(reply: Reply | Stream) -> list[tuple[bytes, bytes]]:
    lines = [("content-type", reply.content_type)]
    if isinstance(reply, Reply):
        lines.append(("content-length", str(len(reply.body))))
    for line in reply.headers.split("\r\n"):
        if line:
            name, _, value = line.partition(": ")
            lines.append((name.lower(), value))
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in lines]


async def _stream(parts: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Send parts until there are no more or the client leaves."""
    leaving = asyncio.ensure_future(receive())
    upcoming: asyncio.Future[bytes] | None = None
    try:
        while not leaving.done():
            upcoming = asyncio.ensure_future(anext(parts, b""))
            await asyncio.wait({upcoming, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not upcoming.done() or not upcoming.result():
                break
            await send({"type": "http.response.body", "body": upcoming.result(), "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        leaving.cancel()
        if upcoming is not None:
            upcoming.cancel()


class Application:
    """ASGI in front of `serve`."""

    def __init__(self, serve: Callable[[Request], Answer]) -> None:
        self._serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
        query = scope.get("query_string", b"").decode("latin-1")
        answer = self._serve(Request(scope["method"], path, query, headers, await _body(receive)))
        outcome = answer if isinstance(answer, Reply | Severed | Stream) else await answer
        if isinstance(outcome, Severed):
            raise ConnectionSeveredError(outcome.how)
        if isinstance(outcome, Reply) and outcome.cut:
            raise ConnectionSeveredError(outcome.cut)
        await send(
            {"type": "http.response.start", "status": outcome.status, "headers": _header_lines(outcome)}
        )
        if isinstance(outcome, Reply):
            await send({"type": "http.response.body", "body": outcome.body})
            return
        await _stream(outcome.parts, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})
