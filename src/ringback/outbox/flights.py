"""How many requests of an account may be in the air at once: fewer when Twilio says too many, then more.

Twilio limits requests at the same time, not per second, and publishes no number; `Twilio-Concurrent-Requests`
on its answers counts those of the whole account, other programs' too. Source: Twilio docs, errors/20429.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from ringback.clock import Clock

TOO_MANY = 20429
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 30.0  # seconds
AWAY = 2_000 * LONGEST_WAIT  # milliseconds; who has not asked again by then was run by another process
LATEST = 0.1  # share of the latest landing in what landings are taken to be apart
CALM = 1_000  # milliseconds in which one more 429 says nothing new: those requests left together


@dataclass(slots=True)
class _Air:
    limit: float
    flying: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    """Jobs and when they were turned away last, the earliest first."""
    landed_at: int = 0
    apart: float = 0.0
    """Seconds between landings while somebody waits."""
    narrowed_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Bounds of the limit; `start` is where an account begins."""

    start: int = 48  # fewer than a process runs at once: no account takes all of it
    least: int = 1
    most: int = 256


class Flights:
    """The room of each account in this process."""

    def __init__(self, clock: Clock, room: Room | None = None) -> None:
        self._clock = clock
        self._room = room or Room()
        self._airs: defaultdict[str, _Air] = defaultdict(lambda: _Air(float(self._room.start)))

    def board(self, account_id: str, job_id: str) -> float | None:
        """Take a seat, or hear in how many seconds one may be free: the longer, the more jobs wait."""
        air = self._asked(account_id)
        air.waiting.pop(job_id, None)
        if air.flying < int(air.limit):
            air.flying += 1
            return None
        air.waiting[job_id] = self._clock()
        each = air.apart or 1 / air.limit  # a second a request, as long as nobody knows
        return min(max(len(air.waiting) * each, SHORTEST_WAIT), LONGEST_WAIT)

    def take_free(self, account_id: str) -> bool:
        """Take a seat if one is free; who hears that none is does not wait for one."""
        air = self._asked(account_id)
        if air.waiting or air.flying >= int(air.limit):
            return False
        air.flying += 1
        return True

    def land(self, account_id: str) -> None:
        """Give the seat back."""
        air, now = self._airs[account_id], self._clock()
        air.flying -= 1
        if air.waiting and air.landed_at:
            latest = (now - air.landed_at) / 1000
            air.apart = latest * LATEST + air.apart * (1 - LATEST) if air.apart else latest
        air.landed_at = now if air.waiting else 0

    def _asked(self, account_id: str) -> _Air:
        """Without those who were turned away and never came again."""
        air, long_ago = self._airs[account_id], self._clock() - AWAY
        while air.waiting and next(iter(air.waiting.values())) < long_ago:
            del air.waiting[next(iter(air.waiting))]
        return air

    def answered(self, account_id: str) -> None:
        """Twilio took a request: one more may fly once as many as fly now were taken."""
        air = self._airs[account_id]
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
