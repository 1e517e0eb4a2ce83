"""The loop that sends: leases, stopping, a database that is away."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.gate import Gate
from tests.shop import QUICK, Shop, kinds, line_of, opened, verdicts

from ringback.outbox.dispatcher import Dispatcher
from ringback.settings import DatabasePlace
from ringback.store import open_store
from ringback.store.rows import State
from ringback.store.tickets import Ticket

pytestmark = pytest.mark.anyio


async def test_stopping_lets_what_left_be_answered_and_leaves_the_rest_waiting(
    tmp_path: Path, place: DatabasePlace
) -> None:
    gate = Gate()
    async with opened(tmp_path, place=place, transport=gate, cadence=replace(QUICK, most_at_once=2)) as shop:
        outcomes = [await shop.run(body=str(number), wait=0) for number in range(5)]
        await gate.arrived.acquire()
        await gate.arrived.acquire()

        stopping = asyncio.create_task(shop.connector.stop())
        await asyncio.sleep(0.1)
        assert not stopping.done()
        gate.open.set()
        await stopping

        jobs = [await shop.job(outcome) for outcome in outcomes]

    assert {job.state for job in jobs} == {State.WAITING}
    assert sorted(len(job.attempts) for job in jobs) == [0, 0, 0, 1, 1]
    assert gate.sent == 2


async def test_no_more_jobs_run_at_once_than_are_allowed(tmp_path: Path, place: DatabasePlace) -> None:
    gate = Gate()
    async with opened(tmp_path, place=place, transport=gate, cadence=replace(QUICK, most_at_once=3)) as shop:
        for number in range(6):
            await shop.run(body=str(number), wait=0)
        for _ in range(3):
            await gate.arrived.acquire()
        await asyncio.sleep(0.1)
        assert gate.sent == 3
        gate.open.set()


async def test_a_send_that_outlasts_the_stop_becomes_unknown(tmp_path: Path, place: DatabasePlace) -> None:
    gate = Gate()
    cadence = replace(QUICK, longest_stop=0.05, lease=1)
    async with opened(tmp_path, place=place, transport=gate, cadence=cadence) as shop:
        outcome = await shop.run(wait=0)
        await gate.arrived.acquire()
        await shop.connector.stop()
        await asyncio.sleep(1.05)

        await shop.parts.dispatcher.condemn()
        job = await shop.job(outcome)

    assert (job.state, verdicts(job)) == (State.UNKNOWN, ["unknown"])
    assert "not tried again" in (job.error or {})["message"]


async def test_a_lease_is_renewed_for_as_long_as_a_send_takes(tmp_path: Path, place: DatabasePlace) -> None:
    gate = Gate()
    cadence = replace(QUICK, lease=1, renew_every=0.05)
    async with opened(tmp_path, place=place, transport=gate, cadence=cadence) as shop:
        outcome = await shop.run(wait=0)
        await gate.arrived.acquire()
        await asyncio.sleep(1.3)

        assert "unknown" not in kinds(await shop.job(outcome))
        gate.open.set()


async def test_two_dispatchers_send_each_job_once(tmp_path: Path, place: DatabasePlace) -> None:
    async with opened(tmp_path, place=place) as shop, open_store(place) as same:
        other = Dispatcher(
            replace(shop.parts.dispatcher.means, store=same, line=line_of(same), owner="other"), QUICK
        )
        other.start()
        outcomes = await asyncio.gather(*(shop.run(body=str(number)) for number in range(20)))
        await other.stop()
        jobs = [await shop.job(outcome) for outcome in outcomes]

    assert {job.state for job in jobs} == {State.DONE}
    assert {len(job.attempts) for job in jobs} == {1}
    assert shop.texts == 20


async def test_what_twilio_said_is_written_once_the_database_is_free_again(
    tmp_path: Path, place: DatabasePlace
) -> None:
    async with opened(tmp_path, place=place, dispatch=False) as shop:
        await shop.fault({"kind": "latency", "seconds": 0.5})
        outcome = await shop.run(wait=0)
        shop.parts.dispatcher.start()
        await shop.until(outcome, State.RUNNING)
        async with shop.busy():
            await asyncio.sleep(0.9)
            assert shop.texts == 1

        job = await shop.until(outcome, State.DONE)

    assert job.message is not None
    assert verdicts(job) == ["done"]


async def test_a_database_that_takes_no_claim_loses_no_job(tmp_path: Path, place: DatabasePlace) -> None:
    async with opened(tmp_path, place=place, dispatch=False) as shop:
        outcome = await shop.run(wait=0)
        async with shop.busy():
            shop.parts.dispatcher.start()
            await asyncio.sleep(0.3)
            assert (await shop.job(outcome)).state is State.WAITING
            assert shop.parts.dispatcher.alive

        assert (await shop.until(outcome, State.DONE)).state is State.DONE


async def test_a_sweep_that_fails_is_called_again(shop: Shop) -> None:
    called = asyncio.Semaphore(0)

    async def broken() -> None:
        called.release()
        raise KeyError("status")

    await shop.parts.dispatcher.stop()
    shop.parts.dispatcher.start(broken)

    async with asyncio.timeout(30):
        await called.acquire()
        await called.acquire()
    assert shop.parts.dispatcher.alive


async def test_a_job_that_was_taken_without_an_answer_is_sent_all_the_same(
    tmp_path: Path, place: DatabasePlace
) -> None:
    cadence = replace(QUICK, renew_every=0.05)
    async with opened(tmp_path, place=place, cadence=cadence, dispatch=False) as shop:
        if hasattr(shop.line, "overdue"):
            shop.line.look_every = shop.line.overdue = 0.2
        outcome = await shop.run(wait=0)
        ticket = Ticket(job_id=str(outcome.id), account_id=(await shop.account()).id)
        async with open_store(place) as unheard:  # what it is given, nobody here knows of
            await unheard.claims.claim(ticket, None, shop.parts.dispatcher.means.owner, 20)

        shop.parts.dispatcher.start()
        job = await shop.until(outcome, State.DONE)

    assert (kinds(job).count("not_begun"), verdicts(job), shop.texts) == (1, ["done"], 1)
