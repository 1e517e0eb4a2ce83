"""The pace of senders with everything running: a slow one holds nobody up, and no change of pace is lost."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.shop import HI, QUICK, Shop, line_of, opened

from ringback.clock import machine_clock
from ringback.outbox.dispatcher import Dispatcher
from ringback.outcome import Outcome
from ringback.perform import Asked
from ringback.settings import DatabasePlace
from ringback.store import open_store
from ringback.store.rows import State
from ringback.twilio.transport import Request, Response, Transport, open_transport

pytestmark = pytest.mark.anyio

AS_MEANT = replace(QUICK, look_every=None)
ABROAD = {"to": "+447400123456"}


@dataclass
class Watched:
    """A network that notes each text that left, and when."""

    network: Transport
    left: list[int] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)

    async def send(self, request: Request) -> Response:
        if request.method == "POST":
            self.left.append(machine_clock())
            self.texts.append(request.body)
        return await self.network.send(request)


async def accept(shop: Shop, most: int, sender: str, **inputs: str) -> list[str]:
    """Jobs of one sender, as fast as the ledger takes them."""
    perform = shop.parts.perform
    asked = Asked(action="SendMessage", inputs=HI | {"sender": sender} | inputs, account="shop")
    prepared = await perform.prepare(asked)
    accepted: list[str] = []
    for start in range(0, most, 500):
        chunk = range(start, min(start + 500, most))
        jobs = await asyncio.gather(*(perform.accept(prepared, asked) for _ in chunk))
        accepted += [job.id for job, _ in jobs]
    return accepted


async def slow_sender(shop: Shop, per_second: float) -> str:
    sender = str((await shop.account()).default_sender)
    await shop.connector.set_throughput("shop", sender, per_second)
    return sender


async def until_done(shop: Shop, job_ids: list[str]) -> list[Outcome]:
    async with asyncio.timeout(60):
        return list(await asyncio.gather(*(shop.connector.wait(job_id, 60) for job_id in job_ids)))


async def test_ten_thousand_on_a_slow_sender_hold_up_neither_others_nor_a_code(
    tmp_path: Path, place: DatabasePlace
) -> None:
    async with (
        open_transport() as network,
        opened(tmp_path, place=place, transport=(watched := Watched(network)), cadence=AS_MEANT) as shop,
    ):
        slow = await slow_sender(shop, 1)
        for number in range(10):
            await shop.connector.set_throughput("shop", f"Shop{number}", 10)
        began = machine_clock()
        await accept(shop, 10_000, slow)

        others = [job for number in range(10) for job in await accept(shop, 10, f"Shop{number}", **ABROAD)]
        done = await until_done(shop, others)
        assert {outcome.state for outcome in done} == {State.DONE}

        code = await shop.run(sender=slow, body="271828", priority="one_time_code", wait=0)
        ahead = len(watched.texts)
        await shop.until(code, State.DONE)
        (place_of_code,) = [place for place, text in enumerate(watched.texts) if b"271828" in text]
        assert place_of_code - ahead <= 2  # what had a slot within a second already
        counts = await shop.connector.counts()
        elapsed = (machine_clock() - began) / 1000

    of_slow = counts["done"] - len(others) - 1
    assert 2 <= of_slow <= elapsed + 1  # it was never idle, and never faster than it may be
    assert counts.get("running", 0) <= 2  # what has no slot within a second waits in the queue
    assert counts["waiting"] >= 10_000 - of_slow - 2


async def test_many_processes_together_keep_one_senders_rate(tmp_path: Path, place: DatabasePlace) -> None:
    async with AsyncExitStack() as stack:
        watched = Watched(await stack.enter_async_context(open_transport()))
        shop = await stack.enter_async_context(
            opened(tmp_path, place=place, transport=watched, cadence=AS_MEANT, dispatch=False)
        )
        sender = await slow_sender(shop, 20)
        jobs = await accept(shop, 40, sender)
        began = machine_clock()
        for owner in ("one", "two", "three"):
            store = await stack.enter_async_context(open_store(place))
            means = replace(shop.parts.dispatcher.means, store=store, line=line_of(store), owner=owner)
            await means.throughput.refresh()
            dispatcher = Dispatcher(means, AS_MEANT)
            dispatcher.start()
            stack.push_async_callback(dispatcher.stop)

        await until_done(shop, jobs)

    left = sorted(watched.left)
    assert len(left) == 40
    # A slot is 50 ms. A busy machine may let many out late and together, but none before its slot.
    assert [at for place, at in enumerate(left) if at - began < place * 50 - 5] == []


async def test_a_faster_rate_holds_for_what_waits_already(tmp_path: Path, place: DatabasePlace) -> None:
    async with opened(tmp_path, place=place, cadence=AS_MEANT) as shop:
        hurry(shop)
        sender = await slow_sender(shop, 0.01)  # a single slot at this rate is a hundred seconds
        jobs = await accept(shop, 30, sender)

        await shop.connector.set_throughput("shop", sender, 30)

        done = await until_done(shop, jobs)
        assert {outcome.state for outcome in done} == {State.DONE}


async def test_a_slower_rate_holds_for_what_waits_already_and_nobody_idles(
    tmp_path: Path, place: DatabasePlace
) -> None:
    async with opened(tmp_path, place=place, cadence=AS_MEANT) as shop:
        hurry(shop)
        sender = await slow_sender(shop, 5)
        jobs = await accept(shop, 40, sender)
        await slow_sender(shop, 2)
        (queue,) = await shop.parts.store.senders.queues()
        before = await shop.connector.counts()
        at_first_rate = before.get("done", 0) + before.get("running", 0)

        async with asyncio.timeout(60):
            while (done := (await shop.connector.counts()).get("done", 0)) < at_first_rate + 3:
                await shop.connector.wait(jobs[-1], 0.1)
        (now,) = await shop.parts.store.senders.queues()

    slots = 1 + (now.now - queue.free_at) // 500_000  # from the first at the second rate on
    assert done - at_first_rate <= slots


async def test_withdrawn_jobs_keep_no_turns_from_those_that_come_later(
    tmp_path: Path, place: DatabasePlace
) -> None:
    async with opened(tmp_path, place=place, cadence=AS_MEANT) as shop:
        hurry(shop)
        sender = await slow_sender(shop, 1)
        for job_id in await accept(shop, 60, sender):
            row = await shop.connector.job(job_id)
            if row.state is State.WAITING:
                await shop.parts.store.jobs.withdraw(job_id, "ada", machine_clock())

        (late,) = await accept(shop, 1, sender)

        (outcome,) = await until_done(shop, [late])
        assert outcome.state is State.DONE


def hurry(shop: Shop) -> None:
    """Let a place too far back in a shared queue be noticed at once."""
    if hasattr(line := shop.line, "overdue"):
        line.look_every = line.overdue = 0.2
