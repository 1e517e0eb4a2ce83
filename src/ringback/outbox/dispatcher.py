"""The loop that sends: it claims waiting jobs, runs them and keeps their leases."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

from ringback.clock import Clock
from ringback.errors import RingbackError
from ringback.log import logger
from ringback.outbox.attempt import Attempts
from ringback.store import Store
from ringback.store.outcomes import Ending, Place

LEASE_MS = 15_000
RENEW_EVERY = 4.0  # seconds; three renewals may fail before a lease lapses
LOOK_EVERY = 0.5  # seconds; how soon a job that another process wrote is seen
SWEEP_EVERY = 2.0  # seconds; lapsed leases, deadlines of verifications, statuses to ask for
MOST_AT_ONCE = 64
LONGEST_STOP = 35.0  # seconds; a send ends by itself within 30

log = logger()


class Dispatcher:
    """Runs the jobs of this process, named `owner` in their leases."""

    def __init__(self, store: Store, attempts: Attempts, clock: Clock, owner: str) -> None:
        self.owner = owner
        self._store = store
        self._attempts = attempts
        self._clock = clock
        self._woken = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._loops: list[asyncio.Task[None]] = []

    def start(self, *sweeps: Callable[[], Awaitable[object]]) -> None:
        """Begin to send; `sweeps` are called every two seconds beside it."""
        self._loops = [
            asyncio.create_task(self._dispatch()),
            asyncio.create_task(_every(RENEW_EVERY, self._renew)),
            asyncio.create_task(_every(SWEEP_EVERY, self.condemn)),
            *(asyncio.create_task(_every(SWEEP_EVERY, sweep)) for sweep in sweeps),
        ]

    async def stop(self) -> None:
        """Take no more, let what left be answered, leave the rest waiting."""
        dispatch, others = self._loops[:1], self._loops[1:]
        await _cancelled(dispatch)
        if self._running:
            await asyncio.wait(self._running.values(), timeout=LONGEST_STOP)
        await _cancelled(others)

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
            except RingbackError as error:
                log.error("dispatch_failed", error=error.message)  # noqa: TRY400 - a database that is away
            # Not wait_for: before Python 3.12 it may swallow a cancellation that comes with the wake-up.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._woken.wait()

    async def _take_due(self) -> None:
        free = MOST_AT_ONCE - len(self._running)
        if free <= 0:
            return
        for job_id in await self._store.jobs.due(self._clock(), free):
            if job_id not in self._running:
                task = asyncio.create_task(self._take(job_id))
                self._running[job_id] = task
                task.add_done_callback(partial(self._ended, job_id))

    def _ended(self, job_id: str, task: asyncio.Task[None]) -> None:
        del self._running[job_id]
        self._woken.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("attempt_lost", error=type(error).__name__)

    async def _take(self, job_id: str) -> None:
        now = self._clock()
        job = await self._store.jobs.claim(job_id, self.owner, now + LEASE_MS, now)
        if job is None:
            return
        ending = await self._attempts.run(job)
        place = Place(account_id=job.account_id, job_id=job.id, attempt=job.attempts)
        await self._store.outcomes.record(place, ending, self.owner, self._clock())
        log.info(
            "attempt_ended", job=job.id, action=job.action, attempt=job.attempts, state=ending.state.value
        )

    async def _record(self, place: Place, ending: Ending) -> None:
        # The bytes have left: what they came to is kept until the database takes it.
        while True:
            try:
                await self._store.outcomes.record(place, ending, self.owner, self._clock())
            except RingbackError as error:
                log.error("record_failed", job=place.job_id, error=error.message)  # noqa: TRY400
                await asyncio.sleep(LOOK_EVERY)
            else:
                return

    async def _renew(self) -> None:
        if self._running:
            await self._store.jobs.renew(list(self._running), self.owner, self._clock() + LEASE_MS)


async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        try:
            await work()
        except RingbackError as error:
            log.warning("sweep_failed", error=error.message)
        await asyncio.sleep(seconds)


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
