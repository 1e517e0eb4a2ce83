"""What happened, in order, under one cursor; and who waits for something to happen."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from twilio_simulator.clock import WorldClock, precise

KEPT_EVENTS = 20_000


@dataclass(slots=True)
class Event:
    """One thing that happened; `details` hold no secret and no code."""

    cursor: int
    at: int
    kind: str
    account_sid: str
    subject: str
    details: dict[str, Any]

    def resource(self) -> dict[str, Any]:
        """The event as the control API shows it."""
        return {
            "cursor": self.cursor,
            "at": precise(self.at),
            "kind": self.kind,
            "account_sid": self.account_sid,
            "subject": self.subject,
            **self.details,
        }


class EventLog:
    """Append-only, bounded to the newest events."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._waiting: set[asyncio.Future[None]] = set()
        self.cursor = 0

    def note(self, kind: str, account_sid: str, subject: str, **details: object) -> int:
        """Write one event down and wake those who wait; answers its cursor."""
        self.cursor += 1
        self._events.append(Event(self.cursor, self._clock.now(), kind, account_sid, subject, details))
        if self._waiting:
            self._wake()
        return self.cursor

    @property
    def watched(self) -> int:
        """How many wait for the next event."""
        return len(self._waiting)

    def _wake(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    def after(self, cursor: int) -> Iterator[Event]:
        """The events later than `cursor`, oldest first."""
        # From the newest back: cursors have a gap where a snapshot was brought back.
        later = deque[Event]()
        for event in reversed(self._events):
            if event.cursor <= cursor:
                break
            later.appendleft(event)
        return iter(later)

    async def until(self, matches: Callable[[Event], bool], after: int, timeout: float) -> Event | None:  # noqa: ASYNC109 - the caller's long poll
        """The first event after `after` that matches, None when `timeout` real seconds pass first."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            for event in self.after(after):
                after = event.cursor
                if matches(event):
                    return event
            remaining = deadline - loop.time()
            if remaining <= 0:
                return None
            await self.next(remaining)

    async def next(self, timeout: float) -> bool:  # noqa: ASYNC109 - as above
        """Wait for any event; False when `timeout` real seconds pass without one."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(woken)
        try:
            await asyncio.wait([woken], timeout=timeout)
            return woken.done()
        finally:
            self._waiting.discard(woken)

    def clear(self) -> None:
        """Forget everything but the cursor, which never goes back."""
        self._events = deque(maxlen=KEPT_EVENTS)

    def state(self) -> dict[str, Any]:
        """The events, for a snapshot; the list is the one in use."""
        return {"events": self._events, "cursor": self.cursor}

    def restore(self, state: dict[str, Any]) -> None:
        """Have the events of a snapshot again; the cursor goes on from where it is."""
        self._events = state["events"]
        self.cursor = max(self.cursor, state["cursor"])
