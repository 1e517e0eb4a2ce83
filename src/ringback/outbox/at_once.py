"""New jobs that need not queue: they are written as running, and run by the process that accepts them.

The queue is for what has to wait: for an instant, its sender's pace, a seat, or those who came before. For
all else the way through it would only be a second write (`docs/decisions/0008-at-once.md`).
"""

import asyncio
from dataclasses import dataclass

from ringback.log import logger, words
from ringback.outbox.means import Means
from ringback.outbox.runs import Runs
from ringback.store.claims import Claimed
from ringback.store.jobs import NewJob, Pacing, Start
from ringback.store.rows import Job, State
from ringback.store.tickets import Ticket

log = logger()


@dataclass(frozen=True, slots=True)
class _New:
    job: NewJob
    pacing: Pacing
    accepted: asyncio.Future[Job | None]


class AtOnce:
    """Accepts jobs and runs those that may leave; `open` while this process sends."""

    def __init__(self, means: Means, runs: Runs, start: Start) -> None:
        self.open = False
        self._means = means
        self._runs = runs
        self._start = start
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, new: NewJob, pacing: Pacing) -> Job | None:
        """Write a job, and run it if it need not wait; None if the account has a job under its key.

        A caller who is gone stops nothing. Raises `Unavailable`.
        """
        self._means.flights.expect([new.account_id])
        if not self._may_begin(new, pacing):
            return await self._means.store.jobs.accept(new, self._means.line, pacing)
        await self._runs.seats.acquire()  # one is free, so nothing else happens in between
        accepted: asyncio.Future[Job | None] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._accept_and_run(_New(new, pacing, accepted)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await accepted

    async def drain(self, seconds: float) -> None:
        """Begin nothing more, and wait for what has begun."""
        self.open = False
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _may_begin(self, new: NewJob, pacing: Pacing) -> bool:
        """Whoever has queued and is ready to run waits for a seat already, so nobody is overtaken for long.

        Whether a job has expired is for a claim to ask.
        """
        due = pacing.rate is None and new.due_at <= new.now and new.expires_at is None
        if not due or not self.open or self._runs.seats.locked():
            return False
        return self._means.flights.take_free(new.account_id, new.priority)

    async def _accept_and_run(self, new: _New) -> None:
        means, accepted = self._means, new.accepted
        try:
            job = await means.store.jobs.accept(new.job, means.line, new.pacing, self._start)
            if not accepted.done():
                accepted.set_result(job)
            if job is not None and job.state is State.RUNNING:
                await self._run(job, new)
        except Exception as error:  # noqa: BLE001 - whose it is: the caller's, or nobody's who waits
            if accepted.done():
                log.error("attempt_lost", job=new.job.id, error=words(error))  # noqa: TRY400
            else:
                accepted.set_exception(error)
        finally:
            accepted.cancel()
            self._runs.seats.release()
            means.flights.land(new.job.account_id, new.job.now)

    async def _run(self, job: Job, new: _New) -> None:
        again = await self._runs(Claimed(job), new.job.now)
        if again is not None:
            await self._means.line.give_back(
                Ticket(
                    job_id=job.id,
                    account_id=job.account_id,
                    sender=job.sender,
                    simulated=new.pacing.simulated,
                    priority=job.priority,
                    wait=again,
                )
            )
