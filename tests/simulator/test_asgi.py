"""The same simulator without a socket, for any ASGI client."""

import asyncio
from typing import Any

import orjson
import pytest

from twilio_simulator.door.asgi import ConnectionSeveredError
from twilio_simulator.simulator import Options, Simulator
from twilio_simulator.world.account import basic

pytestmark = pytest.mark.anyio


async def call(
    simulator: Simulator, method: str, path: str, body: bytes = b""
) -> tuple[int, Any, dict[str, str]]:
    account = simulator.account
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [
            (b"host", b"localhost"),
            (b"authorization", basic(account.sid, account.auth_token).encode()),
        ],
    }
    parts: list[dict[str, Any]] = [
        {"type": "http.request", "body": body[:5], "more_body": True},
        {"type": "http.request", "body": body[5:]},
    ]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return parts.pop(0)

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    await simulator.app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], orjson.loads(sent[1]["body"]), headers


async def test_a_message_is_sent_in_process() -> None:
    simulator = Simulator(Options(seed=1))
    path = f"/2010-04-01/Accounts/{simulator.account.sid}/Messages.json"

    status, message, headers = await call(
        simulator, "POST", path, b"To=%2B14155550123&From=%2B14155550100&Body=Hello"
    )

    assert (status, message["status"], headers["x-home-region"]) == (201, "queued", "us1")
    simulator.stop()


async def test_a_severed_connection_is_an_error() -> None:
    simulator = Simulator()
    await call(simulator, "POST", "/_sim/faults", orjson.dumps({"match": {}, "do": ["drop"]}))
    path = f"/2010-04-01/Accounts/{simulator.account.sid}.json"

    with pytest.raises(ConnectionSeveredError):
        await call(simulator, "GET", path)


async def test_it_lives_through_a_lifespan() -> None:
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return events.pop(0)

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message["type"])

    await Simulator().app({"type": "lifespan"}, receive, send)

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_events_stream_until_the_client_leaves(fresh: Simulator) -> None:
    headers = [(b"host", b"127.0.0.1")]
    path = b"/_sim/events/stream"
    scope = {"type": "http", "method": "GET", "path": path.decode(), "raw_path": path, "headers": headers}
    sent: list[Any] = []
    left: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    asked = iter([{"type": "http.request", "body": b""}])

    async def receive() -> dict[str, Any]:
        return next(asked, None) or await left

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    streaming = asyncio.create_task(fresh.app(scope, receive, send))
    await asyncio.sleep(0.01)
    fresh.world.log.note("test", "", "something")
    await asyncio.sleep(0.01)
    left.set_result({"type": "http.disconnect"})
    await asyncio.wait_for(streaming, 2)

    assert b'"kind":"test"' in sent[-2]["body"]
    assert sent[-1] == {"type": "http.response.body", "body": b""}
    assert fresh.world.log.watched == 0
