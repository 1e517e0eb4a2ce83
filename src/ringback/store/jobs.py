"""The rows of jobs: accepted, read, withdrawn."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import orjson

from ringback.store.database import Database, of_sender
from ringback.store.history import attempts_with, history
from ringback.store.rows import Attempt, Event, Job, State, row_as
from ringback.store.senders import Pace, SenderTable
from ringback.store.taken import Taken
from ringback.store.tickets import Line, Ticket
from ringback.store.watch import Watch

FAR_FUTURE = 1 << 62


@dataclass(frozen=True, kw_only=True)
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
    sender: str | None = None
    priority: int = 0
    cost: int = 0
    expires_at: int | None = None
    trace: str | None = None
    now: int


@dataclass(frozen=True, slots=True)
class Pacing:
    """How a job's sender is paced: thousandths of a segment per second, or not at all."""

    rate: int | None = None
    simulated: bool = False


UNPACED = Pacing()


@dataclass(frozen=True, slots=True)
class Start:
    """Who runs a job that begins as it is accepted, and for how long it is theirs without a word; seconds."""

    owner: str
    lease: float


_AT_FIRST = dict.fromkeys(("message_sid", "result", "error", "look_at", "redacted_at")) | {"looks": 0}
_WAITING = {"state": State.WAITING, "attempts": 0, "owner": None, "lease": None}


def _beginning(start: Start) -> dict[str, Any]:
    return {"state": State.RUNNING, "attempts": 1, "owner": start.owner, "lease": round(start.lease * 1000)}


def _accepted(new: NewJob, row: Mapping[str, Any], facts: Mapping[str, Any], turn_at: int) -> Job:
    """The job as a read would find it; reading a whole row back takes as long as writing it."""
    job = object.__new__(Job)
    known = job.__dict__
    known.update(new.__dict__)
    known.update(_AT_FIRST)
    known["created_at"] = known.pop("now")
    known.update(
        state=facts["state"],
        attempts=facts["attempts"],
        lease_owner=facts["owner"],
        lease_until=row["updated_at"] + facts["lease"] if facts["lease"] is not None else None,
        turn_at=turn_at,
        updated_at=row["updated_at"],
        account=row["account"],
        account_at=row["account_at"],
    )
    return job


def _pace(new: NewJob, pacing: Pacing) -> Pace | None:
    """How a new job is paced that is due now; what is for later gets its turn then."""
    if new.sender is None or pacing.rate is None or new.due_at > new.now:
        return None
    return Pace(account_id=new.account_id, sender=new.sender, cost=new.cost, rate=pacing.rate)


def _queued(new: NewJob, pacing: Pacing, away: float | None) -> Ticket:
    """The place of a new job, behind what else waits for its sender."""
    return Ticket(
        job_id=new.id,
        account_id=new.account_id,
        sender=new.sender,
        simulated=pacing.simulated,
        priority=new.priority,
        wait=away if away is not None else max(0, new.due_at - new.now) / 1000,
    )


STATES = {state.value: state for state in State}


def job_of(row: Any) -> Job | None:
    """A row as a job.

    Four times a send: filled without the constructor of a frozen dataclass, which takes a call a column.
    """
    if row is None:
        return None
    job = object.__new__(Job)
    job.__dict__.update(row)
    job.__dict__["state"] = STATES[row["state"]]
    return job


