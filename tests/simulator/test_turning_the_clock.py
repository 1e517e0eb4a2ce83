"""The clock and the ways in which messages move, as tests turn them."""

import asyncio

import pytest
from tests.simulator.local import HANDSET, Local

from twilio_simulator.clock import WorldClock

pytestmark = pytest.mark.anyio
DAY = 86_400


async def test_advance_tells_what_fired(local: Local) -> None:
    sent = await local.sent()

    fired = (await local.advance(60))["fired"]

    assert {one["subject"] for one in fired} == {sent["sid"]}
    assert [one["kind"] for one in fired] == ["message.progress"] * 3 + ["message.price"]
    assert [one["at"] for one in fired] == sorted(one["at"] for one in fired)


async def test_advance_goes_to_an_instant(local: Local) -> None:
    now = (await local.does("GET", "/clock"))["milliseconds"]
    year = int((await local.does("GET", "/clock"))["now"][:4])
    answer = await local.control("POST", "/clock/advance", {"to": f"{year + 2}-01-01"})
    assert answer.status == 400

    later = await local.does("POST", "/clock/advance", {"to": (await local.does("GET", "/clock"))["now"]})

    assert later["milliseconds"] == now


@pytest.mark.parametrize("content", [{"seconds": -1}, {"to": "2020-01-01"}])
async def test_time_never_goes_back(local: Local, content: dict[str, object]) -> None:
    answer = await local.control("POST", "/clock/advance", content)

    assert answer.status == 400
    assert "snapshot" in answer.json["errors"][0]["remedy"]


async def test_until_idle_leaves_nothing_to_come(local: Local) -> None:
    await local.sent()
    await local.sent(To="+14155550124")

    rested = await local.does("POST", "/clock/run-until-idle")

    assert (rested["idle"], rested["pending"], rested["next"]) == (True, 0, None)
    assert len(rested["fired"]) == 8


async def test_until_idle_goes_no_further_than_told(local: Local) -> None:
    now = (await local.does("GET", "/clock"))["milliseconds"]
    await local.sent()

    rested = await local.does("POST", "/clock/run-until-idle", {"seconds": 0.5})

    assert rested["idle"] is False
    assert now < rested["milliseconds"] <= now + 500


async def test_next_says_when(local: Local) -> None:
    await local.sent()
    upcoming = (await local.does("GET", "/clock"))["next"]

    jumped = await local.does("POST", "/clock/next")

    assert (jumped["now"], len(jumped["fired"])) == (upcoming, 1)


async def test_time_runs_as_fast_as_told() -> None:
    machine = [1_000_000]
    clock = WorldClock(lambda: machine[0])
    clock.run(60)
    before = clock.now()
    machine[0] += 1000
    assert clock.now() - before == 60_000

    clock.run(1)
    machine[0] += 1000
    assert clock.now() - before == 61_000


async def test_a_fast_clock_fires_in_time() -> None:
    clock, fired = WorldClock(), asyncio.Event()
    clock.run(1000)
    clock.after(20_000, "test", "", fired.set)

    await asyncio.wait_for(fired.wait(), 2)
    clock.stop()


async def test_every_so_many_fetches_move_a_message_by_hand(local: Local) -> None:
    await local.change(progress="manual", fetches_per_step=2)
    sent = await local.sent()

    statuses = [(await local.message(sent["sid"]))["status"] for _ in range(6)]

    assert statuses == ["queued", "sending", "sending", "sent", "sent", "delivered"]


async def test_a_message_driven_by_hand_is_not_moved_by_the_clock(local: Local) -> None:
    sent = await local.sent()
    await local.does("POST", f"/messages/{sent['sid']}/status", {"status": "sent"})

    await local.advance(DAY)

    assert (await local.message(sent["sid"]))["status"] == "sent"


async def test_one_message_may_move_otherwise_than_its_account(local: Local) -> None:
    await local.change(progress="manual")
    sent = await local.sent()

    await local.does("PATCH", f"/messages/{sent['sid']}", {"progress": "immediate"})

    assert (await local.message(sent["sid"]))["status"] == "delivered"
    assert (await local.does("GET", f"/phones/%2B{HANDSET[1:]}/messages"))["messages"]
