"""The loop that sends: it claims waiting jobs, runs them and keeps their leases."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from ringback.clock import Clock
from ringback.errors import RingbackError
from ringback.log import logger
from ringback.outbox.attempt import Attempts
from ringback.store import Store
from ringback.store.outcomes import Place
from ringback.store.persistence import until_written


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often the loops look, in seconds, and how much runs at once."""

    lease: float = 15.0
    renew_every: float = 4.0  # three renewals may fail before a lease lapses
    look_every: float = 0.5  # how soon a job that another process wrote is seen
    sweep_every: float = 2.0  # lapsed leases, deadlines of verifications, statuses to ask for
    longest_stop: float = 35.0  # a send ends by itself within 30
    most_at_once: int = 64


log = logger()


class Dispatcher:
    """Runs the jobs of this process, named `owner` in their leases."""

    def __init__(
        self, store: Store, attempts: Attempts, clock: Clock, owner: str, pace: Pace | None = None
    ) -> None:
        self.owner = owner
        self._pace = pace or Pace()
        self._store = store
        self._attempts = attempts
        self._clock = clock
        self._woken = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._loops: list[asyncio.Task[None]] = []

    def start(self, *sweeps: Callable[[], Awaitable[object]]) -> None:
        """Begin to send; `sweeps` are called again and again beside it."""
        every = self._pace.sweep_every
        self._loops = [
            asyncio.create_task(self._dispatch()),
            asyncio.create_task(_every(self._pace.renew_every, self._renew)),
            asyncio.create_task(_every(every, self.condemn)),
            *(asyncio.create_task(_every(every, sweep)) for sweep in sweeps),
        ]

    async def stop(self) -> None:
        """Take no more, let what left be answered, leave the rest waiting.

        What is not answered in time is let go: its lease lapses, and then it is unknown.
        """
        dispatch, others = self._loops[:1], self._loops[1:]
        await _cancelled(dispatch)
        if self._running:
            await asyncio.wait(self._running.values(), timeout=self._pace.longest_stop)
        await _cancelled([*others, *self._running.values()])

    @property
    def alive(self) -> bool:
        """Whether its loops run."""
        return bool(self._loops) and not any(loop.done() for loop in self._loops)

    def wake(self) -> None:
        """A job was accepted: look now."""
        self._woken.set()

    async def condemn(self) -> None:
        """Jobs whose process went away are unknown from now on."""
        for job_id in await self._store.outcomes.condemn_lapsed(self._clock()):
            log.warning("lease_lapsed", job=job_id, state="unknown")

    async def _dispatch(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._take_due()
            except Exception as error:  # noqa: BLE001 - a loop that ends would leave every job waiting
                log.error("dispatch_failed", error=_words(error))  # noqa: TRY400 - a database that is away
            # Not wait_for: before Python 3.12 it may swallow a cancellation that comes with the wake-up.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.look_every):
                    await self._woken.wait()

    async def _take_due(self) -> None:
        free = self._pace.most_at_once - len(self._running)
        if free <= 0:
            return
        for job_id in await self._store.jobs.due(self._clock(), free):
            if job_id not in self._running:
                task = asyncio.create_task(self._take(job_id))
                self._running[job_id] = task
                task.add_done_callback(partial(self._ended, job_id))

    def _ended(self, job_id: str, task: asyncio.Task[None]) -> None:
        del self._running[job_id]
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            # Not woken: a database that refuses the claim would be asked again without a pause.
            log.error("attempt_lost", job=job_id, error=type(error).__name__)
            return
        self._woken.set()

    async def _take(self, job_id: str) -> None:
        now = self._clock()
        job = await self._store.jobs.claim(job_id, self.owner, self._lease_until(now), now)
        if job is None:
            return
        ending = await self._attempts.run(job)
        place = Place(account_id=job.account_id, job_id=job.id, attempt=job.attempts)
        await until_written(lambda: self._store.outcomes.record(place, ending, self.owner, self._clock()))
        log.info(
            "attempt_ended", job=job.id, action=job.action, attempt=job.attempts, state=ending.state.value
        )

    async def _renew(self) -> None:
        if self._running:
            await self._store.jobs.renew(list(self._running), self.owner, self._lease_until(self._clock()))

    def _lease_until(self, now: int) -> int:
        return now + round(self._pace.lease * 1_000)


async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
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
