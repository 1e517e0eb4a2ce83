import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from tests.simulator.local import HANDSET, Local, Receiver

from twilio_simulator.world.account import basic

pytestmark = pytest.mark.anyio


@dataclass
class Wire:
    """A plain socket to the simulator."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    local: Local

    async def post(self, body: str = f"To=%2B{HANDSET[1:]}&From=%2B14155550100&Body=Hello") -> None:
        self.writer.write(
            f"POST /2010-04-01/Accounts/{self.local.sid}/Messages.json HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: {basic(self.local.sid, self.local.token)}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        await self.writer.drain()

    async def head(self) -> str:
        return (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 3)).decode()


@contextlib.asynccontextmanager
async def wire(local: Local) -> AsyncIterator[Wire]:
    port = int(local.simulator.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Wire(reader, writer, local)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def script(local: Local, *do: object, **match: str) -> None:
    match["operation"] = "CreateMessage"
    await local.does("POST", "/faults", {"match": match, "do": list(do)})


async def count(local: Local) -> int:
    return len((await local.call("GET", "{}/Messages.json")).json["messages"])


async def test_a_rate_limit_does_not_create_a_message(local: Local) -> None:
    await script(local, {"kind": "rate_limit", "retry_after": 3}, {"kind": "rate_limit", "body": "empty"})

    first, second = await local.send(), await local.send()

    assert (first.status, first.code, first.headers["retry-after"]) == (429, 20429, "3")
    assert (second.status, second.body, "retry-after" in second.headers) == (429, b"", False)
    assert await count(local) == 0
    assert (await local.send()).status == 201


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("body", ["json", "html", "empty"])
async def test_a_server_error_comes_in_three_shapes(local: Local, status: int, body: str) -> None:
    await script(local, {"kind": "server_error", "status": status, "body": body})

    answer = await local.send()

    assert answer.status == status
    assert answer.body[:6] == {"json": b'{"code', "html": b"<html>", "empty": b""}[body]
    assert await count(local) == 0


async def test_a_server_error_after_the_fact_leaves_a_message_behind(local: Local) -> None:
    await script(local, {"kind": "server_error", "stage": "after"})

    assert (await local.send()).status == 500
    assert await count(local) == 1


async def test_a_refusal_names_any_code_of_the_ledger(local: Local) -> None:
    await script(local, {"kind": "refusal", "code": 21611})

    assert ((await local.send()).code, await count(local)) == (21611, 0)


async def test_a_dropped_answer_leaves_a_message_and_a_closed_connection(local: Local) -> None:
    await script(local, "drop")

    async with wire(local) as client:
        await client.post()
        assert await asyncio.wait_for(client.reader.read(), 3) == b""

    assert await count(local) == 1


@pytest.mark.parametrize(("action", "left"), [({"kind": "drop", "how": "reset"}, 1), ({"kind": "reset"}, 0)])
async def test_a_reset_really_leaves_as_rst(local: Local, action: dict[str, str], left: int) -> None:
    await script(local, action)

    async with wire(local) as client:
        await client.post()
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(client.reader.read(), 3)

    assert await count(local) == left


@pytest.mark.parametrize(("stage", "left"), [("after", 1), ("before", 0)])
async def test_a_stalled_answer_never_comes(local: Local, stage: str, left: int) -> None:
    await script(local, {"kind": "stall", "stage": stage})

    async with wire(local) as client:
        await client.post()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 0.1)
        assert await count(local) == left

        await local.does("POST", "/reset")
        assert await asyncio.wait_for(client.reader.read(), 3) == b""


@pytest.mark.parametrize(("stage", "left"), [("after", 1), ("before", 0)])
async def test_a_client_that_gives_up_may_have_sent_a_message(local: Local, stage: str, left: int) -> None:
    await script(local, {"kind": "latency", "seconds": 0.05, "stage": stage})

    async with wire(local) as client:
        await client.post()
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)

    assert await count(local) == left


async def test_latency_delays_the_answer(local: Local) -> None:
    await script(local, {"kind": "latency", "seconds": [0.1, 0.15]})
    loop = asyncio.get_running_loop()

    async with wire(local) as client:
        began = loop.time()
        await client.post()
        assert (await client.head()).startswith("HTTP/1.1 201")
        assert loop.time() - began >= 0.1


async def test_held_requests_count_as_concurrent(local: Local) -> None:
    await local.change(concurrency_limit=1)
    await script(local, "stall")

    async with wire(local) as client:
        await client.post()
        await local.does("GET", "/wait?kind=message.created&timeout=3")
        refused = await local.send()

    assert (refused.status, refused.code) == (429, 20429)
    assert refused.headers["twilio-concurrent-requests"] == "2"


async def test_a_fault_hits_only_what_it_matches(local: Local) -> None:
    other = await local.account()
    await script(local, "rate_limit", account=other.sid, to="+14155550199", body="^Hel", run="7")

    assert (await local.send()).status == 201
    assert (await other.send()).status == 201
    assert (await other.send(To="+14155550199")).status == 201
    form = {"To": "+14155550199", "From": other.number, "Body": "Hello"}
    hit = await other.call("POST", "{}/Messages.json", form, {"x-sim-run": "7"})
    assert hit.status == 429


@pytest.mark.parametrize(
    "condition",
    [
        {"account": "AC" + "0" * 32},
        {"to": "+14155550199"},
        {"from": "+14155550199"},
        {"body": "^Good"},
        {"run": "7"},
        {"operation": "CreateCall"},
        {"webhook": "status"},
        {"delivery": "code"},
    ],
    ids=lambda condition: next(iter(condition)),
)
async def test_every_condition_of_a_match_counts(local: Local, condition: dict[str, str]) -> None:
    do = ["drop"] if condition.keys() & {"webhook", "delivery"} else ["rate_limit"]
    await local.does("POST", "/faults", {"match": condition, "do": do})

    assert (await local.send()).status == 201
    assert (await local.does("GET", "/faults"))["unused"] == 1


async def test_the_book_shows_what_was_used(local: Local) -> None:
    await script(local, "none", "rate_limit", "rate_limit")
    await local.send()
    await local.send()

    book = await local.does("GET", "/faults")

    assert (book["unused"], len(book["faults"][0]["used"])) == (1, 2)
    assert "Messages.json" in book["faults"][0]["used"][0]
    assert (await local.does("DELETE", "/faults"))["removed"] == 1
    assert (await local.send()).status == 201


async def test_webhooks_are_dropped_duplicated_and_delayed(local: Local, receiver: Receiver) -> None:
    do = ["drop", {"kind": "duplicate", "times": 2}, {"kind": "delay", "seconds": 60}]
    await local.does("POST", "/faults", {"match": {"webhook": "status"}, "do": do})
    await local.sent(StatusCallback=receiver.url)
    await local.advance(10)
    assert receiver.statuses == ["delivered"] * 3
    told = (await local.does("GET", "/webhooks"))["webhooks"]
    assert [one["fault"] for one in told] == ["drop", "duplicate", "duplicate", "duplicate"]

    await local.sent(StatusCallback=receiver.url)
    await local.advance(10)
    assert receiver.statuses == ["delivered"] * 4

    await local.advance(60)
    assert receiver.statuses == [*["delivered"] * 4, "sent"]


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"match": {}, "do": []}, "do"),
        ({"match": {}, "do": ["explode"]}, "do[0].kind"),
        ({"match": {"operation": "CreateMessages"}, "do": ["stall"]}, "match.operation"),
        ({"match": {"body": "("}, "do": ["stall"]}, "match.body"),
        ({"match": {}, "do": [{"kind": "latency"}]}, "do[0].seconds"),
        ({"match": {}, "do": [{"kind": "refusal", "code": 30003}]}, "do[0].code"),
        ({"match": {"webhook": "status"}, "do": ["stall"]}, "do[0].kind"),
        ({"match": {"planet": "Mars"}, "do": ["stall"]}, "match.planet"),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(local: Local, fault: object, field: str) -> None:
    answer = await local.control("POST", "/faults", fault)

    assert answer.status == 400
    assert field in [error["field"] for error in answer.json["errors"]]
    assert (await local.does("GET", "/faults"))["faults"] == []


async def test_a_script_is_read_back_as_it_was_written(local: Local) -> None:
    do = [{"kind": "rate_limit", "retry_after": 2}, {"kind": "outcome", "status": "failed", "code": 30007}]
    await local.does("POST", "/faults", {"match": {"operation": "CreateMessage"}, "do": do})

    [fault] = (await local.does("GET", "/faults"))["faults"]

    assert [action | wanted for action, wanted in zip(fault["do"], do, strict=True)] == fault["do"]
    assert (fault["used"], fault["unused"]) == ([], 2)
