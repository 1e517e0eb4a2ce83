"""The loop that sends: it uses tickets, runs the jobs behind them and keeps their leases."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ringback.errors import Unavailable
from ringback.log import logger, words
from ringback.outbox.at_once import AtOnce
from ringback.outbox.means import Means
from ringback.outbox.runs import Runs
from ringback.store.claims import Later
from ringback.store.jobs import Start
from ringback.store.tickets import Ticket

Sweep = Callable[[], Awaitable[object]]

LISTENING_CHECK = 10.0  # seconds between two probes, and how long one is waited for
TROUBLED = 1.0  # and one that the database could not serve

log = logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often the loops look, in seconds, and how much runs at once."""

    lease: float = 15.0
    renew_every: float = 4.0  # three renewals may fail before a lease lapses
    look_every: float | None = None  # how soon a job whose place was lost is found; None: as the line says
    sweep_every: float = 2.0  # lapsed leases, deadlines of verifications, statuses to ask for
    longest_stop: float = 35.0  # a send ends by itself within 30
    most_at_once: int = 64  # of which an account leaves some to others: `flights.Room`


class Dispatcher:
    """Runs the jobs of this process, which its leases name as their owner."""

    def __init__(self, means: Means, cadence: Cadence | None = None) -> None:
        self._cadence = cadence or Cadence()
        self.means = means
        self._store = means.store
        self._runs = Runs(means, self._cadence.lease, self._cadence.most_at_once)
        self.at_once = AtOnce(means, self._runs, Start(means.owner, self._cadence.lease))
        self._loops: list[asyncio.Task[None]] = []
        self._serving: asyncio.Task[None] | None = None
        self._manager: Any = None
        self._stopping = False

    def start(self, *sweeps: Sweep) -> None:
        """Begin to send; `sweeps` are called again and again beside it."""
        every = self._cadence.sweep_every
        self._stopping = False
        self.at_once.open = True
        self._serving = asyncio.create_task(self._serve())
        self._loops += [
            asyncio.create_task(self._restock()),
            asyncio.create_task(_every(self._cadence.renew_every, self._runs.renew)),
            asyncio.create_task(_every(every, self.condemn)),
            asyncio.create_task(_every(every, self._put_back_unrun)),
            asyncio.create_task(_every(every, self._expect_others)),
            asyncio.create_task(_every(every, self.means.throughput.refresh)),
            asyncio.create_task(_every(every, self.means.throughput.leave_none_idle)),
            asyncio.create_task(_every(60 * every, self.means.line.tidy)),
            asyncio.create_task(self._keep_listening()),
            *(asyncio.create_task(_every(every, sweep)) for sweep in sweeps),
        ]

    async def look_after(self) -> None:
        """Send nothing, but tell of the jobs whose process went away: now, and again and again."""
        with contextlib.suppress(Unavailable):  # a ledger that can only be read is still read
            await self.condemn()
        self._loops.append(asyncio.create_task(_every(self._cadence.sweep_every, self.condemn)))

    def take_no_more(self) -> None:
        """Begin nothing new; what runs goes on, and its leases are renewed, until `stop`."""
        self._stopping = True
        self.at_once.open = False
        if self._manager is not None:
            self._manager.shutdown.set()

    async def stop(self) -> None:
        """Take no more, let what left be answered, leave the rest waiting.

        What is not answered in time is let go: its lease lapses, and then it is unknown.
        """
        self.take_no_more()
        await asyncio.gather(self.at_once.drain(self._cadence.longest_stop), self._stop_serving())
        await _cancelled(self._loops)
        self._serving, self._loops = None, []

    async def _stop_serving(self) -> None:
        if self._serving is not None:
            await asyncio.wait([self._serving], timeout=self._cadence.longest_stop)
            await _cancelled([self._serving])

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

    async def _put_back_unrun(self) -> None:
        for job_id in await self._store.leases.put_back_unrun(self.means.owner):
            log.warning("not_begun", job=job_id, state="waiting")

    async def _expect_others(self) -> None:
        """The queue brings the oldest up first, so an account with many could hide that others wait."""
        self.means.flights.expect(await self._store.accounts.ids_with_waiting_jobs())

    async def _serve(self) -> None:
        with contextlib.suppress(Unavailable):  # it is asked again and again
            await self._expect_others()
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
                log.error("dispatch_failed", error=words(error))  # noqa: TRY400 - a database that is away
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
                log.warning("listener_silent", error=words(error), times=silent)
            if silent >= 2:  # noqa: PLR2004 - once may be a moment of load
                self._manager.shutdown.set()
                silent = 0

    async def _use(self, ticket: Ticket) -> float | None:
        """Use a ticket; in how many seconds it comes up again, or None."""
        flights = self.means.flights
        if (crowded := flights.board(ticket.account_id, ticket.job_id, ticket.priority)) is not None:
            return await self._postponed(ticket, crowded)
        boarded_at = self.means.clock()
        try:
            async with self._runs.seats:
                return await self._claim_and_run(ticket) if not self._stopping else TROUBLED
        except Exception as error:  # noqa: BLE001 - the ticket must not be lost
            log.error("attempt_lost", job=ticket.job_id, error=words(error))  # noqa: TRY400
            return TROUBLED
        finally:
            flights.land(ticket.account_id, boarded_at)

    async def _postponed(self, ticket: Ticket, seconds: float) -> float:
        """If for long, the ledger knows, too, so that others' jobs come up first."""
        wait = seconds * (0.75 + self.means.attempts.chance() / 2)
        if wait >= TROUBLED:
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
        return await self._runs(claimed, began)

    async def _restock(self) -> None:
        """Waiting jobs without a place get one: again and again, and when the queue in memory runs low."""
        line = self.means.line
        while True:
            try:
                await line.restock(self._store.claims)
            except Exception as error:  # noqa: BLE001 - see `_every`
                log.warning("sweep_failed", error=words(error))
            # Not wait_for: before Python 3.12 it may swallow a cancellation that comes with the wake-up.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._cadence.look_every or line.look_every):
                    await line.low.wait()
            line.low.clear()


async def _every(seconds: float, work: Sweep) -> None:
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - one answer that cannot be read must not end the sweeps
            log.warning("sweep_failed", error=words(error))
        await asyncio.sleep(seconds)


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
