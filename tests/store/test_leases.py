"""Leases: what this process took without hearing so waits again, and what may have left never does."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from tests.store.conftest import NOBODY, NewJobOf, ticket

from ringback.app import new_owner
from ringback.settings import DatabasePlace, PostgresUrl
from ringback.store import Store, open_store
from ringback.store.claims import Claimed
from ringback.store.jobs import Start
from ringback.store.rows import State

pytestmark = pytest.mark.anyio


async def take(store: Store, job_id: str = "job_1", owner: str = "p") -> Claimed:
    claimed = await store.claims.claim(ticket(job_id), None, owner, 20)
    assert isinstance(claimed, Claimed)
    return claimed


async def unheard(store: Store, job_id: str, asked: Coroutine[Any, Any, object]) -> None:
    """Nobody hears the answer, as when the connection is lost between the commit and its answer."""
    asking = asyncio.create_task(asked)
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    for _ in range(500):
        if (job := await store.jobs.get(job_id)) is not None and job.state is State.RUNNING:
            return
        await asyncio.sleep(0.01)


async def lose(store: Store, new_job: NewJobOf, job_id: str = "job_1") -> None:
    """A claim whose answer nobody hears."""
    await store.jobs.accept(new_job(job_id), NOBODY)
    await unheard(store, job_id, store.claims.claim(ticket(job_id), None, "p", 20))


async def state(store: Store, job_id: str = "job_1") -> State:
    job = await store.jobs.get(job_id)
    assert job is not None
    return job.state


async def swept(store: Store) -> list[str]:
    """What two sweeps put back."""
    return [job for _ in range(2) for job in await store.leases.put_back_unrun("p")]


@asynccontextmanager
async def busy(place: DatabasePlace) -> AsyncIterator[None]:
    """No job can be taken, and all can be read."""
    if isinstance(place, PostgresUrl):
        other = await asyncpg.connect(place.url)
        async with other.transaction():
            await other.execute("lock table jobs in exclusive mode")
            yield
        await other.close()
    else:
        file = sqlite3.connect(place, isolation_level=None)
        file.execute("begin immediate")
        yield
        file.execute("rollback")
        file.close()


async def test_a_job_whose_claim_was_not_answered_waits_again_and_has_lost_no_try(
    store: Store, new_job: NewJobOf
) -> None:
    await lose(store, new_job)

    assert await swept(store) == ["job_1"]

    attempts, events = await store.jobs.timeline("job_1")
    assert (await state(store), attempts) == (State.WAITING, [])
    assert events[-1].kind == "not_begun"
    assert [turn.ticket.job_id for turn in await store.claims.turns((0, ""), 0.001, 10)] == ["job_1"]
    assert (await take(store)).job.attempts == 1
    assert await swept(store) == []


async def test_what_was_given_out_is_never_put_back_whoever_forgets_it(
    store: Store, new_job: NewJobOf
) -> None:
    await store.jobs.accept(new_job(), NOBODY)
    await take(store)

    assert await swept(store) + await swept(store) == []
    assert await state(store) is State.RUNNING


async def test_one_that_begins_as_it_is_accepted_is_put_back_only_if_nobody_heard_so(
    store: Store, new_job: NewJobOf
) -> None:
    start = Start("p", 20)
    job = await store.jobs.accept(new_job("job_heard"), NOBODY, start=start)
    assert job is not None
    assert job.state is State.RUNNING
    await unheard(store, "job_1", store.jobs.accept(new_job(), NOBODY, start=start))

    assert await swept(store) + await swept(store) == ["job_1"]

    assert [await state(store, name) for name in ("job_1", "job_heard")] == [State.WAITING, State.RUNNING]


async def test_another_processs_jobs_are_its_own(
    store: Store, new_job: NewJobOf, place: DatabasePlace
) -> None:
    await store.jobs.accept(new_job(), NOBODY)
    async with open_store(place) as other:
        await take(other, owner="q")

        assert await swept(store) == []


async def test_one_that_was_condemned_meanwhile_stays_unknown(store: Store, new_job: NewJobOf) -> None:
    await lose(store, new_job)
    assert await store.leases.put_back_unrun("p") == []
    await store.claims.renew(["job_1"], "p", -1)
    await store.outcomes.condemn_lapsed(0)

    assert await swept(store) == []
    assert await state(store) is State.UNKNOWN


async def test_while_a_claim_is_in_the_air_what_was_met_meanwhile_may_be_its_own(
    store: Store, new_job: NewJobOf, place: DatabasePlace
) -> None:
    await lose(store, new_job)
    await store.jobs.accept(new_job("job_2"), NOBODY)
    async with busy(place):
        claiming = asyncio.create_task(store.claims.claim(ticket("job_2"), None, "p", 20))
        await asyncio.sleep(0.02)
        assert await swept(store) + await swept(store) == []
    assert isinstance(await claiming, Claimed)

    assert await store.leases.put_back_unrun("p") == ["job_1"]


async def test_leases_of_many_jobs_are_renewed_at_once_and_of_no_other(
    store: Store, new_job: NewJobOf
) -> None:
    names = [f"job_{number}" for number in range(12)]
    for name in names:
        await store.jobs.accept(new_job(name), NOBODY)
        await store.claims.claim(ticket(name), None, "p", -1)

    await store.claims.renew([*names[2:], "job"], "p", 20)

    assert await store.outcomes.condemn_lapsed(0) == ["job_0", "job_1"]


def test_no_start_of_a_process_has_the_owner_of_another() -> None:
    assert new_owner() != new_owner()
