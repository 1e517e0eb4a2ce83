"""How many jobs there are in each state, without counting all of them each time."""

from functools import partial
from typing import Any

from ringback.clock import Clock
from ringback.ids import first_id
from ringback.store.database import Database

AT_ONCE = 10_000  # ids that one read counts: some milliseconds
LATE = (
    10 * 60_000
)  # milliseconds after which no job is written under an id any more; clocks may differ by that


class Tally:
    """Counts jobs by state. No job is ever deleted, so what was counted once stays counted."""

    def __init__(self, database: Database, queries: Any, clock: Clock) -> None:
        self._database = database
        self._queries = queries
        self._clock = clock
        self._old, self._counted_to = 0, ""

    async def by_state(self) -> dict[str, int]:
        """The states that jobs are in; first come, the whole ledger is counted, a part at a time."""
        await self._count_old()
        old, beyond = self._old, self._counted_to
        row = dict(await self._database.read(partial(self._queries.count_jobs, beyond=beyond)))
        jobs = old + row.pop("beyond")
        counts = {"done": jobs - sum(row.values()), **row}
        return {state: jobs for state, jobs in counts.items() if jobs}

    async def _count_old(self) -> None:
        until = first_id("job", self._clock() - LATE)
        jobs = AT_ONCE
        while jobs == AT_ONCE:
            beyond = self._counted_to
            row = await self._database.read(
                partial(self._queries.count_ids, beyond=beyond, until=until, most=AT_ONCE)
            )
            jobs = row["jobs"]
            if jobs and self._counted_to == beyond:  # or another caller has counted these meanwhile
                self._old += jobs
                self._counted_to = row["last"]
