"""Jobs up to the moment their bytes leave."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.conftest import NOBODY, NewJobOf, an_account, ticket

from ringback.store import Store, open_store
from ringback.store.listing import JobFilter
from ringback.store.rows import State

pytestmark = pytest.mark.anyio


async def test_an_accepted_job_waits_with_its_first_event(store: Store, new_job: NewJobOf) -> None:
    job = await store.jobs.accept(new_job(), NOBODY)

    assert job is not None
    assert job.state is State.WAITING
    _, events = await store.jobs.timeline(job.id)
    assert [(event.kind, event.who) for event in events] == [("accepted", "test")]


async def test_an_accepted_job_is_what_a_read_would_find(store: Store, new_job: NewJobOf) -> None:
    accepted = await store.jobs.accept(new_job(key="k", sender="+14155550101"), NOBODY)

    assert accepted is not None
    assert replace(accepted, account_at=None) == await store.jobs.get("job_1")


async def test_of_many_callers_with_one_key_one_makes_the_job(store: Store, new_job: NewJobOf) -> None:
    accepted = await asyncio.gather(
        *(store.jobs.accept(new_job(f"job_{number}", key="order-42"), NOBODY) for number in range(20))
    )

    assert sum(job is not None for job in accepted) == 1


async def test_one_key_makes_one_job_also_across_processes(tmp_path: Path, new_job: NewJobOf) -> None:
    path = str(tmp_path / "ledger.db")
    async with open_store(path) as first, open_store(path) as second:
        await first.accounts.insert(an_account())
        accepted = await asyncio.gather(
            *(
                one.jobs.accept(new_job(f"job_{place}", key="k"), NOBODY)
                for place, one in enumerate([first, second] * 5)
            )
        )

    assert sum(job is not None for job in accepted) == 1


async def test_a_withdrawn_job_never_runs_and_forgets_its_secrets(store: Store, new_job: NewJobOf) -> None:
    await store.jobs.accept(new_job(), NOBODY)

    assert await store.jobs.withdraw("job_1", "ada", 2_000)

    assert await store.claims.claim(ticket(), None, "p", 20) is None
    job = await store.jobs.get("job_1")
    assert job is not None
    assert job.state is State.WITHDRAWN
    assert job.sealed is None


async def test_a_running_job_cannot_be_withdrawn(store: Store, new_job: NewJobOf) -> None:
    await store.jobs.accept(new_job(), NOBODY)
    await store.claims.claim(ticket(), None, "p", 20)

    assert not await store.jobs.withdraw("job_1", "ada", 2_000)


async def test_pages_add_up_to_all_jobs_newest_first(store: Store, new_job: NewJobOf) -> None:
    for number in range(7):
        await store.jobs.accept(new_job(f"job_{number}", now=1_000 + number // 2), NOBODY)

    listed: list[str] = []
    before = JobFilter().before
    while page := await store.listing.newest(JobFilter(before=before), 3):
        listed += [job.id for job in page]
        before = page[-1].id

    assert listed == ["job_6", "job_5", "job_4", "job_3", "job_2", "job_1", "job_0"]


async def test_a_filter_finds_what_fits(store: Store, new_job: NewJobOf) -> None:
    await store.jobs.accept(new_job("job_1"), NOBODY)
    await store.jobs.accept(new_job("job_2"), NOBODY)
    await store.jobs.withdraw("job_2", "ada", 2_000)

    withdrawn = await store.listing.newest(
        JobFilter(state="withdrawn", accounts=("shop",), recipient="+15005550006"), 9
    )

    assert [job.id for job in withdrawn] == ["job_2"]
    assert await store.listing.newest(JobFilter(accounts=("other",)), 9) == []
    assert await store.tally.by_state() == {"waiting": 1, "withdrawn": 1}
