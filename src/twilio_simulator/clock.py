"""The world's clock: the only reader of the machine's time, and the queue of what is due."""

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
BATCH = 500
"""Events fired in one turn of the loop, so that a burst of them does not keep requests waiting."""

MOST_AT_ONCE = 100_000
"""Events after which `until_idle` gives up on a world that never comes to rest."""


def machine_milliseconds() -> int:
    """The machine's wall clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def stopwatch() -> float:
    """Seconds from an arbitrary start, for durations of real work."""
    return time.perf_counter()


@lru_cache(maxsize=1024)
def _rfc2822(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC))


def http_date() -> str:
    """The machine's time as HTTP's Date header writes it."""
    return _rfc2822(int(time.time())).replace("+0000", "GMT")


def rfc2822(instant: int) -> str:
    """How the 2010-04-01 API writes an instant: `Thu, 24 Aug 2023 05:01:45 +0000`."""
    return _rfc2822(instant // 1000)


def iso(instant: int) -> str:
    """How the newer APIs write an instant: `2015-07-30T20:00:00Z`."""
    return datetime.fromtimestamp(instant // 1000, UTC).isoformat().replace("+00:00", "Z")


def precise(instant: int) -> str:
    """How the control API writes an instant: ISO 8601 with milliseconds."""
    return (
        datetime.fromtimestamp(instant / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def moment(text: str) -> int | None:
    """Milliseconds for an ISO 8601 date or date-time (UTC unless said), None when it is neither."""
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return round((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp() * 1000)


class Due:
    """Something that will happen, unless it is called off."""

    __slots__ = ("act", "at", "kind", "subject")

    def __init__(self, at: int, kind: str, subject: str, act: Callable[[], None]) -> None:
        self.at = at
        self.kind = kind
        self.subject = subject
        self.act: Callable[[], None] | None = act

    def call_off(self) -> None:
        """It will not happen."""
        self.act = None


class WorldClock:
    """`now` is the machine's time plus an offset, or stands still; events fire when it passes them."""

    def __init__(self, machine: Callable[[], int] = machine_milliseconds) -> None:
        self._machine = machine
        self._offset = 0.0
        """World time less the machine's time taken `speed` times."""
        self.speed = 1.0
        """World seconds in a second of the machine, while time runs."""
        self._frozen_at: int | None = None
        self._heap: list[tuple[int, int, Due]] = []
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for = 0
        self._turning = asyncio.Lock()
        self._era = 0
        """Another one begins with each reset and restore; an advance that is under way ends with its era."""

    def now(self) -> int:
        """Milliseconds since 1970 in this world."""
        if self._frozen_at is not None:
            return self._frozen_at
        return round(self._machine() * self.speed + self._offset)

    def _stand_at(self, instant: int) -> None:
        self._offset = instant - self._machine() * self.speed

    @property
    def frozen(self) -> bool:
        """Whether time stands still."""
        return self._frozen_at is not None

    @property
    def pending(self) -> int:
        """Events that are still to come."""
        return sum(due.act is not None for _, _, due in self._heap)

    def subjects(self) -> set[str]:
        """What the events to come are about."""
        return {due.subject for _, _, due in self._heap if due.act is not None}

    def after(self, delay: int, kind: str, subject: str, act: Callable[[], None]) -> Due:
        """Have `act` happen `delay` milliseconds from now.

        Pass a method, or a `partial` of one: a snapshot keeps events, and can hold no lambda or closure.
        """
        due = Due(self.now() + delay, kind, subject, act)
        self._count += 1
        heapq.heappush(self._heap, (due.at, self._count, due))
        if self._timer is None or due.at < self._armed_for:
            self._arm()
        return due

    def freeze(self) -> None:
        """Time stands still until `run`."""
        self._frozen_at = self.now()
        self._disarm()

    def run(self, speed: float | None = None) -> None:
        """Time goes on from where it stands, `speed` times as fast as the machine's when given."""
        now = self.now()
        self.speed = self.speed if speed is None else speed
        self._frozen_at = None
        self._stand_at(now)
        self._arm()

    async def advance(self, by: int, settled: Callable[[], Awaitable[None]]) -> list[Due]:
        """Move `by` milliseconds on, firing what falls due one at a time, each until it has `settled`."""
        try:
            async with self._turning:
                self._disarm()
                return await self._turn(self.now() + by, settled)
        finally:
            self._arm()

    async def _turn(self, target: int, settled: Callable[[], Awaitable[None]]) -> list[Due]:
        fired: list[Due] = []
        era = self._era
        # What is under way belongs to the present: an answer may plan what falls due on the way.
        await settled()
        while era == self._era and (due := self._upcoming(target)) is not None:
            self._set(max(due.at, self.now()))
            self._fire(due)
            fired.append(due)
            await settled()
        if era == self._era:
            self._set(max(target, self.now()))
        return fired

    async def to_next(self, settled: Callable[[], Awaitable[None]]) -> list[Due]:
        """Jump to the next event and fire what is due then; what is under way may plan an earlier one."""
        await settled()
        upcoming = self.upcoming()
        return [] if upcoming is None else await self.advance(max(0, upcoming - self.now()), settled)

    def upcoming(self) -> int | None:
        """When the next event is due, None when nothing is to come."""
        while self._heap and self._heap[0][2].act is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    async def until_idle(self, longest: int, settled: Callable[[], Awaitable[None]]) -> list[Due]:
        """Jump from event to event until nothing is to come within `longest` milliseconds."""
        fired: list[Due] = []
        end, era = self.now() + longest, self._era
        await settled()
        while era == self._era and (upcoming := self.upcoming()) is not None and upcoming <= end:
            fired += await self.to_next(settled)
            if len(fired) >= MOST_AT_ONCE:
                break
        return fired

    def call_off(self, subjects: set[str]) -> int:
        """Call off every event about one of these; how many there were."""
        found = [due for _, _, due in self._heap if due.act is not None and due.subject in subjects]
        for due in found:
            due.call_off()
        # What was called off would stay until its time comes, which a frozen clock never reaches.
        self._heap = [entry for entry in self._heap if entry[2].act is not None]
        heapq.heapify(self._heap)
        return len(found)

    def clear(self) -> int:
        """Call everything off and go back to the machine's time; how many events were called off."""
        count = self.pending
        self._era += 1
        self._heap = []
        self._disarm()
        self._offset, self._frozen_at, self.speed = 0.0, None, 1.0
        return count

    def state(self) -> dict[str, Any]:
        """The time and what is still to come, for a snapshot; the queue is the one in use."""
        return {
            "now": self.now(),
            "frozen": self.frozen,
            "speed": self.speed,
            "events": self._heap,
            "count": self._count,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go to the time of a snapshot, be it past, and expect what was expected then."""
        self._era += 1
        now, self.speed = state["now"], state["speed"]
        self._frozen_at = now if state["frozen"] else None
        self._stand_at(now)
        self._heap, self._count = state["events"], state["count"]
        heapq.heapify(self._heap)
        self._arm()

    def stop(self) -> None:
        """Fire nothing more."""
        self._disarm()

    def _set(self, instant: int) -> None:
        if self._frozen_at is None:
            self._stand_at(instant)
        else:
            self._frozen_at = instant

    def _upcoming(self, until: int) -> Due | None:
        while self._heap and self._heap[0][0] <= until:
            due = heapq.heappop(self._heap)[2]
            if due.act is not None:
                return due
        return None

    @staticmethod
    def _fire(due: Due) -> None:
        if due.act is not None:
            act, due.act = due.act, None
            act()

    def _arm(self) -> None:
        self._disarm()
        if self._heap and self._frozen_at is None and not self._turning.locked():
            self._armed_for = self._heap[0][0]
            wait = max(0, self._armed_for - self.now()) / 1000 / self.speed
            self._timer = asyncio.get_running_loop().call_later(wait, self._ring)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        for _ in range(BATCH):
            due = self._upcoming(self.now())
            if due is None:
                break
            self._fire(due)
        self._arm()
