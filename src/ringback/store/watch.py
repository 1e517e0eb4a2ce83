"""Tells those who wait for a job that it changed."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ringback.store.rows import Job


class Change:
    """A change that is waited for; `job` is how the last one left it, where that was told."""

    def __init__(self) -> None:
        self.job: Job | None = None
        self.happened = False
        self._waiter: asyncio.Future[None] | None = None

    def tell(self, job: Job | None) -> None:
        """It happened."""
        self.job, self.happened = job, True
        self._wake()

    async def within(self, seconds: float) -> None:
        """Return at a change, at once if one happened since the last return, or when the time is up."""
        if not self.happened:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            up = loop.call_later(seconds, self._wake)
            try:
                await self._waiter
            finally:
                up.cancel()
                self._waiter = None
        self.happened = False

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Watch:
    """Who waits for which job."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[Change]] = defaultdict(set)
        self.outlet: Callable[[str], None] | None = None
        self._over_at = math.inf

    def left(self, until: float) -> float:
        """For how many seconds one who would wait until then, by the event loop's time, may go on."""
        return max(0.0, min(until, self._over_at) - asyncio.get_running_loop().time())

    def hurry(self, seconds: float) -> None:
        """Nobody waits for longer than so many seconds from now on."""
        self._over_at = min(self._over_at, asyncio.get_running_loop().time() + seconds)

    def tell(self, job_id: str, job: Job | None = None) -> None:
        """Wake everyone who waits for this job; other processes hear of it through the outlet."""
        if self.outlet is not None:
            self.outlet(job_id)
        self.hear(job_id, job)

    def hear(self, job_id: str, job: Job | None = None) -> None:
        """Wake everyone in this process who waits for this job, which is now `job`, if that is known."""
        for change in self._waiting.get(job_id, ()):
            change.tell(job)

    @contextmanager
    def on(self, job_id: str) -> Iterator[Change]:
        """What is told of each change."""
        change = Change()
        self._waiting[job_id].add(change)
        try:
            yield change
        finally:
            self._waiting[job_id].discard(change)
            if not self._waiting[job_id]:
                del self._waiting[job_id]
