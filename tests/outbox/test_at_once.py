"""New jobs that need not queue."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.gate import Gate
from tests.shop import LIMITED, QUICK, SOON, Shop, kinds, opened, verdicts

from ringback.errors import Unavailable
from ringback.outcome import Outcome, outcome_of
from ringback.settings import DatabasePlace
from ringback.store import postgres
from ringback.store.claims import Turn
from ringback.store.rows import Job, State

pytestmark = pytest.mark.anyio


async def queued(shop: Shop) -> list[Turn]:
    return await shop.parts.store.claims.turns((0, ""), 3_600, 10)


async def accepted(shop: Shop, **inputs: str) -> Job:
    """A text as it was written when it was accepted; the queue may have brought it up since."""
    job = await shop.parts.perform.desk.accept(*await shop.planned(**inputs))
    assert job is not None
    return job


async def test_a_job_that_is_due_is_running_on_disk_before_its_bytes_leave(
    tmp_path: Path, place: DatabasePlace
) -> None:
    gate = Gate()
    async with opened(tmp_path, place=place, transport=gate) as shop:
        outcome = await shop.run(wait=0)
        assert outcome.state is State.RUNNING
        await gate.arrived.acquire()

        job = await shop.job(outcome)
        assert (job.state, kinds(job)) == (State.RUNNING, ["accepted", "running"])
        assert await queued(shop) == []
        gate.open.set()


async def test_a_caller_who_goes_away_at_any_moment_stops_nothing(
    tmp_path: Path, place: DatabasePlace
) -> None:
    async with opened(tmp_path, place=place) as shop:
        await shop.run()
        for moments in range(40):
            caller = asyncio.create_task(shop.run(body=str(moments)))
            for _ in range(moments):
                await asyncio.sleep(0.0002)
            caller.cancel()
            await asyncio.gather(caller, return_exceptions=True)

        await shop.connector.stop()  # which waits for what has begun

        assert await shop.connector.counts() == {"done": shop.texts}
        assert shop.texts > 1


async def test_what_twilio_turned_away_goes_on_through_the_queue(
    tmp_path: Path, place: DatabasePlace
) -> None:
    async with opened(tmp_path, place=place, backoff=SOON) as shop:
        await shop.fault(LIMITED)

        outcome = await shop.run()

        job = await shop.job(outcome)
        assert (job.state, verdicts(job), shop.texts) == (State.DONE, ["not_sent", "done"], 1)


async def test_what_finds_no_seat_queues_and_follows(tmp_path: Path, place: DatabasePlace) -> None:
    async with opened(tmp_path, place=place, cadence=replace(QUICK, most_at_once=2)) as shop:
        outcomes = await asyncio.gather(*(shop.run(body=str(number)) for number in range(20)))

        assert {outcome.state for outcome in outcomes} == {State.DONE}
        assert shop.texts == 20


async def test_what_expires_or_has_a_pace_to_keep_queues(tmp_path: Path, place: DatabasePlace) -> None:
    async with opened(tmp_path, place=place) as shop:
        at_once = await accepted(shop)
        expiring = await accepted(shop, expires_at="2100-01-01T00:00:00Z")
        await shop.connector.set_throughput("shop", str((await shop.account()).default_sender), 100)
        paced = await accepted(shop)

        assert [at_once.state, expiring.state, paced.state] == [State.RUNNING, State.WAITING, State.WAITING]
        for job in (at_once, expiring, paced):
            await shop.until(outcome_of(job), State.DONE)


async def test_stopping_waits_for_what_has_begun_and_begins_nothing_more(
    tmp_path: Path, place: DatabasePlace
) -> None:
    async with opened(tmp_path, place=place) as shop:
        begun: list[Outcome] = [await shop.run(body=str(number), wait=0) for number in range(5)]

        await shop.connector.stop()
        late = await shop.run(wait=0)

        assert {(await shop.job(outcome)).state for outcome in begun} == {State.DONE}
        assert late.state is State.WAITING


async def test_a_ledger_that_cannot_write_tells_the_caller_and_gives_the_seat_back(
    tmp_path: Path, place: DatabasePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "ANSWER_WITHIN", 3.0)  # the 30 s of a database in use, here spent idle
    async with opened(tmp_path, place=place, cadence=replace(QUICK, most_at_once=1)) as shop:
        await shop.run()
        async with shop.busy():
            with pytest.raises(Unavailable, match="cannot serve"):
                await shop.run()

        assert (await shop.run()).state is State.DONE
