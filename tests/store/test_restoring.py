"""After a restored backup what waits or ran may have been sent already."""

import pytest
from tests.store.conftest import NOBODY, a_job, ticket

from ringback.store import Store
from ringback.store.endings import Ending, MadeMessage, Place
from ringback.store.rows import State

pytestmark = pytest.mark.anyio

SENT = Ending(state=State.DONE, result="{}", message=MadeMessage(sid="SM" + "1" * 32, status="sent"))


async def test_what_waits_or_runs_becomes_unknown_and_is_due_to_be_looked_for(store: Store) -> None:
    for number in range(4):
        await store.jobs.accept(a_job(f"job_{number}"), NOBODY)
    await store.claims.claim(ticket("job_1"), None, "p", 60)
    await store.claims.claim(ticket("job_2"), None, "p", 60)
    done = Place(account_id="acc_shop", job_id="job_2", attempt=1)
    await store.outcomes.record(done, SENT, "p", 3_000)
    await store.jobs.withdraw("job_3", "ada", 3_000)

    assert await store.restoring.doubt_all(9_000) == 2

    assert [job.id for job in await store.looks.take_due()] == ["job_0", "job_1"]
    assert await store.claims.claim(ticket("job_0"), None, "p", 60) is None
    assert await store.restoring.doubt_all(9_000) == 0


async def test_it_says_so_and_its_lost_tries_count_from_the_last_that_is_known(store: Store) -> None:
    await store.jobs.accept(a_job("job_1", now=1_000), NOBODY)
    await store.jobs.accept(a_job("job_2", now=1_000), NOBODY)
    await store.claims.claim(ticket("job_2"), None, "p", 60)
    await store.restoring.doubt_all(9_000)

    spans = []
    for name in ("job_1", "job_2"):
        job = await store.jobs.get(name)
        attempts, events = await store.jobs.timeline(name)
        assert job is not None
        assert (job.state, job.sealed, job.lease_owner) == (State.UNKNOWN, None, None)
        assert "may have been sent already" in str(job.error)
        assert (events[-1].kind, events[-1].who) == ("unknown", "restored")
        assert [attempt.verdict for attempt in attempts] == ["unknown"] * len(attempts)
        assert job.attempts == len(attempts)
        spans.append([(attempt.started_at, attempt.ended_at) for attempt in attempts])
    assert spans[0] == [(1_000, 9_000)]
    assert spans[1][1] == (spans[1][0][0], 9_000)


async def test_more_jobs_than_one_transaction_takes_are_all_doubted(store: Store) -> None:
    for number in range(1_100):
        await store.jobs.accept(a_job(f"job_{number}"), NOBODY)
    running = ("job_0", "job_500", "job_999")
    for name in running:
        await store.claims.claim(ticket(name), None, "p", 60)

    assert await store.restoring.doubt_all(9_000) == 1_100
    for name in running:
        attempts, _ = await store.jobs.timeline(name)
        assert [attempt.owner for attempt in attempts] == ["p", "restored"]
    assert await store.tally.by_state() == {"unknown": 1_100}
