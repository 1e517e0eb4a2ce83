"""The queue is only a queue: whatever becomes of its places, each job runs, and runs once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pgqueuer.adapters.inmemory import InMemoryDriver, InMemoryQueries
from tests.gate import Gate
from tests.shop import QUICK, Shop, kinds, line_of, opened

from ringback.outbox.dispatcher import Dispatcher
from ringback.outbox.line import (
    HELD_IN_MEMORY,
    MemoryLine,
    PostgresLine,
    Waiting,
)
from ringback.outcome import Outcome
from ringback.settings import DatabasePlace
from ringback.store import open_store
from ringback.store.claims import Turn
from ringback.store.rows import State
from ringback.store.tickets import Ticket

pytestmark = pytest.mark.anyio

AS_MEANT = replace(QUICK, look_every=None)


async def written_by_another(shop: Shop, most: int = 1, **inputs: str) -> list[Outcome]:
    """Jobs that another process writes into the same file; its own queue is lost with it."""
    async with open_store(shop.place) as other:
        jobs = [await shop.planned(**inputs) for _ in range(most)]
        line = MemoryLine()
        await asyncio.gather(*(other.jobs.accept(new, line, pacing) for new, pacing in jobs))
    return [await shop.connector.wait(new.id, 0) for new, _ in jobs]


async def run_until(
    called: asyncio.Event, line: Any, handle: Callable[[Ticket], Awaitable[float | None]]
) -> None:
    """Let a handler have what is queued until it was called, and a moment longer."""
    manager = line.manager(handle)
    running = asyncio.create_task(manager.run(dequeue_timeout=timedelta(seconds=0.05), batch_size=5))
    async with asyncio.timeout(30):
        await called.wait()
    await asyncio.sleep(0.2)
    manager.shutdown.set()
    await running


async def test_a_job_whose_handler_ended_by_an_exception_is_found(
    tmp_path: Path, place: DatabasePlace
) -> None:
    async with opened(tmp_path, place=place, dispatch=False) as shop:
        if isinstance(shop.line, PostgresLine):
            shop.line.overdue = 0.1
        outcome = await shop.run(wait=0)
        seen: list[str] = []
        called = asyncio.Event()

        async def broken(ticket: Ticket) -> float | None:
            seen.append(ticket.job_id)
            called.set()
            raise KeyError("nobody foresaw this")

        await run_until(called, shop.line, broken)
        assert seen == [outcome.id]
        shop.parts.dispatcher.start()

        assert await shop.tries([outcome]) == [1]


@dataclass
class Noting:
    """Notes what one look finds."""

    waiting: Waiting
    found: list[str] = field(default_factory=list)

    async def turns(self, after: tuple[int, str], within: float, most: int) -> list[Turn]:
        page = await self.waiting.turns(after, within, most)
        self.found += [turn.ticket.job_id for turn in page]
        return page

    async def first_turns(self, within: float, most: int) -> list[Turn]:
        return await self.waiting.first_turns(within, most)


class Noted(MemoryLine):
    """Notes what each look finds."""

    def __init__(self) -> None:
        super().__init__()
        self.looks: list[list[str]] = []

    async def restock(self, waiting: Waiting) -> None:
        noting = Noting(waiting)
        self.looks.append(noting.found)
        await super().restock(noting)


async def test_a_job_that_another_process_wrote_is_seen_within_a_second(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        line = Noted()
        dispatcher = Dispatcher(replace(shop.parts.dispatcher.means, line=line), AS_MEANT)
        dispatcher.start()
        try:
            (outcome,) = await written_by_another(shop)
            begun = len(line.looks)
            assert await shop.tries([outcome]) == [1]
        finally:
            await dispatcher.stop()

    # Looks are counted, as a busy machine may take more than a second to send. One may have begun just before
    # the job was there.
    assert any(outcome.id in found for found in line.looks[: begun + 1])
    assert line.look_every <= 1


async def test_waiting_jobs_are_taken_up_again_at_start(tmp_path: Path, place: DatabasePlace) -> None:
    async with opened(tmp_path, place=place, dispatch=False) as shop:
        outcomes = [await shop.run(wait=0) for _ in range(5)]
        means = replace(shop.parts.dispatcher.means, line=line_of(shop.parts.store), owner="next")
        following = Dispatcher(means, QUICK)

        following.start()
        try:
            assert await shop.tries(outcomes) == [1] * 5
        finally:
            await following.stop()


async def test_more_jobs_than_memory_holds_places_for_are_all_sent(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False, cadence=AS_MEANT) as shop:
        outcomes = await written_by_another(shop, HELD_IN_MEMORY + 200)
        shop.parts.dispatcher.start()

        assert await shop.tries(outcomes) == [1] * len(outcomes)
        assert shop.texts == len(outcomes)


async def test_jobs_of_a_held_sender_do_not_keep_places_from_others(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False, cadence=AS_MEANT) as shop:
        account = await shop.account()
        await written_by_another(shop, HELD_IN_MEMORY + 200)
        await shop.parts.store.senders.hold(account.id, str(account.default_sender), 600)
        (other,) = await written_by_another(shop, sender="Ada-Shop", to="+447400123456")
        shop.parts.dispatcher.start()

        async with asyncio.timeout(30):
            assert await shop.tries([other]) == [1]
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
        if isinstance(shop.line, PostgresLine):
            await shop.parts.store.database.pool.execute(SECOND_PLACE, ticket.encoded())
        else:
            await shop.line.joined(ticket)
    await asyncio.sleep(0.3)


SECOND_PLACE = """
    insert into pgqueuer (priority, entrypoint, payload, status) values (0, 'ringback', $1, 'queued')
"""


async def test_nothing_is_left_in_memory_once_all_is_sent(tmp_path: Path) -> None:
    queries = InMemoryQueries(driver=InMemoryDriver())
    async with opened(tmp_path, dispatch=False) as shop:
        means = replace(shop.parts.dispatcher.means, line=MemoryLine(_queries=queries))
        dispatcher = Dispatcher(means, QUICK)
        await shop.fault(*[{"kind": "rate_limit"}] * 3)
        outcomes = [await shop.run(wait=0) for _ in range(20)]
        dispatcher.start()
        await shop.tries(outcomes)
        await dispatcher.stop()

        await means.line.restock(shop.parts.store.claims)

    assert means.line.room == HELD_IN_MEMORY  # type: ignore[attr-defined]
    assert await queries.queue_size() == []
    assert await queries.queue_log() == []


async def test_many_who_ask_for_readiness_at_once_leave_each_other_a_connection(
    tmp_path: Path, place: DatabasePlace
) -> None:
    async with opened(tmp_path, place=place) as shop, asyncio.timeout(60):
        told = await asyncio.gather(*(shop.connector.ready() for _ in range(100)))

    assert all(all(parts.values()) for parts in told)
