"""Whatever a customer's server does with a webhook, nobody else waits for it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver

from twilio_simulator.clock import stopwatch
from twilio_simulator.door.listener import Listener
from twilio_simulator.exchange import Reply
from twilio_simulator.webhooks.delivery import AT_ONCE

pytestmark = pytest.mark.anyio
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
XML = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
LARGE = 10 * 1024 * 1024
PROMPT = 2.0
"""Seconds of a machine that others use, too."""


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def large(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(XML + f"Content-Length: {LARGE}\r\n\r\n".encode() + b"x" * LARGE)
    await writer.drain()


async def large_head(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * LARGE)
    await writer.drain()


async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(XML + b"Transfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n")
        await writer.drain()


async def trickling(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in XML * 100:
        writer.write(bytes([byte]))
        await asyncio.sleep(1)


async def half(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(XML + b"Content-Length: 100\r\n\r\n<Respon")


async def resetting(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def garbage(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(bytes(range(256)) * 20)


async def bomb(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE r [<!ENTITY e0 "x">{entities}]><Response><Message>&e11;</Message></Response>'
    writer.write(XML + f"Content-Length: {len(text)}\r\n\r\n{text}".encode())


async def nested(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    text = "<a>" * 20_000
    writer.write(XML + f"Content-Length: {len(text)}\r\n\r\n{text}".encode())


BAD: dict[Serve, tuple[str, ...]] = {
    silent: ("11200",),
    large: ("11750",),
    large_head: ("11206",),
    endless: ("11750",),
    trickling: ("11200",),
    half: ("12100",),
    resetting: ("11200",),
    garbage: ("11206",),
    bomb: ("12100",),
    nested: ("12100",),
}


@contextlib.asynccontextmanager
async def bad_receiver(serve: Serve) -> AsyncIterator[str]:
    """A server that treats whoever comes like this, and closes when it is done."""
    tasks: set[asyncio.Task[Any]] = set()
    writers: list[asyncio.StreamWriter] = []

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            await serve(reader, writer)
        writer.close()

    def start(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        task = asyncio.get_running_loop().create_task(served(reader, writer))
        tasks.add(task)

    listener = Listener(lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader(), start))
    port = await listener.open("127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


async def prompt_delivery(other: Local, receiver: Receiver) -> float:
    """Seconds from a send of another account until the last of its callbacks was answered."""
    started = stopwatch()
    sid = (await other.sent(StatusCallback=receiver.url))["sid"]
    await other.does("GET", f"/wait?kind=webhook&subject={sid}&status=delivered&timeout=5")
    assert receiver.statuses[-1] == "delivered"
    return stopwatch() - started


@pytest.mark.parametrize("serve", list(BAD), ids=lambda one: one.__name__)
async def test_a_bad_receiver_fails_by_itself_and_stalls_nobody(
    local: Local, receiver: Receiver, serve: Serve
) -> None:
    other = await local.account(progress="immediate")
    async with bad_receiver(serve) as url:
        await local.change(inbound_url=f"{url}#rt=600")
        text = {"to": local.number, "body": "Hello", "wait": False}
        await local.does("POST", "/phones/%2B14155550124/messages", text)

        assert await prompt_delivery(other, receiver) < PROMPT
        await asyncio.wait_for(local.simulator.webhooks.settled(), 5)

    (bad,) = (await local.does("GET", f"/webhooks?account={local.sid}"))["webhooks"]
    assert bad["state"] in ("failed", "answered")
    assert bad["error"].startswith(BAD[serve]), bad["error"]
    assert bad["latency_ms"] < 3000
    alerts = (await local.does("GET", f"/alerts?account={local.sid}"))["alerts"]
    assert {str(one["code"]) for one in alerts} & set(BAD[serve])


async def test_hundreds_of_callbacks_to_a_dead_receiver_hold_up_no_other_account(
    local: Local, receiver: Receiver
) -> None:
    await local.change(progress="immediate")
    other = await local.account(progress="immediate")
    async with bad_receiver(silent) as url:
        for _ in range(400):
            await local.sent(StatusCallback=url)

        for _ in range(20):
            assert await prompt_delivery(other, receiver) < PROMPT

        under_way = (await local.does("POST", "/reset"))["webhooks_called_off"]
        assert under_way >= 400


async def test_one_account_does_not_wait_behind_another_at_the_same_server(
    local: Local, receiver: Receiver
) -> None:
    held, full = asyncio.Event(), asyncio.Event()
    begun: list[int] = []

    async def wait() -> Reply:
        begun.append(1)
        if len(begun) == AT_ONCE:
            full.set()
        await held.wait()
        return Reply(204, b"")

    other = await local.account(progress="immediate")
    await local.change(progress="immediate")
    receiver.answers = [wait() for _ in range(AT_ONCE)]
    for _ in range(AT_ONCE + 50):
        await local.sent(StatusCallback=f"{receiver.url}/slow")
    await asyncio.wait_for(full.wait(), 5)

    assert await prompt_delivery(other, receiver) < PROMPT
    assert len(begun) == AT_ONCE
    await local.does("POST", "/reset")


async def test_the_controls_answer_while_receivers_hang(local: Local) -> None:
    async with bad_receiver(silent) as url:
        await local.change(progress="immediate", inbound_url=url)
        for _ in range(50):
            await local.sent(StatusCallback=url)
        text = {"to": local.number, "body": "Hello", "wait": False}
        await local.does("POST", f"/phones/{HANDSET}/messages", text)

        started = stopwatch()
        for _ in range(50):
            await local.does("GET", "/events?limit=10")
        assert stopwatch() - started < PROMPT
        await local.does("POST", "/reset")
