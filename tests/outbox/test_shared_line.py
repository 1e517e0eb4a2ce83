"""The queue in PostgreSQL: in the transaction that writes the job, mended where a place is lost, bounded."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.domain.types import QueueEntrypoint
from tests.postgres import PostgresServer
from tests.shop import Shop, opened

from ringback.errors import Unavailable
from ringback.outbox.line import (
    ENTRYPOINT,
    NEXT_ETA,
    SharedQueries,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shared(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Shop]:
    """A Ringback on PostgreSQL that sends when a test says so, and is quick to miss a place."""
    async with postgres.database() as url, opened(tmp_path, place=url, dispatch=False) as shop:
        shop.line.overdue = 0.1
        yield shop


async def fetch(shop: Shop, statement: str) -> list[Any]:
    return [row[0] for row in await shop.parts.store.database.pool.fetch(statement)]


async def test_a_job_and_its_place_are_written_together(shared: Shop) -> None:
    outcome = await shared.run(wait=0)

    assert await fetch(shared, "select dedupe_key from pgqueuer") == [outcome.id]


async def test_of_a_unit_that_fails_neither_job_nor_place_is_written_and_its_neighbours_are(
    shared: Shop,
) -> None:
    new, pacing = await shared.planned()

    async def broken(c: Any) -> None:
        await shared.parts.store.jobs.write_new(new, shared.line, pacing, c)
        raise KeyError("after its place")

    failing = asyncio.gather(shared.parts.store.database.write(broken), return_exceptions=True)
    good = await asyncio.gather(*(shared.run(wait=0) for _ in range(3)))

    (failure,) = await failing
    assert isinstance(failure, KeyError)
    written = sorted(str(outcome.id) for outcome in good)
    assert await fetch(shared, "select id from jobs order by id") == written
    assert await fetch(shared, "select dedupe_key from pgqueuer order by dedupe_key") == written


async def test_a_connection_that_is_lost_in_the_middle_leaves_neither_and_the_next_try_both(
    shared: Shop,
) -> None:
    store, (new, pacing) = shared.parts.store, await shared.planned()

    async def killed(c: Any) -> None:
        await store.jobs.write_new(new, shared.line, pacing, c)
        pid = await c.fetchval("select pg_backend_pid()")
        await store.database.pool.execute("select pg_terminate_backend($1)", pid)
        await c.execute("select 1")

    with pytest.raises(Unavailable):
        await store.database.write(killed)
    assert await fetch(shared, "select id from jobs union all select dedupe_key from pgqueuer") == []

    assert await store.jobs.accept(new, shared.line, pacing) is not None
    assert await fetch(shared, "select id from jobs") == await fetch(
        shared, "select dedupe_key from pgqueuer"
    )


@pytest.mark.parametrize("loss", ["delete from pgqueuer", "truncate pgqueuer"])
async def test_a_job_whose_place_was_lost_is_found(shared: Shop, loss: str) -> None:
    outcomes = [await shared.run(wait=0) for _ in range(3)]
    await shared.parts.store.database.pool.execute(loss)

    shared.parts.dispatcher.start()

    assert await shared.tries(outcomes) == [1, 1, 1]
    assert shared.texts == 3


async def test_a_place_too_far_back_is_brought_up(shared: Shop) -> None:
    outcome = await shared.run(wait=0)
    await shared.parts.store.database.pool.execute(
        "update pgqueuer set execute_after = now() + interval '1 hour'"
    )

    shared.parts.dispatcher.start()

    assert await shared.tries([outcome]) == [1]


async def test_the_next_turn_is_found_without_sorting_all_that_waits(shared: Shop) -> None:
    pool = shared.parts.store.database.pool
    queries = SharedQueries(AsyncpgPoolDriver(pool))
    assert await queries.next_deferred_eta([QueueEntrypoint(ENTRYPOINT)]) is None
    await pool.execute(TEN_THOUSAND_LATER)
    await pool.execute("analyze pgqueuer")

    eta = await queries.next_deferred_eta([QueueEntrypoint(ENTRYPOINT)])

    assert eta is not None
    assert 3_500 < eta.total_seconds() <= 3_601
    plan = await pool.fetch(f"explain {NEXT_ETA.format(table='pgqueuer')}", ENTRYPOINT)
    assert not [row[0] for row in plan if "Sort" in row[0] or "Seq Scan" in row[0]]


TEN_THOUSAND_LATER = """
    insert into pgqueuer (priority, entrypoint, status, execute_after)
    select 0, 'ringback', 'queued', now() + interval '1 hour' + n * interval '1 second'
    from generate_series(1, 10000) n
"""


async def test_nothing_is_left_in_the_shared_queue_once_all_is_sent(shared: Shop) -> None:
    await shared.fault(*[{"kind": "rate_limit"}] * 3)
    shared.parts.dispatcher.start()
    await asyncio.gather(*(shared.run() for _ in range(20)))
    await shared.parts.dispatcher.stop()

    await shared.line.tidy()

    for table in ("pgqueuer", "pgqueuer_log", "pgqueuer_statistics"):
        assert await fetch(shared, f"select count(*) from {table}") == [0]  # noqa: S608 - names of ours
