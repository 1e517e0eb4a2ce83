"""Unknown jobs by the time they are looked for at Twilio, and what proves that a job was carried out."""

from dataclasses import dataclass
from typing import Any

from ringback.store.database import Database
from ringback.store.jobs import FAR_FUTURE, job_of, note
from ringback.store.rows import Job
from ringback.store.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """When an unknown job is looked for at Twilio, and in which span of time; milliseconds.

    `early` is what Twilio's clock may be behind ours. `late` is what a stalled request may take to arrive;
    a message that came later was made by somebody else. What is older by up to `doubt` proves nothing, but a
    job is not called absent beside it: a clock may be wrong.
    """

    first: int = 60_000
    second: int = 600_000  # after the first
    again: int = 60_000  # after a look that did not come to its end
    early: int = 60_000
    late: int = 3_600_000
    doubt: int = 3_600_000
    most: int = 100  # jobs at once
    most_looks: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A job that may have made what is found at Twilio, and when its last try began and ended."""

    job: Job
    started_at: int
    ended_at: int | None


class LookTable:
    """Unknown jobs: whose time has come, who else could have made the same, and what nobody has claimed."""

    def __init__(self, database: Database, queries: Any, watch: Watch, looks: Looks) -> None:
        self.looks = looks
        self._database = database
        self._queries = queries
        self._watch = watch

    async def take_due(self) -> list[Job]:
        """Unknown jobs whose time has come, each for one process alone; `again` later they are due again."""

        async def work(c: Any) -> list[Job]:
            due = [row async for row in self._queries.due_looks(c, most=self.looks.most)]
            taken = [
                await self._queries.claim_look(
                    c, id=row["id"], looks=row["looks"], look_at=row["look_at"], again=self.looks.again
                )
                for row in due
            ]
            rows = [await self._queries.job(c, id=row["id"]) for row in taken if row is not None]
            return [job for row in rows if (job := job_of(row))]

        return await self._database.write(work)

    async def looked(
        self, job: Job, message: str, who: str, now: int, error: str | None = None, *, last: bool = False
    ) -> bool:
        """Count a look that settled nothing and plan the next; False if another process was first.

        `error` (JSON) is what the job says of itself from now on.
        """
        last = last or job.looks + 1 >= self.looks.most_looks

        async def work(c: Any) -> bool:
            row = await self._queries.count_look(
                c,
                id=job.id,
                looks=job.looks,
                wait=None if last else self.looks.second,
                never=FAR_FUTURE,
                error=error,
                now=now,
            )
            if row is not None:
                await note(self._queries, c, (job.account_id, job.id), now, "looked_up", who, message=message)
            return row is not None

        counted = await self._database.write(work)
        self._watch.tell(job.id)
        return counted

    async def owners(self, account_id: str, recipient: str | None) -> list[Owner]:
        """Jobs to a recipient (or to nobody by name) that may have made what no job has claimed.

        They are unknown, running, or done as a person said who named no message; and of whichever name the
        account at Twilio is connected under.
        """

        async def select(c: Any) -> list[Owner]:
            return [
                _owner(row)
                for one in await self._connections(c, account_id)
                async for row in self._queries.possible_owners(c, account_id=one, recipient=recipient or "")
            ]

        return await self._database.read(select)

    async def unclaimed(self, account_id: str, sids: list[str]) -> set[str]:
        """Those SIDs that prove no job yet."""

        async def select(c: Any) -> set[str]:
            free = set(sids)
            for one in await self._connections(c, account_id):
                for sid in sids:
                    message = await self._queries.message(c, account_id=one, sid=sid)
                    proof = await self._queries.proof(c, account_id=one, sid=sid)
                    if message is not None or proof is not None:
                        free.discard(sid)
            return free

        return await self._database.read(select)

    async def _connections(self, c: Any, account_id: str) -> list[str]:
        return [row["id"] async for row in self._queries.connections_of(c, account_id=account_id)]


def _owner(row: Any) -> Owner:
    facts = dict(row)
    started, ended = facts.pop("try_started_at"), facts.pop("try_ended_at")
    job = job_of(facts)
    if job is None:
        raise ValueError("a row that is no job")
    return Owner(job=job, started_at=started if started is not None else job.created_at, ended_at=ended)
