"""The queue that brings waiting jobs up: PgQueuer, in memory over the embedded ledger, in PostgreSQL beyond.

Losing it loses nothing: the jobs are rows, and `restock` finds those whose place is gone.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.adapters.inmemory import InMemoryDriver, InMemoryQueries
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.domain.types import QueueEntrypoint

from ringback.errors import Misconfigured
from ringback.store.claims import Turn
from ringback.store.tickets import Ticket

ENTRYPOINT = "ringback"
HELD_IN_MEMORY = 1_000  # places kept in memory; the jobs behind them wait on disk
PAGE = 500
BRING_UP = """
    update {table} set execute_after = now()
    where dedupe_key = any($1::text[]) and status = 'queued' and execute_after > now() + interval '1 second'
    returning id
"""
Handler = Callable[[Ticket], Awaitable[float | None]]
"""Uses a ticket; answers after how many seconds it is to come up again, or None when it is used up."""

# It logs each retry with a traceback; the dispatcher logs what went wrong, without texts.
logging.getLogger("pgqueuer").setLevel(logging.CRITICAL)


NEXT_ETA = """
    select execute_after - now() as eta from {table}
    where entrypoint = $1 and status = 'queued' and execute_after > now()
    order by execute_after limit 1
"""


class SharedQueries(Queries):
    """PgQueuer's queries, for a queue in which a hundred thousand jobs wait for their turn."""

    async def next_deferred_eta(self, entrypoints: list[QueueEntrypoint]) -> timedelta | None:
        """The time until the next turn; PgQueuer asks for `any` entrypoint, and so sorts all that waits."""
        query = NEXT_ETA.format(table=self.qbe.qualified.queue_table)
        rows: Any = await self.driver.fetch(query, entrypoints[0])
        return rows[0]["eta"] if rows else None


def manager_of(queries: Any, handle: Handler) -> QueueManager:
    """A queue manager with our one handler."""
    manager = QueueManager(queries)

    async def send(job: Job) -> None:
        again = await handle(Ticket.decoded(job.payload or b"", job.priority))
        if again is not None:
            raise RetryRequested(timedelta(seconds=again))

    manager.entrypoint(ENTRYPOINT)(send)
    return manager


async def _enqueue(queries: Any, tickets: list[Ticket], *, once: bool) -> list[Any]:
    placed: list[Any] = await queries.enqueue(
        [ENTRYPOINT] * len(tickets),
        [ticket.encoded() for ticket in tickets],
        [ticket.priority for ticket in tickets],
        [timedelta(seconds=ticket.wait) for ticket in tickets],
        [ticket.job_id if once else None for ticket in tickets],
        on_conflict="skip",
    )
    return placed


class Waiting(Protocol):
    """The waiting jobs in the ledger, by turn."""

    async def turns(self, after: tuple[int, str], within: float, most: int) -> list[Turn]:
        """From a place in their order on, within so many seconds, at most so many; not the codes."""

    async def first_turns(self, within: float, most: int) -> list[Turn]:
        """The codes among them."""


@dataclass(slots=True)
class MemoryLine:
    """The queue of one process over the embedded ledger: `HELD_IN_MEMORY` places, and as many for codes.

    So codes, which go first, are queued however many others wait.
    """

    look_every: float = 0.5  # how soon a job that another process wrote is seen
    poll: float = 0.01
    low: asyncio.Event = field(default_factory=asyncio.Event)
    _queries: Any = field(default_factory=lambda: InMemoryQueries(driver=InMemoryDriver()))
    _held: set[str] = field(default_factory=set)
    _first: set[str] = field(default_factory=set)
    _joining: list[Ticket] = field(default_factory=list)
    _more: bool = False

    @property
    def room(self) -> int:
        """How many more places fit, but for codes."""
        return HELD_IN_MEMORY - len(self._held)

    def _places(self, ticket: Ticket) -> set[str]:
        return self._first if ticket.priority > 0 else self._held

    async def join(self, connection: Any, ticket: Ticket) -> None:
        """Nothing: memory takes no part in a transaction."""

    async def joined(self, ticket: Ticket) -> None:
        """Queue it now that its job is on disk; what finds no room is looked for later."""
        full = len(self._places(ticket)) >= HELD_IN_MEMORY
        self._more = self._more or full
        if full or ticket.wait > self.look_every:
            return
        self._joining.append(ticket)
        if len(self._joining) == 1:
            try:
                await asyncio.sleep(0)  # those that were committed with it come now, and are queued in one go
            finally:
                together, self._joining = self._joining, []
                await self._restore(together)

    async def give_back(self, ticket: Ticket) -> None:
        """Give a place to a job that began without one and has to wait."""
        await self.joined(ticket)

    async def restock(self, waiting: Waiting) -> None:
        """Queue waiting jobs that have no place: more than fitted before, or written by another process."""
        first = await waiting.first_turns(self.look_every, HELD_IN_MEMORY)
        await self._restore([turn.ticket for turn in first])
        place, full = (0, ""), True
        while self.room > 0 and full:
            found = await waiting.turns(place, self.look_every, PAGE)
            await self._restore([turn.ticket for turn in found])
            if full := len(found) == PAGE:
                place = (found[-1].at, found[-1].ticket.job_id)
        self._more = full
        await self._queries.clear_queue_log()  # three entries a job, in memory

    async def _restore(self, tickets: list[Ticket]) -> None:
        new = [ticket for ticket in tickets if self._takes(ticket)]
        if new:
            await _enqueue(self._queries, new, once=False)

    def _takes(self, ticket: Ticket) -> bool:
        """Take a place for it, unless it has one or none is left."""
        places = self._places(ticket)
        if ticket.job_id in places or len(places) >= HELD_IN_MEMORY:
            return False
        places.add(ticket.job_id)
        return True

    def manager(self, handle: Handler) -> QueueManager:
        """A queue manager on it."""

        async def freeing(ticket: Ticket) -> float | None:
            again = None
            try:
                again = await handle(ticket)
            finally:  # however it ended: a place that nobody gives back would hide its job for good
                if again is None or again > self.look_every:
                    self._give_back(ticket)
                    again = None
            return again

        manager = manager_of(self._queries, freeing)
        manager.min_dequeue_poll_interval = timedelta(seconds=self.poll)
        return manager

    def _give_back(self, ticket: Ticket) -> None:
        self._places(ticket).discard(ticket.job_id)
        if self._more and self.room > HELD_IN_MEMORY // 2:
            self.low.set()

    async def tidy(self) -> None:
        """Nothing: `restock` forgets what PgQueuer noted."""


