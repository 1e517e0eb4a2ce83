"""A ledger that lost its last commits: what waits in it may have been sent already."""

import json
from typing import Any

from ringback.store.database import Database
from ringback.store.history import LOST
from ringback.store.jobs import note
from ringback.store.watch import Watch

AT_ONCE = 500
WHO = LOST


class Restoring:
    """Turns what may have been sent already into unknown jobs."""

    def __init__(self, database: Database, queries: Any, watch: Watch) -> None:
        self._database = database
        self._queries = queries
        self._watch = watch

    async def doubt_all(self, now: int) -> int:
        """Every waiting and running job becomes unknown, to be looked for at once; how many.

        Those with a time in the future, too: that they were withdrawn may be what was lost.
        """
        doubted = 0
        while some := await self._database.write(lambda c: self._doubt(c, now)):
            doubted += len(some)
            for job_id in some:
                self._watch.tell(job_id)
        return doubted

    async def lost_tries_of(self, job_id: str) -> bool:
        """Whether there may have been more tries of a job than the ledger knows."""

        async def select(c: Any) -> bool:
            rows = self._queries.attempts_of(c, job_id=job_id)
            return any([row["owner"] == WHO async for row in rows])

        return await self._database.read(select)

    async def _doubt(self, c: Any, now: int) -> list[str]:
        error = json.dumps({"message": RESTORED})
        await self._queries.doubt_attempts(c, detail=error, now=now)
        rows = [row async for row in self._queries.doubt_jobs(c, error=error, most=AT_ONCE, now=now)]
        for row in rows:
            account_id, job_id = place = (row["account_id"], row["id"])
            await self._queries.insert_lost_attempt(
                c,
                account_id=account_id,
                job_id=job_id,
                number=row["attempts"],
                created_at=row["created_at"],
                detail=error,
                now=now,
            )
            await note(self._queries, c, place, now, "unknown", WHO, message=RESTORED)
        return [row["id"] for row in rows]


RESTORED = (
    "The ledger was restored and may have lost its last entries, so this may have been sent already. It is "
    "looked for at Twilio, and not sent by itself."
)
