"""A hand-written server on loopback that misbehaves on purpose and counts what it was sent."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext

OK = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


@dataclass
class Exchange:
    """One connection: what came, and the ways to answer or not to."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    received: asyncio.Event
    requests: list[bytes] = field(default_factory=list)

    async def receive(self) -> bytes:
        """The next request, head and body."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        request = head + await self.reader.readexactly(int(lengths[0]) if lengths else 0)
        self.requests.append(request)
        self.received.set()
        return request

    async def answer(self, raw: bytes = OK) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        """Linger of zero, so that a RST leaves instead of a FIN."""
        kept = self.writer.get_extra_info("socket")
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Exchange], Awaitable[None]]


@dataclass
class Loopback:
    """Where it listens and every connection it had."""

    port: int = 0
    scheme: str = "http"
    exchanges: list[Exchange] = field(default_factory=list)
    received: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[bytes]:
        return [request for exchange in self.exchanges for request in exchange.requests]


@asynccontextmanager
async def serving(behaviour: Behaviour, tls: SSLContext | None = None) -> AsyncIterator[Loopback]:
    """Serve until the block ends; every connection is then cut and its task ended."""
    loopback = Loopback(scheme="https" if tls else "http")
    tasks: set[asyncio.Task[None]] = set()

    async def run(exchange: Exchange) -> None:
        try:
            await behaviour(exchange)
        except (asyncio.IncompleteReadError, ConnectionError):
            exchange.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loopback.exchanges.append(Exchange(reader, writer, loopback.received))
        tasks.add(asyncio.ensure_future(run(loopback.exchanges[-1])))

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    loopback.port = server.sockets[0].getsockname()[1]
    try:
        yield loopback
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for exchange in loopback.exchanges:
            exchange.writer.transport.abort()
        await server.wait_closed()


async def keep_answering(exchange: Exchange) -> None:
    """A well-behaved server with keep-alive."""
    while True:
        await exchange.receive()
        await exchange.answer()
