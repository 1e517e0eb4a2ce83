"""Turns of long queues: planned a page at a time, and what is due is found however much is for later."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiosql
import asyncpg  # type: ignore[import-untyped]
import pytest
from tests.store.conftest import NOBODY, NewJobOf, alter, an_account
from tests.store.test_claims import ONE_A_SECOND, SENDER, accept, claim

from ringback.clock import machine_clock
from ringback.settings import DatabasePlace, PostgresUrl
from ringback.store import Store, open_store
from ringback.store.claims import Later, Turn
from ringback.store.embedded import SqliteQueries, bound
from ringback.store.postgres import PostgresQueries
from ringback.store.senders import PAGE

pytestmark = pytest.mark.anyio

MANY = 2 * PAGE + 500
LATER = 4_000
INSERT = """
    insert into jobs (account_id, id, action, state, input_digest, input, notes, attempts, due_at,
                      requested_by, created_at, updated_at, sender, priority, cost, turn_at)
    with recursive n (i) as (select 1 union all select i + 1 from n where i < {most})
    select 'acc_shop', '{name}_' || substr(cast(100000 + i as text), 2), 'SendMessage', 'waiting', {empty},
           '{{}}', '[]', 0, {due_at}, 'test', 1, 1, '{sender}', i % 3, 1, 9000000000000 from n
"""


async def fill(place: DatabasePlace, name: str, most: int, due_at: int) -> None:
    """Many jobs of three priorities, one segment each, whose turns are in another century."""
    empty = "''" if isinstance(place, PostgresUrl) else "x''"
    await alter(
        place, INSERT.format(name=name, most=most, empty=empty, due_at=due_at, sender=SENDER), "analyze jobs"
    )


async def turns_of(store: Store, within: float = MANY) -> list[Turn]:
    """All that comes up within so many seconds, in its order, codes and others together."""
    first = await store.claims.first_turns(within, MANY + 1)
    others = await store.claims.turns((0, ""), within, MANY + 1)
    return sorted([*first, *others], key=lambda turn: (turn.at, turn.ticket.job_id))


async def test_a_new_rate_gives_all_that_waits_its_turns_page_after_page(
    store: Store, place: DatabasePlace
) -> None:
    await fill(place, "due", MANY, 1)
    began = machine_clock()

    await store.senders.set_rate("acc_shop", SENDER, 100_000)  # ten milliseconds a job

    turns = await turns_of(store)
    assert len(turns) == MANY
    assert {later.at - sooner.at for sooner, later in pairwise(turns)} == {10}
    assert [turn.ticket.priority for turn in turns] == sorted(
        (turn.ticket.priority for turn in turns), reverse=True
    )
    assert began <= turns[0].at <= machine_clock()
    (queue,) = await store.senders.queues()
    assert (queue.jobs, queue.rate) == (MANY, 100_000)


async def test_the_next_to_come_is_planned_behind_all_of_them(
    store: Store, place: DatabasePlace, new_job: NewJobOf
) -> None:
    await fill(place, "due", MANY, 1)
    await store.senders.set_rate("acc_shop", SENDER, 100_000)

    await accept(store, new_job, "job_next", 100_000)

    turns = await turns_of(store)
    assert turns[-1].ticket.job_id == "job_next"
    assert 0 <= turns[-1].at - turns[-2].at < 1_000  # one write books the turn and then notes it


async def test_without_a_pace_all_that_waits_comes_up_at_once(store: Store, place: DatabasePlace) -> None:
    await fill(place, "due", MANY, 1)

    await store.senders.set_rate("acc_shop", SENDER, ONE_A_SECOND)
    await store.senders.set_rate("acc_shop", SENDER, None)

    assert len(await turns_of(store, 0)) == MANY


async def planned_so_far(connection: Any) -> int:
    (planned,) = connection.execute("select count(*) from jobs where turn_at < 9000000000000").fetchone()
    return int(planned)


async def test_others_write_between_the_pages_and_an_end_there_loses_nothing(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    async with open_store(ledger) as store:
        await store.accounts.insert(an_account())
        await fill(ledger, "due", MANY, 1)
        setting = asyncio.create_task(store.senders.set_rate("acc_shop", SENDER, 100_000))
        # As a write it takes turns with the pages; one that only read came too late at times.
        while not await store.database.write(planned_so_far):
            pass
        setting.cancel()  # as if the process had been killed
        await asyncio.gather(setting, return_exceptions=True)
        await store.database.write(planned_so_far)

        planned = await turns_of(store)
        assert 0 < len(planned) < MANY
        await alter(ledger, "update jobs set state = 'done' where turn_at < 9000000000000")

        (idle,) = await store.senders.idle(1)
        await store.senders.plan_anew(idle.account_id, idle.sender, 100_000)
        assert len(await turns_of(store)) == MANY - len(planned)


async def test_a_plan_by_an_older_rate_gives_way_to_the_one_that_was_set(
    store: Store, place: DatabasePlace
) -> None:
    await fill(place, "due", 10, 1)
    await store.senders.set_rate("acc_shop", SENDER, 100_000)
    before = await turns_of(store)

    await store.senders.plan_anew("acc_shop", SENDER, ONE_A_SECOND)

    after = await turns_of(store)
    assert [turn.at for turn in after] == [turn.at for turn in before]


def asked_by(adapter: Any) -> Any:
    """The named queries as they run."""
    return aiosql.from_path(Path(str(files("ringback.store") / "queries")), adapter)


async def steps(place: DatabasePlace, name: str, **parameters: Any) -> int:
    """How many rows PostgreSQL looked at, or how many hundreds of instructions SQLite took."""
    if isinstance(place, PostgresUrl):
        connection = await asyncpg.connect(place.url)
        asked = asked_by(PostgresQueries)
        try:
            return await rows_looked_at(getattr(asked, name), connection, parameters)
        finally:
            await connection.close()
    file, counted = sqlite3.connect(place), 0

    def count() -> None:
        nonlocal counted
        counted += 1

    file.create_function("db_now", 0, machine_clock)
    file.set_progress_handler(count, 100)
    asked = bound(asked_by(SqliteQueries))
    answer = getattr(asked, name)(file, **parameters)
    if hasattr(answer, "__aiter__"):
        assert [row async for row in answer] == []
    else:
        assert await answer is None
    file.close()
    return counted


class Explained:
    """A connection that tells what PostgreSQL does for a statement, instead of what it finds."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.plan: Any = None

    async def fetch(self, sql: str, *values: Any) -> list[Any]:
        text = await self._connection.fetchval(f"explain (analyze, format json) {sql}", *values)
        self.plan = json.loads(text)[0]["Plan"]
        return []

    async def fetchrow(self, sql: str, *values: Any) -> None:
        await self.fetch(sql, *values)


