import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from twilio_simulator.door.chunks import MAX_BODY
from twilio_simulator.door.http1 import MAX_HEAD, Connections
from twilio_simulator.exchange import Answer, Reply, Request
from twilio_simulator.running import listening

pytestmark = pytest.mark.anyio
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


LARGE = b"x" * 300_000


def echo(request: Request) -> Answer:
    if request.path == "/large":
        return Reply(200, LARGE)
    if request.path == "/broken":
        raise LookupError(request.path)
    if request.path == "/broken-later":
        return broken()
    reply = Reply(200, f"{request.method} {request.path} ".encode() + request.body)
    return reply if request.path != "/later" else later(reply)


async def broken() -> Reply:
    await asyncio.sleep(0)
    raise LookupError("later")


async def later(reply: Reply) -> Reply:
    await asyncio.sleep(0.01)
    return reply


@contextlib.asynccontextmanager
async def connected() -> AsyncIterator[Streams]:
    async with listening(Connections(echo)) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        try:
            yield reader, writer
        finally:
            writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The status line and the body of the next answer."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 3)).decode()
    length = next((line for line in head.split("\r\n") if line.startswith("Content-Length")), "0")
    return head.split("\r\n")[0], await reader.readexactly(int(length.rpartition(" ")[2]))


async def test_requests_on_one_connection_are_answered_in_order() -> None:
    async with connected() as (reader, writer):
        writer.write(b"GET /later HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi")
        writer.write(b"GET /c HTTP/1.1\r\n\r\n")

        assert [(await answer(reader))[1] for _ in range(3)] == [b"GET /later ", b"POST /b hi", b"GET /c "]


async def test_a_request_may_come_byte_by_byte() -> None:
    async with connected() as (reader, writer):
        for byte in b"POST /slow HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc":
            writer.write(bytes([byte]))
            await writer.drain()

        assert await answer(reader) == ("HTTP/1.1 200 OK", b"POST /slow abc")


async def test_a_chunked_body_is_put_together() -> None:
    async with connected() as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=1\r\nWiki\r\n")
        await writer.drain()
        writer.write(b"5\r\npedia\r\n0\r\nTrailer: 1\r\n\r\nGET /next HTTP/1.1\r\n\r\n")

        assert (await answer(reader))[1] == b"POST / Wikipedia"
        assert (await answer(reader))[1] == b"GET /next "


async def test_a_client_that_asks_first_is_told_to_go_on() -> None:
    async with connected() as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")) == b"HTTP/1.1 100 Continue\r\n\r\n"

        writer.write(b"ok")
        assert (await answer(reader))[1] == b"POST / ok"


@pytest.mark.parametrize("head", [b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n"])
async def test_the_connection_closes_when_the_client_wishes(head: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(head)

        assert (await answer(reader))[1] == b"GET / "
        assert await reader.read() == b""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", "400"),
        (b"GET / HTTP/2\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"),
        (b"POST / HTTP/1.1\r\nContent-Length: " + str(MAX_BODY + 1).encode() + b"\r\n\r\n", "413"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEAD, "431"),
    ],
)
async def test_garbage_is_refused_and_the_connection_closed(sent: bytes, status: str) -> None:
    async with connected() as (reader, writer):
        writer.write(sent)

        line, _ = await answer(reader)
        assert line.split(" ")[1] == status
        assert await reader.read() == b""


async def test_an_answer_is_dropped_when_the_client_is_gone() -> None:
    async with connected() as (_, writer):
        writer.write(b"GET /later HTTP/1.1\r\n\r\n")
        await writer.drain()
        writer.close()
        await asyncio.sleep(0.03)

    async with connected() as (reader, writer):
        writer.write(b"GET /alive HTTP/1.1\r\n\r\n")
        assert (await answer(reader))[1] == b"GET /alive "


async def test_a_slow_reader_gets_every_answer() -> None:
    async with connected() as (reader, writer):
        writer.write(b"GET /large HTTP/1.1\r\n\r\n" * 30)
        await writer.drain()
        await asyncio.sleep(0.05)

        assert [len((await answer(reader))[1]) for _ in range(30)] == [len(LARGE)] * 30


async def test_requests_beyond_measure_wait_in_the_network() -> None:
    async with connected() as (reader, writer):
        writer.write(
            b"GET /later HTTP/1.1\r\n\r\n" + b"POST /b HTTP/1.1\r\nContent-Length: 9\r\n\r\n123456789" * 9000
        )

        assert (await answer(reader))[1] == b"GET /later "
        assert all([(await answer(reader))[1] == b"POST /b 123456789" for _ in range(9000)])


@pytest.mark.parametrize("path", ["/broken", "/broken-later"])
async def test_a_mistake_of_ours_closes_the_connection_and_is_reported(path: str) -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))

    async with connected() as (reader, writer):
        writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
        assert await asyncio.wait_for(reader.read(), 3) == b""

    assert [type(error) for error in reported] == [LookupError]


async def test_a_proxys_absolute_form_is_understood() -> None:
    async with connected() as (reader, writer):
        writer.write(b"GET http://api.twilio.com/a HTTP/1.1\r\n\r\n")

        assert (await answer(reader))[1] == b"GET /a "
