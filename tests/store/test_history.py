"""A job's history: what nobody writes down because its row and its tries tell it."""

import asyncio
from dataclasses import replace

import pytest
from tests.store.conftest import NOBODY, NewJobOf, ticket

from ringback.store import Store
from ringback.store.endings import Ending, MadeMessage, place_of
from ringback.store.jobs import Start
from ringback.store.rows import Job, State

pytestmark = pytest.mark.anyio

SID = "SM" + "1" * 32
SENT = Ending(state=State.DONE, result='{"sid": "x"}', message=MadeMessage(sid=SID, status="queued"))
AGAIN = Ending(state=State.WAITING, error={"message": "busy"}, wait=0)


async def begun(store: Store, new_job: NewJobOf) -> Job:
    job = await store.jobs.accept(new_job(), NOBODY, start=Start("p", 20))
    assert job is not None
    return job


async def told(store: Store) -> list[tuple[str, str]]:
    _, events = await store.jobs.timeline("job_1")
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    return [(event.kind, event.who) for event in events]


async def test_a_job_that_begins_as_it_is_accepted_is_what_a_read_would_find(
    store: Store, new_job: NewJobOf
) -> None:
    job = await begun(store, new_job)

    read = await store.jobs.get("job_1")
    assert read is not None
    assert (job.state, job.attempts, job.lease_owner) == (State.RUNNING, 1, "p")
    assert job.account_at == 1
    assert replace(job, account_at=None, lease_until=0) == replace(read, lease_until=0)
    assert read.lease_until is not None


async def test_a_running_try_is_told_before_it_has_a_row(store: Store, new_job: NewJobOf) -> None:
    job = await begun(store, new_job)

    attempts, _ = await store.jobs.timeline("job_1")

    assert [(one.number, one.owner, one.started_at, one.ended_at) for one in attempts] == [
        (1, "p", job.updated_at, None)
    ]
    assert await told(store) == [("accepted", "test"), ("running", "p")]


async def test_an_answer_is_told_once_and_before_its_statuses(store: Store, new_job: NewJobOf) -> None:
    job = await begun(store, new_job)

    await store.outcomes.record(place_of(job), SENT, "p", 3_000, job)
    await store.outcomes.report(place_of(job), MadeMessage(sid=SID, status="sent"), "callback", 2_000)
    await store.outcomes.record(place_of(job), SENT, "p", 3_000, job)  # its commit was not answered

    assert await told(store) == [
        ("accepted", "test"),
        ("running", "p"),
        ("done", "p"),
        ("status", "callback"),
    ]


async def test_a_callback_that_comes_first_is_what_ended_the_job(store: Store, new_job: NewJobOf) -> None:
    job = await begun(store, new_job)

    await store.outcomes.report(place_of(job), MadeMessage(sid=SID, status="sent"), "callback", 2_000)
    await store.outcomes.record(place_of(job), SENT, "p", 3_000, job)

    assert [kind for kind, _ in await told(store)] == ["accepted", "running", "status", "done", "answered"]
    attempts, _ = await store.jobs.timeline("job_1")
    assert [(one.number, one.owner, one.verdict) for one in attempts] == [(1, "p", "done")]


async def test_each_try_begins_after_what_put_the_job_back(store: Store, new_job: NewJobOf) -> None:
    job = await begun(store, new_job)
    await store.outcomes.record(place_of(job), AGAIN, "p", 9_000_000_000_000, job)
    await store.claims.claim(ticket(), None, "q", 20)

    assert await told(store) == [
        ("accepted", "test"),
        ("running", "p"),
        ("put_back", "p"),
        ("running", "q"),
    ]


async def test_a_held_sender_lets_no_job_begin(store: Store, new_job: NewJobOf) -> None:
    await store.senders.hold("acc_shop", "+14155550101", 60)

    job = await store.jobs.accept(new_job(sender="+14155550101"), NOBODY, start=Start("p", 20))

    assert job is not None
    assert (job.state, job.attempts, job.lease_owner) == (State.WAITING, 0, None)
    assert replace(job, account_at=None) == await store.jobs.get("job_1")
    assert await told(store) == [("accepted", "test")]


async def test_a_job_and_its_history_are_of_one_moment(store: Store, new_job: NewJobOf) -> None:
    for number in range(100):
        new = new_job(f"job_{number}")
        job = await store.jobs.accept(new, NOBODY, start=Start("p", 20))
        assert job is not None
        sent = replace(SENT, message=MadeMessage(sid=f"SM{number:032}", status="queued"))
        recording = asyncio.create_task(store.outcomes.record(place_of(job), sent, "p", 3_000, job))

        seen = await asyncio.gather(*(store.jobs.whole(new.id) for _ in range(3)))
        await recording

        for read, attempts, events in seen:
            assert read is not None
            assert (read.state is State.DONE) == (attempts[0].verdict == "done")
            assert (read.state is State.DONE) == any(event.kind == "done" for event in events)