class JobTable:
    """Jobs by id, by key and by turn."""

    def __init__(
        self, database: Database, queries: Any, watch: Watch, senders: SenderTable, taken: Taken
    ) -> None:
        self._database = database
        self._queries = queries
        self._watch = watch
        self._senders = senders
        self._taken = taken

    async def accept(
        self, new: NewJob, line: Line, pacing: Pacing = UNPACED, start: Start | None = None
    ) -> Job | None:
        """Write a job and its place in the queue, or as one that is running already where it may `start`.

        None if the account has a job under that key.
        """
        work = partial(self.write_new, new, line, pacing, start=start)
        with self._taken.asking() as given:
            ticket, job = await self._database.write(work, of_sender(new.account_id, new.sender))
            if job is not None and job.state is State.RUNNING:
                given(job)
        if ticket is not None:
            await line.joined(ticket)
        return job

    async def write_new(
        self, new: NewJob, line: Line, pacing: Pacing, c: Any, start: Start | None = None
    ) -> tuple[Ticket | None, Job | None]:
        """`accept` within a transaction; who called it tells the line of the ticket once it is on disk."""
        facts = _WAITING if start is None else _beginning(start)
        pace = _pace(new, pacing)
        away = await self._senders.book(c, pace) if pace is not None else None
        turn = round(away * 1000) if away is not None else None
        row = await self._queries.insert_job(c, **new.__dict__, **facts, turn_at=new.due_at, away=turn)
        if row is None:
            if pace is not None:
                await self._senders.give_back(c, pace)
            return None, None
        if start is not None and (row["held_until"] or 0) <= row["updated_at"] * 1000:
            return None, _accepted(new, row, facts, new.due_at)
        if start is not None:
            await self._queries.let_wait(c, id=new.id)
        ticket = _queued(new, pacing, away)
        await line.join(c, ticket)
        turn_at = row["updated_at"] + turn if turn is not None else new.due_at
        return ticket, _accepted(new, row, _WAITING, turn_at)

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

    async def timeline(self, job_id: str) -> tuple[list[Attempt], list[Event]]:
        """Every try of a job and all that happened to it, in order."""
        _, tries, events = await self.whole(job_id)
        return tries, events

    async def whole(self, job_id: str) -> tuple[Job | None, list[Attempt], list[Event]]:
        """A job with its timeline, as they were at one moment: it may change between two queries."""

        async def select(c: Any) -> tuple[Job | None, list[Attempt], list[Event]]:
            row = await self._queries.job(c, id=job_id)
            while True:
                tries = [row_as(Attempt, one) async for one in self._queries.attempts_of(c, job_id=job_id)]
                noted = [row_as(Event, one) async for one in self._queries.events_of(c, job_id=job_id)]
                before, row = row, await self._queries.job(c, id=job_id)
                if before is None or dict(before) == dict(row):
                    break
            job = job_of(before)
            tries = attempts_with(job, tries)
            return job, tries, history(job, tries, noted)

        return await self._database.read(select)

    async def withdraw(self, job_id: str, who: str, now: int) -> bool:
        """Take a waiting job back; False if it is not waiting."""

        async def work(c: Any) -> bool:
            row = await self._queries.move_job(
                c,
                id=job_id,
                state="waiting",
                new_state="withdrawn",
                result=None,
                error=None,
                message_sid=None,
                now=now,
            )
            if row is not None:
                await note(self._queries, c, (row["account_id"], job_id), now, "withdrawn", who)
            return row is not None

        withdrawn = await self._database.write(work)
        self._watch.tell(job_id)
        return withdrawn


class Desk(Protocol):
    """Where new jobs are handed in."""

    async def accept(self, new: NewJob, pacing: Pacing) -> Job | None:
        """Write a job, that waits or runs already; None if the account has a job under its key."""


def as_json(facts: Mapping[str, Any]) -> str:
    """Facts as JSON; a text with half a surrogate pair, which orjson refuses, must not lose an outcome."""
    if not facts:
        return "{}"
    try:
        return orjson.dumps(facts).decode()
    except TypeError:
        return json.dumps(facts)


async def note(
    queries: Any, connection: Any, place: tuple[str, str], at: int, kind: str, who: str, **detail: Any
) -> None:
    """Append an event to a job; `place` is its account's id and its own."""
    account_id, job_id = place
    await queries.insert_event(
        connection,
        account_id=account_id,
        job_id=job_id,
        at=at,
        kind=kind,
        who=who,
        detail=as_json(detail),
    )
