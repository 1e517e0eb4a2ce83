"""The loop that sends: leases, stopping, a database that is away."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.gate import Gate, Withheld
from tests.shop import QUICK, Shop, kinds, line_of, opened, until_logged, verdicts

from ringback.outbox.dispatcher import Dispatcher
from ringback.outcome import Outcome
from ringback.settings import DatabasePlace
from ringback.store import open_store, postgres
from ringback.store.rows import State
from ringback.store.tickets import Ticket
from ringback.twilio.transport import open_transport

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
    cadence = replace(QUICK, longest_stop=0.05)
    async with opened(tmp_path, place=place, transport=gate, cadence=cadence) as shop:
        outcome = await shop.run(wait=0)
        await gate.arrived.acquire()
        await shop.connector.stop()
        await shop.change("update jobs set lease_until = 1")

        await shop.parts.dispatcher.condemn()
        job = await shop.job(outcome)

    assert (job.state, verdicts(job)) == (State.UNKNOWN, ["unknown"])
    assert "not tried again" in (job.error or {})["message"]


async def test_a_lease_is_renewed_for_as_long_as_a_send_takes(tmp_path: Path, place: DatabasePlace) -> None:
    gate = Gate()
    cadence = replace(QUICK, renew_every=0.05)
    async with opened(tmp_path, place=place, transport=gate, cadence=cadence) as shop:
        outcome = await shop.run(wait=0)
        await gate.arrived.acquire()

        leased_until = 0
        for _ in range(3):
            leased_until = await lease_of(shop, outcome, beyond=leased_until)

        assert kinds(await shop.job(outcome)) == ["accepted", "running"]
        gate.open.set()


async def lease_of(shop: Shop, outcome: Outcome, beyond: int) -> int:
    """Until when a running job is leased, once that is beyond an instant."""
    async with asyncio.timeout(30):
        while True:
            job = await shop.parts.store.jobs.get(str(outcome.id))
            assert job is not None
            assert job.state is State.RUNNING
            if job.lease_until is not None and job.lease_until > beyond:
                return job.lease_until
            await asyncio.sleep(0.02)


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
    tmp_path: Path,
    place: DatabasePlace,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres, "ANSWER_WITHIN", 3.0)  # the 30 s of a database in use, here spent idle
    async with (
        open_transport() as network,
        opened(tmp_path, place=place, transport=(answers := Withheld(network, "/Messages"))) as shop,
    ):
        outcome = await shop.run(wait=0)
        await answers.arrived.acquire()
        async with shop.busy():
            answers.open.set()
            await until_logged(caplog, "write_failed")
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
