"""A reset leaves nothing under way and nothing to look at."""

import asyncio
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver

from twilio_simulator.exchange import Reply

pytestmark = pytest.mark.anyio


async def test_webhooks_that_are_under_way_or_wait_are_called_off(local: Local, receiver: Receiver) -> None:
    stuck: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    receiver.answers = [stuck]
    await local.sent(StatusCallback=f"{receiver.url}#rc=3&rp=all")
    await local.does("POST", "/clock/advance", {"seconds": 10, "wait": False})
    await asyncio.sleep(0.05)
    before = list(receiver.statuses)

    counts = await local.does("POST", "/reset")
    stuck.set_result(Reply(500, b""))
    await local.simulator.webhooks.settled()
    await asyncio.sleep(0.05)

    # Neither the next try of the first nor the second, which waited for it.
    assert (before, receiver.statuses) == (["sent"], ["sent"])
    assert counts["webhooks_called_off"] == 1


async def test_nothing_is_left_to_look_at(local: Local, receiver: Receiver) -> None:
    await local.change(inbound_url=receiver.url)
    receiver.answers = [Reply(500, b"")]
    await local.does("POST", f"/phones/{HANDSET}/messages", {"to": local.number, "body": "Hi"})
    await local.does("POST", f"/accounts/{local.sid}/opt-outs", {"scope": local.number, "handset": HANDSET})

    await local.does("POST", "/reset")

    assert (await local.does("GET", "/webhooks"))["webhooks"] == []
    assert (await local.does("GET", "/alerts"))["alerts"] == []
    assert (await local.does("GET", "/calls"))["calls"] == []
    assert (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"] == []
    assert (await local.does("GET", f"/accounts/{local.sid}/opt-outs"))["opt_outs"] == []
