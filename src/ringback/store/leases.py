"""Puts back what this process took without hearing so."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from ringback.store.database import Database, of_job
from ringback.store.history import NOT_BEGUN
from ringback.store.jobs import note
from ringback.store.taken import Taken, Try

UNRUN = (
    "The database did not answer whether this process had the job, so it was never begun here and nothing "
    "was sent. It waits again, and the try does not count."
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A try that was taken, and when, by the database's clock (milliseconds)."""

    account_id: str
    job_id: str
    attempt: int
    since: int

    @property
    def attempted(self) -> Try:
        """The try."""
        return (self.job_id, self.attempt)


class Leases:
    """What the ledger says this process runs, against what it knows of."""

    def __init__(self, database: Database, queries: Any, taken: Taken) -> None:
        self._database = database
        self._queries = queries
        self._taken = taken
        self._doubted: dict[Lease, frozenset[object]] = {}

    async def put_back_unrun(self, owner: str) -> list[str]:
        """Jobs that `owner` took, and that nobody runs, wait again; which they are. To be called on and on.

        A job is taken even if the answer is lost: with the connection, between the commit and its answer, or
        with a caller who stopped waiting. What was given out is never put back, however its run ended, since
        it may have left. Else a job is put back when it is met for the second time and everybody who was
        taking one at the first has been answered. `owner` must be of this start alone.
        """
        given = self._taken.given
        held = await self._database.read(partial(self._held, owner))
        self._taken.forget(given - {lease.attempted for lease in held})
        unrun = [lease for lease in held if lease.attempted not in self._taken.given]
        nobodys = [lease for lease in unrun if self._is_nobodys(lease)]
        self._doubted = {lease: self._doubted.get(lease, self._taken.in_the_air) for lease in unrun}
        if not nobodys:
            return []
        return await self._database.write(partial(self._put_back, nobodys, owner), of_job())

    def _is_nobodys(self, lease: Lease) -> bool:
        asked = self._doubted.get(lease)
        return asked is not None and asked.isdisjoint(self._taken.in_the_air)

    async def _held(self, owner: str, c: Any) -> list[Lease]:
        rows = self._queries.leased_by(c, owner=owner)
        return [Lease(row["account_id"], row["id"], row["attempts"], row["updated_at"]) async for row in rows]

    async def _put_back(self, nobodys: list[Lease], owner: str, c: Any) -> list[str]:
        in_order = sorted(nobodys, key=lambda lease: lease.job_id)  # as all who take more than one
        return [lease.job_id for lease in in_order if await self._waits_again(c, lease, owner)]

    async def _waits_again(self, c: Any, lease: Lease, owner: str) -> bool:
        """Whether it does. Its number is free for the next try: no callback can name one that never began."""
        row = await self._queries.put_back_unrun(
            c, id=lease.job_id, owner=owner, attempt=lease.attempt, since=lease.since
        )
        if row is None:
            return False
        place = (lease.account_id, lease.job_id)
        await note(self._queries, c, place, row["updated_at"], NOT_BEGUN, owner, message=UNRUN)
        return True
