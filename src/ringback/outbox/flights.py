"""How many requests of an account may be in the air at once: fewer when Twilio says too many, then more.

Twilio limits requests at the same time, not per second, and publishes no number; `Twilio-Concurrent-Requests`
on its answers counts those of the whole account, other programs' too. Source: Twilio docs, errors/20429.
"""

from collections import defaultdict
from dataclasses import dataclass

from ringback.clock import Clock

TOO_MANY = 20429
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 30.0  # seconds
CALM = 1_000  # milliseconds in which one more 429 says nothing new: those requests left together


@dataclass(slots=True)
class _Air:
    limit: float
    flying: int = 0
    waiting: int = 0
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

    def board(self, account_id: str) -> float | None:
        """Take a seat, or hear in how many seconds one may be free: the longer, the more were turned away."""
        air = self._airs[account_id]
        if air.flying >= int(air.limit):
            air.waiting += 1
            return min(max(air.waiting / air.limit, SHORTEST_WAIT), LONGEST_WAIT)
        air.flying += 1
        return None

    def take_free(self, account_id: str) -> bool:
        """Take a seat if one is free; who hears that none is does not wait for one."""
        air = self._airs[account_id]
        if air.waiting or air.flying >= int(air.limit):
            return False
        air.flying += 1
        return True

    def land(self, account_id: str) -> None:
        """Give the seat back."""
        air = self._airs[account_id]
        air.flying -= 1
        air.waiting = max(0, air.waiting - 1)

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
