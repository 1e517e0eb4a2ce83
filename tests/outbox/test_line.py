"""The queue is only a queue: whatever becomes of its places, each job runs, and runs once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pgqueuer.adapters.inmemory import InMemoryDriver, InMemoryQueries
from tests.gate import Gate
from tests.postgres import PostgresServer
from tests.shop import HI, QUICK, Shop, kinds, line_of, opened

from ringback.errors import Unavailable
from ringback.outbox.dispatcher import Dispatcher
from ringback.outbox.line import HELD_IN_MEMORY, MemoryLine, PostgresLine
from ringback.outcome import Outcome
from ringback.perform import Asked
from ringback.settings import DatabasePlace
from ringback.store import open_store
from ringback.store.jobs import NewJob, Pacing
from ringback.store.rows import State
from ringback.store.tickets import Ticket

pytestmark = pytest.mark.anyio

AS_MEANT = replace(QUICK, look_every=None)
TEXT = Asked(action="SendMessage", inputs=HI, account="shop")


@pytest.fixture
async def shared(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Shop]:
    """A Ringback on PostgreSQL that sends when a test says so, and is quick to miss a place."""
    async with postgres.database() as url, opened(tmp_path, place=url, dispatch=False) as shop:
        shop.parts.dispatcher.means.line.overdue = 0.1  # type: ignore[attr-defined]
        yield shop


def line_in(shop: Shop) -> Any:
    return shop.parts.dispatcher.means.line


async def fetch(shop: Shop, statement: str) -> list[Any]:
    return [row[0] for row in await shop.parts.store.database.pool.fetch(statement)]


async def new_job(shop: Shop, **inputs: str) -> tuple[NewJob, Pacing]:
    perform, asked = shop.parts.perform, replace(TEXT, inputs=HI | inputs)
    return perform.planned(await perform.prepare(asked), asked)


async def ended(shop: Shop, outcomes: list[Outcome]) -> list[int]:
    """How often each was tried, all being done."""
    return [len((await shop.until(outcome, State.DONE)).attempts) for outcome in outcomes]


async def written_by_another(shop: Shop, most: int = 1, **inputs: str) -> list[Outcome]:
    """Jobs that another process writes into the same file; its own queue is lost with it."""
    async with open_store(shop.place) as other:
        jobs = [await new_job(shop, **inputs) for _ in range(most)]
        line = MemoryLine()
        await asyncio.gather(*(other.jobs.accept(new, line, pacing) for new, pacing in jobs))
    return [await shop.connector.wait(new.id, 0) for new, _ in jobs]


async def test_a_job_and_its_place_are_written_together(shared: Shop) -> None:
    outcome = await shared.run(wait=0)

    assert await fetch(shared, "select dedupe_key from pgqueuer") == [outcome.id]


async def test_of_a_unit_that_fails_neither_job_nor_place_is_written_and_its_neighbours_are(
    shared: Shop,
) -> None:
    new, pacing = await new_job(shared)

    async def broken(c: Any) -> None:
        await shared.parts.store.jobs.write_new(new, line_in(shared), pacing, c)
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
    store, (new, pacing) = shared.parts.store, await new_job(shared)

    async def killed(c: Any) -> None:
        await store.jobs.write_new(new, line_in(shared), pacing, c)
        pid = await c.fetchval("select pg_backend_pid()")
        await store.database.pool.execute("select pg_terminate_backend($1)", pid)
        await c.execute("select 1")

    with pytest.raises(Unavailable):
        await store.database.write(killed)
    assert await fetch(shared, "select id from jobs union all select dedupe_key from pgqueuer") == []

    assert await store.jobs.accept(new, line_in(shared), pacing) is not None
    assert await fetch(shared, "select id from jobs") == await fetch(
        shared, "select dedupe_key from pgqueuer"
    )


@pytest.mark.parametrize("loss", ["delete from pgqueuer", "truncate pgqueuer"])
async def test_a_job_whose_place_was_lost_is_found(shared: Shop, loss: str) -> None:
    outcomes = [await shared.run(wait=0) for _ in range(3)]
    await shared.parts.store.database.pool.execute(loss)

    shared.parts.dispatcher.start()

    assert await ended(shared, outcomes) == [1, 1, 1]
    assert shared.texts == 3


async def test_a_place_too_far_back_is_brought_up(shared: Shop) -> None:
    outcome = await shared.run(wait=0)
    await shared.parts.store.database.pool.execute(
        "update pgqueuer set execute_after = now() + interval '1 hour'"
    )

    shared.parts.dispatcher.start()

    assert await ended(shared, [outcome]) == [1]


async def run_briefly(line: Any, handle: Callable[[Ticket], Awaitable[float | None]]) -> None:
    """Let a handler have what is queued, for a moment."""
    manager = line.manager(handle)
    running = asyncio.create_task(manager.run(dequeue_timeout=timedelta(seconds=0.05), batch_size=5))
    await asyncio.sleep(0.4)
    manager.shutdown.set()
    await running


async def test_a_job_whose_handler_ended_by_an_exception_is_found(
    tmp_path: Path, place: DatabasePlace
) -> None:
    async with opened(tmp_path, place=place, dispatch=False) as shop:
        if isinstance(line_in(shop), PostgresLine):
            line_in(shop).overdue = 0.1
        outcome = await shop.run(wait=0)
        seen: list[str] = []

        async def broken(ticket: Ticket) -> float | None:
            seen.append(ticket.job_id)
            raise KeyError("nobody foresaw this")

        await run_briefly(line_in(shop), broken)
        assert seen == [outcome.id]
        shop.parts.dispatcher.start()

        assert await ended(shop, [outcome]) == [1]


async def test_a_job_that_another_process_wrote_is_seen_within_a_second(tmp_path: Path) -> None:
    async with opened(tmp_path, cadence=AS_MEANT) as shop:
        (outcome,) = await written_by_another(shop)

        async with asyncio.timeout(1):
            assert await ended(shop, [outcome]) == [1]


async def test_waiting_jobs_are_taken_up_again_at_start(tmp_path: Path, place: DatabasePlace) -> None:
    async with opened(tmp_path, place=place, dispatch=False) as shop:
        outcomes = [await shop.run(wait=0) for _ in range(5)]
        means = replace(shop.parts.dispatcher.means, line=line_of(shop.parts.store), owner="next")
        following = Dispatcher(means, QUICK)

        following.start()
        try:
            assert await ended(shop, outcomes) == [1] * 5
        finally:
            await following.stop()


async def test_more_jobs_than_memory_holds_places_for_are_all_sent(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False, cadence=AS_MEANT) as shop:
        outcomes = await written_by_another(shop, HELD_IN_MEMORY + 200)
        shop.parts.dispatcher.start()

        assert await ended(shop, outcomes) == [1] * len(outcomes)
        assert shop.texts == len(outcomes)


async def test_jobs_of_a_held_sender_do_not_keep_places_from_others(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False, cadence=AS_MEANT) as shop:
        account = await shop.account()
        await written_by_another(shop, HELD_IN_MEMORY + 200)
        await shop.parts.store.senders.hold(account.id, str(account.default_sender), 600)
        (other,) = await written_by_another(shop, sender="Ada-Shop", to="+447400123456")
        shop.parts.dispatcher.start()

        async with asyncio.timeout(5):
            assert await ended(shop, [other]) == [1]
        assert shop.texts == 1


async def test_a_second_place_never_runs_a_job_that_runs_or_ended(
    tmp_path: Path, place: DatabasePlace
) -> None:
    gate = Gate()
    async with opened(tmp_path, place=place, transport=gate) as shop:
        outcome = await shop.run(wait=0)
        await gate.arrived.acquire()
        await again(shop, outcome)
        assert gate.sent == 1
        gate.open.set()
        await shop.until(outcome, State.WAITING)
        await shop.connector.withdraw(str(outcome.id), "ada")

        await again(shop, outcome)
        job = await shop.job(outcome)

    assert (job.state, len(job.attempts), gate.sent) == (State.WITHDRAWN, 1, 1)
    assert kinds(job) == ["accepted", "running", "put_back", "withdrawn"]


async def again(shop: Shop, outcome: Outcome) -> None:
    """Give a job two more places, and time to be found there."""
    ticket = Ticket(job_id=str(outcome.id), account_id=(await shop.account()).id)
    for _ in range(2):
        if isinstance(line_in(shop), PostgresLine):
            await shop.parts.store.database.pool.execute(SECOND_PLACE, ticket.encoded())
        else:
            await line_in(shop).joined(ticket)
    await asyncio.sleep(0.3)


SECOND_PLACE = """
    insert into pgqueuer (priority, entrypoint, payload, status) values (0, 'ringback', $1, 'queued')
