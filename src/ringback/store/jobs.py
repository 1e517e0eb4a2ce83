"""The rows of jobs up to the moment their bytes leave: accepted, listed, claimed, leased, withdrawn."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ringback.store.database import Database
from ringback.store.rows import Attempt, Event, Job, State
from ringback.store.watch import Watch

FAR_FUTURE = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What an accepted job is made of; `input` and `notes` are JSON, `sealed` its secrets."""

    account_id: str
    id: str
    action: str
    idempotency_key: str | None
    input_digest: bytes
    input: str
    sealed: bytes | None
    recipient: str | None
    notes: str
    due_at: int
    requested_by: str
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs to list; None does not filter. `before` is the place after which to go on."""

    state: str | None = None
    action: str | None = None
    account: str | None = None
    recipient: str | None = None
    since: int = 0
    before: tuple[int, str] = (FAR_FUTURE, "")


def job_of(row: Any) -> Job | None:
    """A row as a job."""
    return Job(**dict(row) | {"state": State(row["state"])}) if row is not None else None


class JobTable:
    """Jobs by id, by key and by turn."""

    def __init__(self, database: Database, queries: Any, watch: Watch) -> None:
        self._database = database
        self._queries = queries
        self._watch = watch

    async def accept(self, new: NewJob) -> Job | None:
        """Write a job and its first event; None if the account has a job under that key."""
        columns = {name: getattr(new, name) for name in NewJob.__dataclass_fields__}

        async def work(c: Any) -> Any:
            if await self._queries.insert_job(c, **columns) is None:
                return None
            await note(self._queries, c, (new.account_id, new.id), new.now, "accepted", new.requested_by)
            return await self._queries.job(c, id=new.id)

        return job_of(await self._database.write(work))

    async def get(self, job_id: str) -> Job | None:
        """The job of that id."""
        return job_of(await self._database.read(lambda c: self._queries.job(c, id=job_id)))

    async def by_key(self, account_id: str, key: str) -> Job | None:
        """The job accepted under a caller's key."""
        return job_of(
            await self._database.read(
                lambda c: self._queries.job_by_key(c, account_id=account_id, idempotency_key=key)
            )
        )

    async def page(self, wanted: JobFilter, most: int) -> list[Job]:
        """The newest jobs that fit."""
        before_at, before_id = wanted.before

        async def select(c: Any) -> list[Job]:
            rows = self._queries.jobs_page(
                c,
                state=wanted.state,
                action=wanted.action,
                account=wanted.account,
                recipient=wanted.recipient,
                since=wanted.since,
                before_at=before_at,
                before_id=before_id,
                most=most,
            )
            return [job async for row in rows if (job := job_of(row))]

        return await self._database.read(select)

    async def timeline(self, job_id: str) -> tuple[list[Attempt], list[Event]]:
        """Every try of a job and all that happened to it, in order."""

        async def select(c: Any) -> tuple[list[Attempt], list[Event]]:
            attempts = [Attempt(**dict(row)) async for row in self._queries.attempts_of(c, job_id=job_id)]
            events = [Event(**dict(row)) async for row in self._queries.events_of(c, job_id=job_id)]
            return attempts, events

        return await self._database.read(select)

    async def counts(self) -> dict[str, int]:
        """How many jobs there are by state."""

        async def select(c: Any) -> dict[str, int]:
            return {row["state"]: row["jobs"] async for row in self._queries.count_jobs_by_state(c)}

        return await self._database.read(select)

    async def due(self, now: int, most: int) -> list[str]:
        """The ids of jobs whose turn it is, oldest first."""

        async def select(c: Any) -> list[str]:
            return [row["id"] async for row in self._queries.due_jobs(c, now=now, most=most)]

        return await self._database.read(select)

    async def claim(self, job_id: str, owner: str, lease_until: int, now: int) -> Job | None:
        """Take a waiting job and begin a try; None if it is not waiting any more."""

        async def work(c: Any) -> Any:
            row = await self._queries.claim_job(c, id=job_id, owner=owner, lease_until=lease_until, now=now)
            if row is None:
                return None
            await self._queries.insert_attempt(
                c, account_id=row["account_id"], job_id=job_id, number=row["attempts"], owner=owner, now=now
            )
            place = (row["account_id"], job_id)
            await note(self._queries, c, place, now, "running", owner, attempt=row["attempts"])
            return await self._queries.job(c, id=job_id)

        return job_of(await self._database.write(work))

    async def renew(self, job_ids: Iterable[str], owner: str, lease_until: int) -> None:
        """Keep this process's leases of the jobs that it is still at."""

        async def work(c: Any) -> None:
            for job_id in job_ids:
                await self._queries.renew_lease(c, id=job_id, owner=owner, lease_until=lease_until)

        await self._database.write(work)

    async def withdraw(self, job_id: str, who: str, now: int) -> bool:
        """Take a waiting job back; False if it is not waiting."""

        async def work(c: Any) -> bool:
            row = await self._queries.move_job(
                c, id=job_id, state="waiting", new_state="withdrawn", result=None, error=None, now=now
            )
            if row is not None:
                await note(self._queries, c, (row["account_id"], job_id), now, "withdrawn", who)
            return row is not None

        withdrawn = await self._database.write(work)
        self._watch.tell(job_id)
        return withdrawn


async def note(
    queries: Any, connection: Any, place: tuple[str, str], at: int, kind: str, who: str, **detail: Any
) -> None:
    """Append an event to a job; `place` is its account's id and its own."""
    account_id, job_id = place
    await queries.insert_event(
        connection, account_id=account_id, job_id=job_id, at=at, kind=kind, who=who, detail=json.dumps(detail)
    )
