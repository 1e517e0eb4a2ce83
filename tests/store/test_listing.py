"""Pages and counts of a ledger that is larger than what one read looks at."""

from dataclasses import replace
from typing import Any

import pytest
from tests.store.conftest import an_account
from tests.store.filled import fill, run

from ringback.settings import DatabasePlace
from ringback.store import Store, open_store
from ringback.store.listing import SPAN, JobFilter
from ringback.store.rows import State

pytestmark = pytest.mark.anyio

RARE = "update jobs set action = 'MakeCall' where id in ('job_100007', 'job_109007', 'job_119007')"
ELSEWHERE = "update jobs set account_id = 'acc_other' where id in ('job_100101', 'job_100007', 'job_100009')"


async def ids(store: Store, most: int = 5, **wanted: Any) -> list[str]:
    return [job.id for job in await store.listing.newest(JobFilter(**wanted), most)]


async def test_each_filter_finds_the_newest_however_far_down_they_are(store: Store) -> None:
    await fill(store)
    await store.accounts.insert(an_account("other"))
    await store.accounts.remove("acc_other", 2)
    await store.accounts.insert(replace(an_account("other"), id="acc_heir"))
    await run(store, RARE)
    await run(store, ELSEWHERE)

    assert await ids(store, 2) == ["job_120000", "job_119999"]
    assert await ids(store, action="MakeCall") == ["job_119007", "job_109007", "job_100007"]
    assert await ids(store, 2, action="MakeCall") == ["job_119007", "job_109007"]
    assert await ids(store, action="MakeCall", before="job_119007") == ["job_109007", "job_100007"]
    assert await ids(store, action="MakeCall", accounts=("shop",)) == ["job_119007", "job_109007"]
    assert await ids(store, action="MakeCall", state="refused") == []
    assert await ids(store, accounts=("other",)) == ["job_100101", "job_100009", "job_100007"]
    assert await ids(store, accounts=("other",), state="waiting") == ["job_100101"]
    assert await ids(store, accounts=("other",), state="done", action="MakeCall") == ["job_100007"]
    assert await ids(store, accounts=("nobody",)) == []
    assert await ids(store, recipient="+15005551") == ["job_100007", "job_100006", "job_100005", "job_100004"]
    assert await ids(store, recipient="+15005551", accounts=("other",)) == ["job_100007"]
    assert await ids(store, 1, state="unknown", before="job_100300") == ["job_100203"]
    assert await ids(store, 1, state="waiting") == ["job_119901"]
    assert await ids(store, state="running", before="job_100800") == ["job_100402", "job_100002"]


async def test_a_page_that_finds_little_breaks_off_and_tells_where_to_go_on(store: Store) -> None:
    await fill(store)
    await store.accounts.insert(an_account("other"))
    await run(store, RARE)
    await run(store, ELSEWHERE)
    store.listing.span = 100
    wanted = JobFilter(action="MakeCall", accounts=("shop", "other"))

    first = await store.listing.page(wanted, 5)
    pages, found = 1, [job.id for job in first.jobs]
    page = first
    while page.next is not None:
        page = await store.listing.page(replace(wanted, before=page.next), 5)
        pages, found = pages + 1, found + [job.id for job in page.jobs]

    assert [job.id for job in first.jobs] == ["job_119007"]
    assert first.next == "job_117981"
    assert found == ["job_119007", "job_109007", "job_100007"]
    assert pages == 10
    assert await ids(store, action="MakeCall") == found


async def test_many_that_wait_are_met_on_a_walk(store: Store) -> None:
    await fill(store)
    await run(store, "update jobs set state = 'waiting' where created_at <= 5500")
    assert SPAN < 5_500

    assert await ids(store, 3, state="waiting") == ["job_119901", "job_119801", "job_119701"]
    assert await ids(store, 2, state="waiting", before="job_105600") == ["job_105501", "job_105500"]


async def test_what_was_counted_stays_counted(place: DatabasePlace) -> None:
    async with open_store(place, lambda: 1 << 61) as store:  # every job is old
        await store.accounts.insert(an_account())
        await fill(store)
        expected = {"waiting": 200, "running": 50, "unknown": 100, "refused": 100, "withdrawn": 25}
        done = 20_000 - sum(expected.values())

        assert await store.tally.by_state() == {"done": done, **expected}

        await run(store, "update jobs set state = 'not_sent' where id = 'job_100001'")
        await run(store, "update jobs set id = 'job_9' where id = 'job_100010'")  # written since
        counted = await store.tally.by_state()

    assert counted == {"done": done + 1, **expected, "waiting": 199, "not_sent": 1}
    assert set(counted) <= {state.value for state in State}
