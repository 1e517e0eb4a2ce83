"""The loop that sends: it uses tickets, runs the jobs behind them and keeps their leases."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from ringback.clock import Clock
from ringback.errors import RingbackError, Unavailable
from ringback.log import logger
from ringback.metrics import Meters
from ringback.outbox.attempt import Attempts
from ringback.outbox.flights import TOO_MANY, Flights
from ringback.outbox.line import Turns
from ringback.outbox.throughput import Throughput
from ringback.store import Store
from ringback.store.claims import Claimed, Later
from ringback.store.endings import Ending, Place
from ringback.store.persistence import until_written
from ringback.store.rows import Job, State
from ringback.store.tickets import Line, Ticket
from ringback.tracing import Tracing

Sweep = Callable[[], Awaitable[object]]

FULL_QUEUE = 21611  # Twilio docs, errors/21611: this sender's queue is full
SPENT = 0.85  # of its lease; a send that would leave later than that is put back
HELD_UP = Ending(
    state=State.WAITING,
    error={"message": "The process was held up for as long as its lease, so nothing was sent then."},
    wait=1_000,
)
LISTENING_CHECK = 10.0  # seconds between two probes, and how long one is waited for
TROUBLED = 1.0  # and one that the database could not serve


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often the loops look, in seconds, and how much runs at once."""

    lease: float = 15.0
    renew_every: float = 4.0  # three renewals may fail before a lease lapses
    look_every: float | None = None  # how soon a job whose place was lost is found; None: as the line says
    sweep_every: float = 2.0  # lapsed leases, deadlines of verifications, statuses to ask for
    longest_stop: float = 35.0  # a send ends by itself within 30
    most_at_once: int = 64


class QueueLine(Line, Protocol):
    """A queue that can be joined and run; `low` is set when it has room for more."""

    look_every: float
    low: asyncio.Event

    def manager(self, handle: Callable[[Ticket], Awaitable[float | None]]) -> Any:
        """Something to run that hands tickets to `handle`."""

    async def restock(self, turns: Turns) -> None:
        """Give places to those that have none."""

    async def tidy(self) -> None:
        """Forget what is no longer needed."""


log = logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the dispatcher works with."""

    store: Store
    attempts: Attempts
    line: QueueLine
    throughput: Throughput
    flights: Flights
    clock: Clock
    owner: str
    meters: Meters = field(default_factory=Meters)
    tracing: Tracing = field(default_factory=Tracing)


class Dispatcher:
    """Runs the jobs of this process, which its leases name as their owner."""

    def __init__(self, means: Means, cadence: Cadence | None = None) -> None:
        self._cadence = cadence or Cadence()
        self.means = means
        self._store = means.store
        self._running: set[str] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._serving: asyncio.Task[None] | None = None
        self._manager: Any = None
        self._stopping = False

    def start(self, *sweeps: Sweep) -> None:
        """Begin to send; `sweeps` are called again and again beside it."""
        every = self._cadence.sweep_every
        self._stopping = False
        self._serving = asyncio.create_task(self._serve())
        self._loops = [
            asyncio.create_task(self._restock()),
            asyncio.create_task(_every(self._cadence.renew_every, self._renew)),
            asyncio.create_task(_every(every, self.condemn)),
            asyncio.create_task(_every(every, self.means.throughput.refresh)),
            asyncio.create_task(_every(every, self.means.throughput.leave_none_idle)),
            asyncio.create_task(_every(60 * every, self.means.line.tidy)),
            asyncio.create_task(self._keep_listening()),
            *(asyncio.create_task(_every(every, sweep)) for sweep in sweeps),
        ]

    async def stop(self) -> None:
        """Take no more, let what left be answered, leave the rest waiting.

        What is not answered in time is let go: its lease lapses, and then it is unknown.
        """
        self._stopping = True
        if self._serving is not None:
            if self._manager is not None:
                self._manager.shutdown.set()
            await asyncio.wait([self._serving], timeout=self._cadence.longest_stop)
            await _cancelled([self._serving])
        await _cancelled(self._loops)
        self._serving, self._loops = None, []

    @property
    def alive(self) -> bool:
        """Whether its loops run."""
        loops = [*self._loops, self._serving]
        return bool(self._loops) and not any(loop is None or loop.done() for loop in loops)

    async def condemn(self) -> None:
        """Jobs whose process went away are unknown from now on."""
        for job_id in await self._store.outcomes.condemn_lapsed(self.means.clock()):
            self.means.meters.lapsed.inc()
            log.warning("lease_lapsed", job=job_id, state="unknown")

    async def _serve(self) -> None:
        while not self._stopping:
            self._manager = self.means.line.manager(self._use)
            try:
                await self._manager.run(
                    dequeue_timeout=timedelta(seconds=self.means.line.look_every),
                    batch_size=max(1, self._cadence.most_at_once // 2),
                    max_concurrent_tasks=max(2, self._cadence.most_at_once),
                    heartbeat_timeout=timedelta(seconds=20),
                    log_aggregation_interval=timedelta(0),
                )
            except Exception as error:  # noqa: BLE001 - a loop that ends would leave every job waiting
                log.error("dispatch_failed", error=_words(error))  # noqa: TRY400 - a database that is away
            if not self._stopping:
                await asyncio.sleep(TROUBLED)

    async def _keep_listening(self) -> None:
        """A manager that is no longer woken is followed by one with a connection of its own anew.

        PgQueuer's own check gives up after one probe, which may have left before it began to listen.
        """
        silent = 0
        while True:
            await asyncio.sleep(LISTENING_CHECK)
            try:
                await self._manager.listener_healthy(timedelta(seconds=LISTENING_CHECK))
                silent = 0
            except Exception as error:  # noqa: BLE001 - a database that is away is met at the next turn
                silent += 1
                log.warning("listener_silent", error=_words(error), times=silent)
            if silent >= 2:  # noqa: PLR2004 - once may be a moment of load
                self._manager.shutdown.set()
                silent = 0

    async def _use(self, ticket: Ticket) -> float | None:
        """Use a ticket; in how many seconds it comes up again, or None."""
        flights = self.means.flights
        if (crowded := flights.board(ticket.account_id)) is not None:
            return await self._postponed(ticket, crowded)
        try:
            return await self._claim_and_run(ticket)
        except Exception as error:  # noqa: BLE001 - the ticket must not be lost
            log.error("attempt_lost", job=ticket.job_id, error=_words(error))  # noqa: TRY400
            return TROUBLED
        finally:
            flights.land(ticket.account_id)

    async def _postponed(self, ticket: Ticket, seconds: float) -> float:
        """The ledger knows, too, so that others' jobs come up first."""
        wait = seconds * (0.75 + self.means.attempts.chance() / 2)
        with contextlib.suppress(Unavailable):
            await self._store.claims.postpone(ticket.job_id, wait)
        return wait

    async def _claim_and_run(self, ticket: Ticket) -> float | None:
        began = self.means.clock()
        rate = self.means.throughput.rate(ticket.account_id, ticket.sender, simulated=ticket.simulated)
        claimed = await self._store.claims.claim(ticket, rate, self.means.owner, self._cadence.lease)
        if isinstance(claimed, Later):
            return claimed.seconds
        if claimed is None:
            return None
        if rate is not None:
            waited = claimed.job.updated_at - claimed.job.due_at
            self.means.meters.pacing.observe(max(0.0, waited / 1000) + claimed.wait)
        return await self._run(claimed, began)

    async def _run(self, claimed: Claimed, began: int) -> float | None:
        job, means = claimed.job, self.means
        self._running.add(job.id)
        try:
            if claimed.wait:
                await asyncio.sleep(claimed.wait)
            spent = self.means.clock() - began - claimed.wait * 1000
            held_up = spent > self._cadence.lease * SPENT * 1000
            ending = HELD_UP if held_up else await self._attempt(job)
            await self._heed(job, ending)  # before its sender's next job can be taken
            place = Place(account_id=job.account_id, job_id=job.id, attempt=job.attempts)
            await until_written(
                lambda: self._store.outcomes.record(place, ending, means.owner, means.clock(), job)
            )
        finally:
            self._running.discard(job.id)
        log.info(
            "attempt_ended", job=job.id, action=job.action, attempt=job.attempts, state=ending.state.value
        )
        return ending.wait / 1000 if ending.state is State.WAITING else None

    async def _heed(self, job: Job, ending: Ending) -> None:
        """Learn of the answer; whatever goes wrong here, the answer itself is recorded."""
        try:
            await self._learn(job, ending)
        except Exception as error:  # noqa: BLE001 - see above
            log.warning("not_learnt", job=job.id, error=_words(error))

    async def _attempt(self, job: Job) -> Ending:
        facts = {"job": job.id, "action": job.action, "account": job.account, "attempt": job.attempts}
        with self.means.tracing.attempt(job.trace, **facts) as span:
            ending = await self.means.attempts.run(job)
            span.tell(verdict=(verdict := ending.verdict))
            if ending.state is not State.DONE:
                span.failed(verdict)
        self.means.meters.attempts.labels(job.action, verdict).inc()
        return ending

    async def _learn(self, job: Job, ending: Ending) -> None:
        """Twilio's answer says how much more the account and the sender may be given."""
        error = ending.error or {}
        code, seconds = error.get("code"), ending.wait / 1000
        # A verification's own limits are a 429, too, and say nothing of the requests in the air.
        if error.get("http_status") == 429 and code in (None, TOO_MANY):  # noqa: PLR2004 - Too Many Requests
            self.means.flights.turned_away(job.account_id, error.get("concurrent_requests"))
        elif ending.state is State.DONE:
            self.means.flights.answered(job.account_id)
        if job.sender is None:
            return
        if code in (TOO_MANY, FULL_QUEUE) and seconds:
            await self._store.senders.hold(job.account_id, job.sender, seconds)
        await self._store.senders.heed(job.id, code)

    async def _restock(self) -> None:
        """Waiting jobs without a place get one: again and again, and when the queue in memory runs low."""
        line = self.means.line
        while True:
            try:
                await line.restock(self._store.claims.turns)
            except Exception as error:  # noqa: BLE001 - see `_every`
                log.warning("sweep_failed", error=_words(error))
            # Not wait_for: before Python 3.12 it may swallow a cancellation that comes with the wake-up.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._cadence.look_every or line.look_every):
                    await line.low.wait()
            line.low.clear()

    async def _renew(self) -> None:
        if self._running:
            await self._store.claims.renew(list(self._running), self.means.owner, self._cadence.lease)


async def _every(seconds: float, work: Sweep) -> None:
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - one answer that cannot be read must not end the sweeps
            log.warning("sweep_failed", error=_words(error))
        await asyncio.sleep(seconds)


def _words(error: Exception) -> str:
    return error.message if isinstance(error, RingbackError) else type(error).__name__


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
