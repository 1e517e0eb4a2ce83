"""How long the queue is, and when it is too long for one more."""

from dataclasses import dataclass
from typing import Any

from ringback.errors import Full
from ringback.store.database import Database

LONGEST_LINE = 20_000  # writes that wait for the disk: two seconds of work at 10,000 a second
SOON, LATER = 1, 10  # seconds after which a caller may ask again: the disk catches up, a queue drains


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The jobs that are not at their end, and alarms of all; `oldest` is for how long one is due (ms)."""

    waiting: int
    running: int
    unknown: int
    alarms: int
    oldest: int


class Backlog:
    """The queue's length: what was counted last, and what this process has accepted since."""

    def __init__(self, database: Database, queries: Any) -> None:
        self._database = database
        self._queries = queries
        self._census: Census | None = None
        self._since = 0

    async def look(self) -> Census:
        """Count. Indexes hold the open jobs alone, so what has ended costs nothing."""
        row = await self._database.read(self._queries.census)
        self._census, self._since = Census(**dict(row)), 0
        return self._census

    async def refusal(self, most: int) -> Full | None:
        """Why no more than `most` jobs may wait and no other is accepted now; None while there is room."""
        if self._database.writes_in_line >= LONGEST_LINE:
            return Full(BEHIND, SOON)
        census = self._census or await self.look()
        if census.waiting + self._since < most:
            return None
        return Full(FULL.format(most=most), LATER)

    def add(self) -> None:
        """One more was accepted."""
        self._since += 1


FULL = (
    "The queue is full: {most:,} jobs wait. Nothing was accepted; try again later, under the same "
    "idempotency key if there was one. RINGBACK_MOST_WAITING says how many may wait."
)
BEHIND = (
    "The database is behind with its writing. Nothing was accepted; try again, under the same idempotency "
    "key if there was one."
)
