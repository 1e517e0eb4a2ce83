"""The event log as it grows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from tests.simulator.local import Local

pytestmark = pytest.mark.anyio


class Stream:
    """A client of server-sent events."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.reader = reader

    async def head(self) -> str:
        return (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)).decode()

    async def next(self) -> tuple[int, Any]:
        while True:
            block = (await asyncio.wait_for(self.reader.readuntil(b"\n\n"), 5)).decode()
            if block.startswith("id: "):
                number, _, data = block.strip().partition("\ndata: ")
                return int(number.removeprefix("id: ")), orjson.loads(data)


@asynccontextmanager
async def listening(local: Local, query: str = "", header: str = "") -> AsyncIterator[Stream]:
    port = int(local.simulator.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /_sim/events/stream{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\n".encode())
    try:
        yield Stream(reader)
    finally:
        writer.close()


async def test_events_arrive_as_they_happen(local: Local) -> None:
    async with listening(local) as stream:
        head = await stream.head()
        sent = await local.sent()
        cursor, event = await stream.next()

    assert "Content-Type: text/event-stream" in head
    assert (event["kind"], event["subject"], event["cursor"]) == ("message.created", sent["sid"], cursor)


async def test_a_stream_goes_on_where_it_was_left(local: Local) -> None:
    await local.sent()
    first = local.simulator.world.log.cursor - 1
    async with listening(local, "?after=0") as stream:
        assert (await stream.next())[0] == 1
    async with listening(local, "?after=0", f"Last-Event-ID: {first}\r\n") as stream:
        assert (await stream.next())[0] == first + 1


async def test_a_client_that_leaves_takes_its_stream_with_it(local: Local) -> None:
    async with listening(local) as stream:
        await stream.head()
    for _ in range(200):
        await local.sent()
        await asyncio.sleep(0.01)
        if local.simulator.world.log.watched == 0:
            break

    assert local.simulator.world.log.watched == 0


async def test_a_client_that_never_reads_holds_up_nobody(local: Local) -> None:
    async with listening(local):
        for _ in range(300):
            local.simulator.world.log.note("test", "", "x" * 20_000)
        await asyncio.sleep(0.05)

        assert (await local.does("GET", "/ready"))["ready"] is True