"""


async def test_nothing_is_left_in_the_shared_queue_once_all_is_sent(shared: Shop) -> None:
    await shared.fault(*[{"kind": "rate_limit"}] * 3)
    shared.parts.dispatcher.start()
    await asyncio.gather(*(shared.run() for _ in range(20)))
    await shared.parts.dispatcher.stop()

    await line_in(shared).tidy()

    for table in ("pgqueuer", "pgqueuer_log", "pgqueuer_statistics"):
        assert await fetch(shared, f"select count(*) from {table}") == [0]  # noqa: S608 - names of ours


async def test_nothing_is_left_in_memory_once_all_is_sent(tmp_path: Path) -> None:
    queries = InMemoryQueries(driver=InMemoryDriver())
    async with opened(tmp_path, dispatch=False) as shop:
        means = replace(shop.parts.dispatcher.means, line=MemoryLine(_queries=queries))
        dispatcher = Dispatcher(means, QUICK)
        await shop.fault(*[{"kind": "rate_limit"}] * 3)
        outcomes = [await shop.run(wait=0) for _ in range(20)]
        dispatcher.start()
        await ended(shop, outcomes)
        await dispatcher.stop()

        await means.line.restock(shop.parts.store.claims.turns)

    assert means.line.room == HELD_IN_MEMORY  # type: ignore[attr-defined]
    assert await queries.queue_size() == []
    assert await queries.queue_log() == []
