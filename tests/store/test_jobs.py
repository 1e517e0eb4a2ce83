"""Jobs up to the moment their bytes leave."""

import asyncio
from pathlib import Path

import pytest
from tests.store.conftest import NewJobOf, an_account

from ringback.store import Store, open_store
from ringback.store.jobs import JobFilter
from ringback.store.rows import State

pytestmark = pytest.mark.anyio


async def test_an_accepted_job_waits_with_its_first_event(store: Store, new_job: NewJobOf) -> None:
    job = await store.jobs.accept(new_job())

    assert job is not None
    assert job.state is State.WAITING
    _, events = await store.jobs.timeline(job.id)
    assert [(event.kind, event.who) for event in events] == [("accepted", "test")]


async def test_of_many_callers_with_one_key_one_makes_the_job(store: Store, new_job: NewJobOf) -> None:
    accepted = await asyncio.gather(
        *(store.jobs.accept(new_job(f"job_{number}", key="order-42")) for number in range(20))
    )

    assert sum(job is not None for job in accepted) == 1


async def test_one_key_makes_one_job_also_across_processes(tmp_path: Path, new_job: NewJobOf) -> None:
    path = str(tmp_path / "ledger.db")
    async with open_store(path) as first, open_store(path) as second:
        await first.accounts.insert(an_account())
        accepted = await asyncio.gather(
            *(
                one.jobs.accept(new_job(f"job_{place}", key="k"))
                for place, one in enumerate([first, second] * 5)
            )
        )

    assert sum(job is not None for job in accepted) == 1


async def test_only_one_claim_of_a_job_succeeds(store: Store, new_job: NewJobOf) -> None:
    await store.jobs.accept(new_job())

    claims = await asyncio.gather(*(store.jobs.claim("job_1", f"p{n}", 20_000, 2_000) for n in range(8)))

    taken = [claim for claim in claims if claim is not None]
    assert len(taken) == 1
    assert taken[0].state is State.RUNNING
    assert taken[0].attempts == 1


async def test_a_job_is_not_claimed_before_it_is_due(store: Store, new_job: NewJobOf) -> None:
    await store.jobs.accept(new_job(now=5_000))

    assert await store.jobs.claim("job_1", "p", 20_000, 4_999) is None
    assert await store.jobs.due(4_999, 10) == []
    assert await store.jobs.due(5_000, 10) == ["job_1"]


async def test_a_withdrawn_job_never_runs_and_forgets_its_secrets(store: Store, new_job: NewJobOf) -> None:
    await store.jobs.accept(new_job())

    assert await store.jobs.withdraw("job_1", "ada", 2_000)

    assert await store.jobs.claim("job_1", "p", 20_000, 3_000) is None
    job = await store.jobs.get("job_1")
    assert job is not None
    assert job.state is State.WITHDRAWN
    assert job.sealed is None


async def test_a_running_job_cannot_be_withdrawn(store: Store, new_job: NewJobOf) -> None:
    await store.jobs.accept(new_job())
    await store.jobs.claim("job_1", "p", 20_000, 2_000)

    assert not await store.jobs.withdraw("job_1", "ada", 2_000)


async def test_pages_add_up_to_all_jobs_newest_first(store: Store, new_job: NewJobOf) -> None:
    for number in range(7):
        await store.jobs.accept(new_job(f"job_{number}", now=1_000 + number // 2))

    listed: list[str] = []
    before = JobFilter().before
    while page := await store.jobs.page(JobFilter(before=before), 3):
        listed += [job.id for job in page]
        before = (page[-1].created_at, page[-1].id)

    assert listed == ["job_6", "job_5", "job_4", "job_3", "job_2", "job_1", "job_0"]


async def test_a_filter_finds_what_fits(store: Store, new_job: NewJobOf) -> None:
    await store.jobs.accept(new_job("job_1"))
    await store.jobs.accept(new_job("job_2"))
    await store.jobs.withdraw("job_2", "ada", 2_000)

    withdrawn = await store.jobs.page(
        JobFilter(state="withdrawn", account="shop", recipient="+15005550006"), 9
    )

    assert [job.id for job in withdrawn] == ["job_2"]
    assert await store.jobs.page(JobFilter(account="other"), 9) == []
    assert await store.jobs.counts() == {"waiting": 1, "withdrawn": 1}
