"""How many requests of an account may be in the air at once: fewer when Twilio says too many, then more.

Twilio limits requests at the same time, not per second, and publishes no number; `Twilio-Concurrent-Requests`
on its answers counts those of the whole account, other programs' too. Source: Twilio docs, errors/20429.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ringback.clock import Clock

TOO_MANY = 20429
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 30.0  # seconds
SOON, NEXT = 0.2, 0.75  # seconds after which one that goes first asks again, as long as few are before it
FEW = 8
LATE = 1_250  # milliseconds in which a second's wait is over, as `Dispatcher` spreads waits by a quarter
AWAY = 2_000 * LONGEST_WAIT  # milliseconds; who has not asked again by then was run by another process
GONE = 1_000  # the same of those who go first and are next
LATEST = 0.1  # share of the latest flight in how long one is taken to last
RECENT = 600_000  # milliseconds for which an account that has sent counts among those that may send
CALM = 1_000  # milliseconds in which one more 429 says nothing new: those requests left together


@dataclass(slots=True)
class _First:
    """Those who go first and were turned away, in the order in which they came.

    Each keeps its place while it asks again in time. Room is kept for those who asked a moment ago: others
    may have been run by another process.
    """

    jobs: dict[str, tuple[int, int]] = field(default_factory=dict)
    """When each asked last, and by when it has to ask again."""

    def __len__(self) -> int:
        return len(self.jobs)

    def forget(self, now: int) -> None:
        self.jobs = {job_id: times for job_id, times in self.jobs.items() if times[1] >= now}

    def leave(self, job_id: str) -> None:
        self.jobs.pop(job_id, None)

    def place(self, job_id: str) -> int:
        return list(self.jobs).index(job_id) if job_id in self.jobs else len(self.jobs)

    def asks(self, job_id: str, now: int, wait: float) -> None:
        self.jobs[job_id] = now, now + round(wait * LATE) + GONE // 4

    def near(self, now: int) -> int:
        """How many asked a moment ago."""
        return sum(asked_at >= now - GONE for asked_at, _ in self.jobs.values())


@dataclass(slots=True)
class _Air:
    limit: float
    flying: int = 0
    first: _First = field(default_factory=_First)
    others: dict[str, int] = field(default_factory=dict)
    """The others that were turned away, and when, the earliest first."""
    lasting: float = 1.0
    """Seconds that a flight lasts; one, as long as nobody knows."""
    narrowed_at: int = 0
    asked_at: int = 0
    most: int = 0
    """What it may have beside others, or alone."""

    @property
    def room(self) -> int:
        return min(int(self.limit), self.most)

    @property
    def free(self) -> int:
        return self.room - self.flying

    def forget(self, now: int) -> None:
        """Without those who will not come again."""
        self.first.forget(now)
        while self.others and next(iter(self.others.values())) < now - AWAY:
            del self.others[next(iter(self.others))]

    def after(self, ahead: int) -> float:
        """Seconds until so many have flown."""
        return ahead * self.lasting / self.room


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Bounds of the limit; `start` is where an account begins, `most` what a process runs at once.

    Where other accounts send, too, one has no more than `beside_others`: if its Twilio does not answer, each
    request for half a minute, the rest is left to them.
    """

    start: int = 64
    least: int = 1
    most: int = 64
    beside_others: int = 42


class Flights:
    """The room of each account in this process. Jobs with a priority above 0, one-time codes, go first."""

    def __init__(self, clock: Clock, room: Room | None = None) -> None:
        self._clock = clock
        self._room = room or Room()
        self._airs: defaultdict[str, _Air] = defaultdict(self._new_air)

    def _new_air(self) -> _Air:
        return _Air(limit=float(self._room.start), most=self._room.most)

    def expect(self, account_ids: Iterable[str]) -> None:
        """These have jobs that wait, or one that comes now: others leave them some of the room."""
        now = self._clock()
        for account_id in account_ids:
            self._airs[account_id].asked_at = now

    def board(self, account_id: str, job_id: str, priority: int = 0) -> float | None:
        """Board, or hear in how many seconds there may be room: the longer, the more jobs wait."""
        air, now = self._asked(account_id), self._clock()
        return _board_first(air, job_id, now) if priority > 0 else _board(air, job_id, now)

    def take_free(self, account_id: str, priority: int = 0) -> bool:
        """Board if there is room that nobody else waits for; who hears that there is none does not wait."""
        air = self._asked(account_id)
        before = len(air.first) + (len(air.others) if priority <= 0 else 0)
        if before or air.free <= 0:
            return False
        air.flying += 1
        return True

    def land(self, account_id: str, boarded_at: int) -> None:
        """Make room again."""
        air = self._airs[account_id]
        air.flying -= 1
        lasted = (self._clock() - boarded_at) / 1000
        air.lasting = lasted * LATEST + air.lasting * (1 - LATEST)

    def _asked(self, account_id: str) -> _Air:
        air, now = self._airs[account_id], self._clock()
        air.asked_at = now
        others = any(other is not air and other.asked_at > now - RECENT for other in self._airs.values())
        air.most = self._room.beside_others if others else self._room.most
        air.forget(now)
        return air

    def answered(self, account_id: str) -> None:
        """Twilio took a request: where the room is used, one more may fly for each roomful that was taken."""
        air = self._airs[account_id]
        if air.flying * 2 >= air.room:
            air.limit = min(air.limit + 1 / air.limit, self._room.most)

    def turned_away(self, account_id: str, at_twilio: int | None = None) -> None:
        """Twilio said too many; `at_twilio` is its own count of the account's requests, where it told."""
        air, now = self._airs[account_id], self._clock()
        if now - air.narrowed_at < CALM:
            return
        air.narrowed_at = now
        ours = min(air.room, at_twilio) if at_twilio else air.room
        air.limit = max(ours / 2, self._room.least)

    def rooms(self) -> dict[str, tuple[int, int]]:
        """How many of each account fly and may fly, by the account's id."""
        return {account_id: (air.flying, air.room) for account_id, air in self._airs.items()}

    def limit(self, account_id: str) -> int:
        """How many may fly now."""
        return self._airs[account_id].room


def _board_first(air: _Air, job_id: str, now: int) -> float | None:
    if air.free > 0:
        air.first.leave(job_id)
        air.flying += 1
        return None
    place = air.first.place(job_id)
    wait = max(air.after(place), SOON)
    wait = min(wait, NEXT if place < max(air.room, FEW) else LONGEST_WAIT)
    air.first.asks(job_id, now, wait)
    return wait


def _board(air: _Air, job_id: str, now: int) -> float | None:
    """What comes free is kept for those who go first."""
    air.others.pop(job_id, None)
    if air.free > air.first.near(now):
        air.flying += 1
        return None
    air.others[job_id] = now
    ahead = len(air.first) + len(air.others)
    return min(max(air.after(ahead), SHORTEST_WAIT), LONGEST_WAIT)