async def rows_looked_at(query: Any, connection: Any, parameters: Any) -> int:
    explained = Explained(connection)
    answer = query(explained, **parameters)
    if hasattr(answer, "__aiter__"):
        assert [row async for row in answer] == []
    else:
        await answer
    return round(sum(touched(node) for node in nodes(explained.plan)))


def nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def touched(node: Any) -> float:
    removed = sum(node.get(f"Rows Removed by {how}", 0) for how in ("Filter", "Index Recheck", "Join Filter"))
    return float((node["Actual Rows"] + removed) * node["Actual Loops"])


async def test_who_comes_first_is_found_without_a_look_at_what_is_for_later(
    store: Store, place: DatabasePlace
) -> None:
    await fill(place, "later", LATER, machine_clock() + 3_600_000)
    await store.senders.set_rate("acc_shop", SENDER, ONE_A_SECOND)

    assert await steps(place, "top_job", account_id="acc_shop", sender=SENDER, wait=0) < 60
    assert await steps(place, "idle_senders", horizon=0) < 60


async def test_of_all_priorities_the_highest_that_is_due_comes_first(
    store: Store, place: DatabasePlace, new_job: NewJobOf
) -> None:
    await fill(place, "later", 30, machine_clock() + 3_600_000)
    await accept(store, new_job, "job_bulk", priority=-10)
    await accept(store, new_job, "job_normal")

    first = await claim(store, "job_bulk")

    assert first is not None
    assert not isinstance(first, Later)
    assert first.job.id == "job_normal"


class Ticking:
    """A clock that goes on by a second whenever somebody looks."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000

    def __call__(self) -> int:
        self.now += 1_000
        return self.now


async def test_a_ticket_whose_job_becomes_due_while_it_is_looked_at_comes_up_again_at_once(
    tmp_path: Path, new_job: NewJobOf
) -> None:
    clock = Ticking()
    async with open_store(tmp_path / "ledger.db", clock) as store:
        await store.accounts.insert(an_account())
        for number, rate in enumerate((None, ONE_A_SECOND)):
            for ahead in range(1, 9):
                name = f"job_{number}_{ahead}"
                new = new_job(name, now=clock.now + ahead * 1_000, sender=SENDER, cost=1)
                await store.jobs.accept(new, NOBODY)
                assert await claim(store, name, rate) is not None
