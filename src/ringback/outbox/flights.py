"""How many requests of an account may be in the air at once: fewer when Twilio says too many, then more.

Twilio limits requests at the same time, not per second, and publishes no number; `Twilio-Concurrent-Requests`
on its answers counts those of the whole account, other programs' too. Source: Twilio docs, errors/20429.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from ringback.clock import Clock

TOO_MANY = 20429
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 30.0  # seconds
SOON, NEXT = 0.2, 0.75  # seconds after which one that goes before others asks again, as long as few do
FEW = 8
AWAY = 2_000 * LONGEST_WAIT  # milliseconds; who has not asked again by then was run by another process
GONE = 1_000  # the same of those who go before others, of whom the next ask sooner than that
LATEST = 0.1  # share of the latest flight in how long one is taken to last
CALM = 1_000  # milliseconds in which one more 429 says nothing new: those requests left together


@dataclass(slots=True)
class _TurnedAway:
    """Jobs that were turned away and when, the earliest first; `away` ms later they will not come again."""

    away: float
    jobs: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.jobs)

    def forget(self, now: int) -> None:
        while self.jobs and next(iter(self.jobs.values())) < now - self.away:
            del self.jobs[next(iter(self.jobs))]


@dataclass(slots=True)
class _Air:
    limit: float
    flying: int = 0
    first: _TurnedAway = field(default_factory=lambda: _TurnedAway(GONE))
    others: _TurnedAway = field(default_factory=lambda: _TurnedAway(AWAY))
    lasting: float = 1.0
    """Seconds that a flight lasts; one, as long as nobody knows."""
    narrowed_at: int = 0

    @property
    def free(self) -> int:
        return int(self.limit) - self.flying

    def queue(self, priority: int) -> _TurnedAway:
        return self.first if priority > 0 else self.others


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Bounds of the limit; `start` is where an account begins.

    `most` is two thirds of what a process runs at once: an account whose Twilio does not answer, each request
    for half a minute, leaves the rest to others.
    """

    start: int = 64
    least: int = 1
    most: int = 64


class Flights:
    """The room of each account in this process. Jobs with a priority above 0, one-time codes, go first."""

    def __init__(self, clock: Clock, room: Room | None = None) -> None:
        self._clock = clock
        self._room = room or Room()
        self._airs: defaultdict[str, _Air] = defaultdict(lambda: _Air(float(self._room.start)))

    def board(self, account_id: str, job_id: str, priority: int = 0) -> float | None:
        """Board, or hear in how many seconds there may be room: the longer, the more jobs wait."""
        air, now = self._asked(account_id), self._clock()
        queue = air.queue(priority)
        queue.jobs.pop(job_id, None)
        # What comes free is kept for those who go first, and ask again soon.
        if air.free > (0 if queue is air.first else len(air.first)):
            air.flying += 1
            return None
        queue.jobs[job_id] = now
        if queue is air.first:
            return _first(len(queue) - 1, air)
        ahead = len(air.first) + len(queue)
        return min(max(ahead * air.lasting / air.limit, SHORTEST_WAIT), LONGEST_WAIT)

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
        """Without those who were turned away and never came again."""
        air, now = self._airs[account_id], self._clock()
        air.first.forget(now)
        air.others.forget(now)
        return air

    def answered(self, account_id: str) -> None:
        """Twilio took a request: where the room is used, one more may fly for each roomful that was taken."""
        air = self._airs[account_id]
        if air.flying * 2 >= air.limit:
            air.limit = min(air.limit + 1 / air.limit, self._room.most)

    def turned_away(self, account_id: str, at_twilio: int | None = None) -> None:
        """Twilio said too many; `at_twilio` is its own count of the account's requests, where it told."""
        air, now = self._airs[account_id], self._clock()
        if now - air.narrowed_at < CALM:
            return
        air.narrowed_at = now
        ours = min(air.limit, at_twilio) if at_twilio else air.limit
        air.limit = max(ours / 2, self._room.least)

    def rooms(self) -> dict[str, tuple[int, int]]:
        """How many of each account fly and may fly, by the account's id."""
        return {account_id: (air.flying, int(air.limit)) for account_id, air in self._airs.items()}

    def limit(self, account_id: str) -> int:
        """How many may fly now."""
        return int(self._airs[account_id].limit)


def _first(ahead: int, air: _Air) -> float:
    """When one that goes first asks again: the next roomful before it is forgotten, those behind it later."""
    wait = max(ahead * air.lasting / air.limit, SOON)
    return min(wait, NEXT if ahead < max(air.limit, FEW) else LONGEST_WAIT)