@dataclass(slots=True)
class PostgresLine:
    """The queue that all processes share, in the ledger's own database."""

    pool: Any
    look_every: float = 2.0
    overdue: float = 5.0  # seconds; a job that has waited so long past its turn may have lost its place
    low: asyncio.Event = field(default_factory=asyncio.Event)
    _place: tuple[int, str] = (0, "")

    async def join(self, connection: Any, ticket: Ticket) -> None:
        """In the transaction that writes the job: either both are there or neither."""
        await _enqueue(Queries(AsyncpgDriver(connection)), [ticket], once=True)

    async def joined(self, ticket: Ticket) -> None:
        """Nothing: it is there."""

    async def restock(self, waiting: Waiting) -> None:
        """Queue overdue jobs that have no place, and bring up those whose place is too far back.

        A page at a time while there is nothing to mend, else all.
        """
        first = await waiting.first_turns(-self.overdue, PAGE)
        await self._mend([turn.ticket for turn in first])
        mended = True
        while mended:
            found = await waiting.turns(self._place, -self.overdue, PAGE)
            mended = await self._mend([turn.ticket for turn in found])
            self._place = (found[-1].at, found[-1].ticket.job_id) if len(found) == PAGE else (0, "")
            mended = mended and self._place != (0, "")

    async def _mend(self, tickets: list[Ticket]) -> bool:
        """Whether any of them had no place or one too far back."""
        if not tickets:
            return False
        queries = Queries(AsyncpgPoolDriver(self.pool))
        placed = await _enqueue(queries, tickets, once=True)
        bring_up = BRING_UP.format(table=queries.qbe.qualified.queue_table)
        late = await self.pool.fetch(bring_up, [ticket.job_id for ticket in tickets])
        return bool(late) or any(place is not None for place in placed)

    async def give_back(self, ticket: Ticket) -> None:
        """Give a place to a job that began without one and has to wait."""
        await _enqueue(Queries(AsyncpgPoolDriver(self.pool)), [ticket], once=True)

    def manager(self, handle: Handler) -> QueueManager:
        """A queue manager on it, with a connection of its own to be woken by."""
        return manager_of(SharedQueries(AsyncpgPoolDriver(self.pool)), handle)

    async def tidy(self) -> None:
        """Forget the log that PgQueuer keeps of what it did."""
        await Queries(AsyncpgPoolDriver(self.pool)).clear_queue_log(ENTRYPOINT)

    @staticmethod
    async def check(connection: Any) -> None:
        """Raises `Misconfigured` where its tables are missing or of another version."""
        try:
            await QueueManager(Queries(AsyncpgDriver(connection))).verify_structure()
        except RuntimeError as error:
            raise Misconfigured(f"The queue's tables are not ready: {error} Run: ringback migrate") from error


async def install_queue(connection: Any) -> None:
    """Make the queue's tables in PostgreSQL, or bring them up."""
    queries = Queries(AsyncpgDriver(connection))
    if await queries.schema_is_installed():
        await queries.upgrade()
    else:
        await queries.install()
