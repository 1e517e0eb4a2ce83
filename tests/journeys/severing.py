"""A way to PostgreSQL on which connections are cut while a commit is answered, and some just before it."""

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

# Messages as they stand on the wire: https://www.postgresql.org/docs/current/protocol-message-formats.html
COMMIT = b"Q\x00\x00\x00\x0cCOMMIT;\x00"
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
UNDONE = 0.25
PIECE = 65_536
RESET = struct.pack("ii", 1, 0)  # lingering for no time: what closes it is a reset (man 7 socket)


@dataclass(slots=True)
class Severing:
    """A proxy before a server's socket. Who commits never hears of it in `share` of the cases.

    Mostly it was done (`unheard` so far), and sometimes the server did not even hear of it (`undone`), which
    looks the same.
    """

    server: Path
    chance: random.Random
    share: float = 0.0
    unheard: int = 0
    undone: int = 0
    port: int = 0

    def url_of(self, database: str) -> str:
        """The address of a database by this way."""
        return f"postgresql://postgres@127.0.0.1:{self.port}{urlsplit(database).path}"

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one client's bytes there and back until either side has gone."""
        with closing(writer):
            answers, asks = await asyncio.open_unix_connection(self.server)
            with closing(asks):
                line = Line(self, asks, writer)
                ways = [asyncio.create_task(way) for way in (line.ask(reader), line.answer(answers))]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)

    def strikes(self, share: float) -> bool:
        """Whether it is one of so many."""
        return self.chance.random() < share


@dataclass(slots=True)
class Line:
    """One client's connection; `doomed` from a commit on whose answer must not arrive."""

    proxy: Severing
    server: asyncio.StreamWriter
    client: asyncio.StreamWriter
    doomed: bool = False

    async def ask(self, client: asyncio.StreamReader) -> None:
        """Whoever commits waits for the answer, so a commit is the last of what was asked."""
        while asked := await client.read(PIECE):
            self.doomed = asked.endswith(COMMIT) and self.proxy.strikes(self.proxy.share)
            if self.doomed and self.proxy.strikes(UNDONE):
                self.proxy.undone += 1
                return self.reset()
            self.server.write(asked)
        return None

    async def answer(self, server: asyncio.StreamReader) -> None:
        """Until a doomed commit is done, which the client is not told any more."""
        while answered := await server.read(PIECE):
            if self.doomed and COMMITTED in answered:
                self.proxy.unheard += 1
                return self.reset()
            self.client.write(answered)
        return None

    def reset(self) -> None:
        """Break the client's connection off."""
        self.client.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.client.transport.abort()


@asynccontextmanager
async def severing(server: Path, seed: int) -> AsyncIterator[Severing]:
    """A proxy on a free port."""
    proxy = Severing(server, random.Random(seed))  # noqa: S311 - repeatable
    listening = await asyncio.start_server(proxy.carry, "127.0.0.1", 0)
    proxy.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield proxy
