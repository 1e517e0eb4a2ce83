"""Taking a job to run it: its sender's slot, the lease, and what happens when a process stops renewing."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ringback.store.database import Database, of_job, of_sender
from ringback.store.jobs import job_of
from ringback.store.rows import Job
from ringback.store.senders import Pace, SenderTable
from ringback.store.taken import Taken
from ringback.store.tickets import Ticket

SOON = 0.02  # seconds
HORIZON = 1.0  # seconds; a slot further away is queued for, never slept on


@dataclass(frozen=True, slots=True)
class Claimed:
    """A running job of ours; its slot is `wait` seconds away."""

    job: Job
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing may leave now; look again in so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A waiting job and when its turn is expected; `at` and the job's id are its place in the order."""

    ticket: Ticket
    at: int


class ClaimTable:
    """Waiting jobs by turn; running ones by lease."""

    def __init__(self, database: Database, queries: Any, senders: SenderTable, taken: Taken) -> None:
        self._database = database
        self._queries = queries
        self._senders = senders
        self._taken = taken

    async def turns(self, after: tuple[int, str], within: float, most: int) -> list[Turn]:
        """Waiting jobs, but for codes, whose turn comes `within` so many seconds, from a place on."""

        async def select(c: Any) -> list[Turn]:
            rows = self._queries.turns_between(
                c, after_at=after[0], after_id=after[1], until=round(within * 1000), most=most
            )
            return [_turn(row) async for row in rows]

        return await self._database.read(select)

    async def first_turns(self, within: float, most: int) -> list[Turn]:
        """The codes whose turn comes so soon."""

        async def select(c: Any) -> list[Turn]:
            rows = self._queries.first_turns(c, until=round(within * 1000), most=most)
            return [_turn(row) async for row in rows]

        return await self._database.read(select)

    async def claim(
        self, ticket: Ticket, rate: int | None, owner: str, lease: float
    ) -> Claimed | Later | None:
        """Take the job whose turn a ticket is; None if none waits. Seconds throughout.

        Where the sender has a `rate` (thousandths of a segment per second), its slot is taken in the same
        transaction and goes to the job of the highest priority.
        """

        async def work(c: Any) -> Claimed | Later | None:
            if ticket.sender is None or rate is None:
                job = await self._take(c, ticket.job_id, owner, lease)
                return Claimed(job) if job is not None else await self._not_yet(c, ticket.job_id)
            return await self._paced(c, ticket, rate, owner, lease)

        with self._taken.asking() as given:
            claimed = await self._database.write(work, of_sender(ticket.account_id, ticket.sender))
            if isinstance(claimed, Claimed):
                given(claimed.job)
        return claimed

    async def _paced(
        self, c: Any, ticket: Ticket, rate: int, owner: str, lease: float
    ) -> Claimed | Later | None:
        whose = {"account_id": ticket.account_id, "sender": str(ticket.sender)}
        top = await self._queries.top_job(c, **whose, wait=0)
        if top is None:
            return await self._not_yet(c, ticket.job_id)
        pace = Pace(**whose, cost=top["cost"], rate=rate)
        away = await self._senders.slot(c, pace, HORIZON)
        if away is None:
            return await self._turned_away(c, ticket, pace)
        # The slot is ours. Another process may have taken the job before we held the sender's row, and what
        # expires before its slot must not leave then.
        while top is not None:
            job = await self._take(c, top["id"], owner, lease, away)
            if job is not None:
                await self._senders.move_slot(c, pace, job.cost)
                return Claimed(job, away)
            again = await self._queries.top_job(c, **whose, wait=round(away * 1000))
            top = again if again is not None and again["id"] != top["id"] else None
        await self._senders.move_slot(c, pace, 0)
        return await self._not_yet(c, ticket.job_id, away)

    async def _turned_away(self, c: Any, ticket: Ticket, pace: Pace) -> Later:
        """The sender is not free: the turn planned meanwhile (its rate was changed), or the next free one."""
        row = await self._queries.turn_of(c, id=ticket.job_id)
        if row is not None and row["wait"] > HORIZON * 1000:
            return Later(row["wait"] / 1000)
        away = max(await self._senders.book(c, pace), HORIZON)
        await self._queries.turn_later(c, id=ticket.job_id, wait=round(away * 1000))
        return Later(away)

    async def _take(self, c: Any, job_id: str, owner: str, lease: float, away: float = 0.0) -> Job | None:
        wait = round(away * 1000)
        row = await self._queries.claim_job(
            c, id=job_id, owner=owner, lease=round(lease * 1000) + wait, wait=wait
        )
        return job_of(row)

    async def _not_yet(self, c: Any, job_id: str, away: float = 0.0) -> Later | None:
        row = await self._queries.wait_of(c, id=job_id, away=round(away * 1000))
        if row is None or (row["wait"] <= 0 and row["expired"]):
            return None  # what has expired waits for its withdrawal, not for a turn
        if row["wait"] <= 0:
            return Later(SOON)  # it became due, or its sender was let go, while we looked
        # Or it would be looked at again and again, before others whose senders are free.
        await self._queries.turn_later(c, id=job_id, wait=row["wait"])
        return Later(row["wait"] / 1000)

    async def postpone(self, job_id: str, seconds: float) -> None:
        """The turn of a waiting job comes later than was expected."""
        await self._database.write(
            lambda c: self._queries.turn_later(c, id=job_id, wait=round(seconds * 1000)), of_job(job_id)
        )

    async def renew(self, job_ids: Iterable[str], owner: str, lease: float) -> None:
        """Keep this process's leases of the jobs that it is still at, for `lease` seconds."""
        ids = json.dumps(list(job_ids))
        await self._database.write(
            lambda c: self._queries.renew_leases(c, ids=ids, owner=owner, lease=round(lease * 1000)), of_job()
        )


def _turn(row: Any) -> Turn:
    ticket = Ticket(
        job_id=row["id"],
        account_id=row["account_id"],
        sender=row["sender"],
        simulated=row["base_url"] is not None,
        priority=row["priority"],
        wait=max(0.0, row["wait"] / 1000),
    )
    return Turn(ticket, row["turn_at"])
