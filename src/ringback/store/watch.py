"""Tells those who wait for a job that it changed."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Watch:
    """Who waits for which job."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.outlet: Callable[[str], None] | None = None

    def tell(self, job_id: str) -> None:
        """Wake everyone who waits for this job; other processes hear of it through the outlet."""
        if self.outlet is not None:
            self.outlet(job_id)
        self.hear(job_id)

    def hear(self, job_id: str) -> None:
        """Wake everyone in this process who waits for this job."""
        for event in self._waiting.get(job_id, ()):
            event.set()

    @contextmanager
    def on(self, job_id: str) -> Iterator[asyncio.Event]:
        """An event that is set at each change; clear it before looking again."""
        event = asyncio.Event()
        self._waiting[job_id].add(event)
        try:
            yield event
        finally:
            self._waiting[job_id].discard(event)
            if not self._waiting[job_id]:
                del self._waiting[job_id]
