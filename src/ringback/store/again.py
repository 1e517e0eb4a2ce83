"""Settles a job and accepts another in its place, in one transaction: both are written, or neither."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from ringback.store.database import Database
from ringback.store.endings import Ending, Place
from ringback.store.history import SENT_AGAIN
from ringback.store.jobs import JobTable, NewJob, Pacing, note
from ringback.store.outcomes import Outcomes
from ringback.store.tickets import Line, Ticket
from ringback.store.watch import Watch


@dataclass(frozen=True, slots=True)
class Replacement:
    """The job that takes the place of another, and how it gets into the queue."""

    new: NewJob
    line: Line
    pacing: Pacing


class Again:
    """Unknown jobs that are sent again."""

    def __init__(
        self, database: Database, queries: Any, watch: Watch, jobs: JobTable, outcomes: Outcomes
    ) -> None:
        self._database = database
        self._queries = queries
        self._watch = watch
        self._jobs = jobs
        self._outcomes = outcomes

    async def settle(self, place: Place, ending: Ending, who: str, other: Replacement) -> bool:
        """Settle the job at `place` and accept `other`; False, with nothing written, if it is not unknown."""
        ticket = await self._database.write(partial(self._write, place, ending, who, other))
        self._watch.tell(place.job_id)
        if ticket is not None:
            await other.line.joined(ticket)
        return ticket is not None

    async def _write(
        self, place: Place, ending: Ending, who: str, other: Replacement, c: Any
    ) -> Ticket | None:
        new = other.new
        detail = {"sent_again_as": new.id}
        if not await self._outcomes.settle_within(place, ending, who, new.now, detail, c):
            return None
        ticket, _ = await self._jobs.write_new(new, other.line, other.pacing, c)
        text = f"Sent again in place of {place.job_id}."
        await note(
            self._queries,
            c,
            (new.account_id, new.id),
            new.now,
            SENT_AGAIN,
            who,
            message=text,
            in_place_of=place.job_id,
        )
        return ticket
