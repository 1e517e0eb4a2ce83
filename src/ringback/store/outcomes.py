"""What became of a job: recorded by its own try, by a callback, by a lapsed lease or by a person."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from ringback.errors import Conflict
from ringback.store.database import Database, of_job
from ringback.store.endings import Ending, MadeMessage, Place, as_it_ended, place_of
from ringback.store.jobs import note
from ringback.store.looks import Looks
from ringback.store.moves import Moves
from ringback.store.rows import Job, State
from ringback.store.watch import Watch

AnswerT = TypeVar("AnswerT")


class Outcomes:
    """Every way a running or unknown job moves on."""

    def __init__(self, database: Database, queries: Any, watch: Watch, looks: Looks | None = None) -> None:
        self._database = database
        self._queries = queries
        self._watch = watch
        self._moves = Moves(queries, looks or Looks())

    async def record(
        self, place: Place, ending: Ending, who: str, now: int, claimed: Job | None = None
    ) -> None:
        """Write what a try came to, also when its lease has lapsed meanwhile or a callback was first.

        From `claimed`, the job as it was claimed for this try, those who wait are told how it ended.
        """

        async def work(c: Any) -> Job | None:
            row, known = None, False
            if claimed is not None and ending.state is State.DONE:
                row = await self._finish(c, claimed, ending, now)
            if row is None:
                held = await self._queries.lock_job(c, id=place.job_id)
                await self._moves.end_attempt(c, place, held, ending, now)
                if _is_over(held, place, ending):
                    await self._tell_late(c, place, held, ending, who, now)
                    return None
                row = await self._end(c, place, ending, who, now)
            if ending.message is not None:
                known = await self._moves.keep(c, place, ending.message, now, row)
            if ending.proof is not None and not await self._moves.is_its_own(c, place, ending.proof):
                text = f"{ending.proof} was taken for another job's."
                await note(self._queries, c, place.job, now, "alarm", who, message=text, sid=ending.proof)
            return as_it_ended(claimed, row, ending, now) if row is not None and not known else None

        job = await self._database.write(work, of_job(place.job_id))
        self._watch.tell(place.job_id, job)

    async def _finish(self, c: Any, claimed: Job, ending: Ending, now: int) -> Any:
        """The way of nearly every job: it ran, and is done. None if something else befell it meanwhile."""
        row = await self._queries.finish_job(
            c,
            id=claimed.id,
            attempt=claimed.attempts,
            result=ending.result,
            message_sid=ending.message.sid if ending.message is not None else None,
            now=now,
        )
        if row is not None:
            await self._moves.insert_attempt(c, place_of(claimed), claimed.__dict__, ending, now)
        return row

    async def _end(self, c: Any, place: Place, ending: Ending, who: str, now: int) -> Any:
        """The row of the job if it ended; None where it waits again, or had ended before."""
        if ending.state is not State.WAITING:
            return await self._move(c, place, ending, who, now)
        if not await self._put_back(c, place, ending, who, now):
            # It was given up meanwhile: it can be told what it came to, but never tried again.
            await self._move(c, place, replace(ending, state=State.NOT_SENT), who, now)
        return None

    async def _tell_late(self, c: Any, place: Place, held: Any, ending: Ending, who: str, now: int) -> None:
        """An earlier try speaks again; only a message that it made is news."""
        if ending.message is not None:
            await self._moves.keep(c, place, ending.message, now)
            await self._prove(c, place, held, ending.message, who, now)

    async def report(self, place: Place, message: MadeMessage, who: str, now: int) -> bool:
        """A status was reported for a message of this job; False if it had been reported before."""

        async def work(c: Any, held: Any) -> bool:
            if (
                await self._queries.insert_report(
                    c, account_id=place.account_id, sid=message.sid, status=message.status, now=now
                )
                is None
            ):
                return False
            await note(
                self._queries,
                c,
                place.job,
                now,
                "status",
                who,
                sid=message.sid,
                status=message.status,
                error_code=message.error_code,
            )
            await self._moves.keep(c, place, message, now)
            await self._prove(c, place, held, message, who, now)
            return True

        return await self._write(place.job_id, work)

    async def condemn_lapsed(self, now: int) -> list[str]:
        """Running jobs whose process stopped renewing its lease become unknown."""

        async def lapsed(c: Any) -> list[Any]:
            return [row async for row in self._queries.jobs_with_lapsed_lease(c)]

        async def work(c: Any) -> list[str]:
            return [row["id"] for row in await lapsed(c) if await self._condemn(c, row, now)]

        if not await self._database.read(lapsed):
            return []  # nearly always, so the sweeps of all processes need not wait for their turn to write
        condemned = await self._database.write(work, of_job())
        for job_id in condemned:
            self._watch.tell(job_id)
        return condemned

    async def settle(self, place: Place, ending: Ending, who: str, now: int, **detail: Any) -> bool:
        """Settle an unknown job; False if it is not unknown. `detail` goes into the event.

        Raises:
            Conflict: What would prove it is another job's.
        """
        return await self._write(
            place.job_id, lambda c, _: self.settle_within(place, ending, who, now, detail, c)
        )

    async def settle_within(
        self, place: Place, ending: Ending, who: str, now: int, detail: Mapping[str, Any], c: Any
    ) -> bool:
        """`settle` within a transaction."""
        if not await self._moves.move(c, "unknown", place, ending, now):
            return False
        facts = {"state": ending.state, **(ending.error or {}), **detail}
        await note(self._queries, c, place.job, now, "settled", who, **facts)
        await self._claim(c, place, ending, now)
        if ending.message is not None:
            await self._moves.keep(c, place, ending.message, now)
        return True

    async def _claim(self, c: Any, place: Place, ending: Ending, now: int) -> None:
        """Write whose it is, then read it: of two processes at once the second reads the first one's name."""
        if ending.message is not None:
            await self._moves.insert_message(c, place, ending.message, now)
            known = await self._queries.message(c, account_id=place.account_id, sid=ending.message.sid)
            if known["job_id"] != place.job_id:
                raise Conflict(f"{ending.message.sid} is the message of another job, {known['job_id']}.")
        if ending.proof is not None and not await self._moves.is_its_own(c, place, ending.proof):
            raise Conflict(f"{ending.proof} was made by another job.")

    async def add_note(self, place: Place, kind: str, who: str, now: int, message: str) -> None:
        """Append an event that moves nothing."""
        await self._write(
            place.job_id, lambda c, _: note(self._queries, c, place.job, now, kind, who, message=message)
        )

    async def _condemn(self, c: Any, row: Any, now: int) -> bool:
        held = await self._queries.lock_job(c, id=row["id"])
        if held["state"] != "running" or held["leased"] >= 0 or held["attempts"] != row["attempts"]:
            return False  # it was renewed, or answered, while we looked
        place = Place(account_id=row["account_id"], job_id=row["id"], attempt=row["attempts"])
        ending = Ending(state=State.UNKNOWN, error={"message": LAPSED})
        await self._moves.insert_attempt(c, place, held, ending, now)
        await self._move(c, place, ending, "lease", now)
        return True

    async def _put_back(self, c: Any, place: Place, ending: Ending, who: str, now: int) -> bool:
        row = await self._queries.put_job_back(
            c, id=place.job_id, attempt=place.attempt, wait=ending.wait, now=now
        )
        if row is not None:
            await note(self._queries, c, place.job, now, "put_back", who, **(ending.error or {}))
        return row is not None

    async def _write(self, job_id: str, work: Callable[[Any, Any], Awaitable[AnswerT]]) -> AnswerT:
        async def locked(c: Any) -> AnswerT:
            return await work(c, await self._queries.lock_job(c, id=job_id))

        answer = await self._database.write(locked, of_job(job_id))
        self._watch.tell(job_id)
        return answer

    async def _move(self, c: Any, place: Place, ending: Ending, who: str, now: int) -> Any:
        sources = ("running",) if ending.state is State.UNKNOWN else ("running", "unknown")
        for source in sources:
            if (row := await self._moves.move(c, source, place, ending, now)) is not None:
                await note(self._queries, c, place.job, now, ending.state.value, who, **(ending.error or {}))
                return row
        await self._came_late(c, place, ending, who, now)
        return None

    async def _came_late(self, c: Any, place: Place, ending: Ending, who: str, now: int) -> None:
        job = await self._queries.job(c, id=place.job_id)
        if job["state"] == "done" and ending.state is State.DONE:
            if job["result"] == ending.result:
                return  # a write that is repeated because its commit was not answered
            await self._queries.complete_result(c, id=place.job_id, result=ending.result, now=now)
            await note(self._queries, c, place.job, now, "answered", who)
        elif ending.state.value not in (job["state"], "unknown"):  # who cannot tell contradicts nobody
            text = f"The try ended {ending.state.value} after the job was {job['state']}."
            await note(self._queries, c, place.job, now, "alarm", who, message=text)

    async def _prove(self, c: Any, place: Place, held: Any, message: MadeMessage, who: str, now: int) -> None:
        # A callback names a message that exists: whatever the try seemed to come to, it was sent.
        # A job put back after a NotSent that was none leaves the queue through running: never send twice.
        await self._moves.move(c, "waiting", place, Ending(state=State.RUNNING), now)
        ending = Ending(state=State.DONE, result=json.dumps({"sid": message.sid, "status": message.status}))
        for source in ("running", "unknown"):
            if await self._moves.move(c, source, place, ending, now):
                if held["state"] == "running":
                    await self._moves.insert_attempt(
                        c, replace(place, attempt=held["attempts"]), held, ending, now
                    )
                await note(self._queries, c, place.job, now, "done", who, proved_by=message.status)
                return
        job = await self._queries.job(c, id=place.job_id)
        if job["state"] != "done":
            text = f"{message.sid} exists at Twilio, and the job is {job['state']}."
            await note(self._queries, c, place.job, now, "alarm", who, message=text)


def _is_over(held: Any, place: Place, ending: Ending) -> bool:
    """Whether a further try has begun, or may: one that speaks twice must not end another.

    A write whose commit was not answered is repeated (`until_written`), and may have been done. What it put
    back may have been withdrawn since: nothing else that runs can be.
    """
    put_back = ending.state is State.WAITING and held["state"] in ("waiting", "withdrawn")
    return bool(held["attempts"] != place.attempt or put_back)


LAPSED = (
    "The process that ran this try stopped before it recorded an answer. The message may have been sent, so "
    "it is not tried again: a status callback settles it, or listing at Twilio, or you."
)
