"""The single steps of a job, its tries and its message, each within somebody's transaction."""

from collections.abc import Mapping
from typing import Any

from ringback.store.endings import Ending, MadeMessage, Place
from ringback.store.jobs import as_json, note
from ringback.store.looks import Looks
from ringback.store.rows import State
from ringback.store.statuses import SETTLED, moves_forward


class Moves:
    """What any way of telling an outcome is made of."""

    def __init__(self, queries: Any, looks: Looks) -> None:
        self._queries = queries
        self._looks = looks

    async def move(self, c: Any, source: str, place: Place, ending: Ending, now: int) -> Any:
        """The row of the job as it is now; None if it was not in that state."""
        row = await self._queries.move_job(
            c,
            id=place.job_id,
            state=source,
            new_state=ending.state.value,
            result=ending.result,
            error=as_json(ending.error) if ending.error else None,
            message_sid=ending.message.sid if ending.message is not None else None,
            now=now,
        )
        if row is not None and ending.state is State.UNKNOWN:
            await self._queries.plan_first_look(c, id=place.job_id, wait=self._looks.first)
        elif row is not None and source == "unknown" and (ending.result or ending.state is not State.DONE):
            # A person who named no message left it among those that may have made one.
            await self._queries.end_looks(c, id=place.job_id)
        return row

    async def insert_attempt(
        self, c: Any, place: Place, running: Mapping[str, Any], ending: Ending, now: int
    ) -> None:
        """A try has its row when it ends; until then its job tells whose it is and when it began."""
        await self._queries.insert_attempt(
            c,
            **_spoken(place, ending),
            owner=running["lease_owner"],
            started_at=running["updated_at"],
            now=now,
        )

    async def end_attempt(self, c: Any, place: Place, held: Any, ending: Ending, now: int) -> None:
        """The try has come to this, as far as its job, whose row is `held`, does not know already."""
        if held["state"] == "running" and held["attempts"] == place.attempt:
            await self.insert_attempt(c, place, held, ending, now)
        else:
            await self._queries.correct_attempt(c, **_spoken(place, ending), now=now)

    async def insert_message(self, c: Any, place: Place, message: MadeMessage, now: int) -> Any:
        """Note whose a message is; None if that was noted."""
        return await self._queries.insert_message(
            c,
            account_id=place.account_id,
            sid=message.sid,
            job_id=place.job_id,
            attempt=place.attempt,
            status=message.status,
            watched=message.watched,
            poll_at=message.poll_at,
            now=now,
        )

    async def keep(
        self, c: Any, place: Place, message: MadeMessage, now: int, job: Mapping[str, Any] | None = None
    ) -> bool:
        """Keep a job's message; whether one was known already. `job` is its row, if just written."""
        fresh = await self.insert_message(c, place, message, now) is not None
        named = job is not None and job["message_sid"] == message.sid
        if (
            not named
            and await self._queries.name_message(c, id=place.job_id, message_sid=message.sid) is None
        ):
            await self._compare_sid(c, place, message, now)
        if fresh and message.error_code is None:
            return False
        known = await self._queries.message(c, account_id=place.account_id, sid=message.sid)
        if known["job_id"] != place.job_id:
            text = f"{message.sid} was taken for the message of {known['job_id']}, which it is not."
            await note(self._queries, c, place.job, now, "alarm", "ringback", message=text, sid=message.sid)
        if message.error_code is not None or moves_forward(known["status"], message.status):
            status = message.status if moves_forward(known["status"], message.status) else known["status"]
            await self._queries.move_message(
                c,
                account_id=place.account_id,
                sid=message.sid,
                now=now,
                error_code=message.error_code,
                error_message=message.error_message,
                status=status,
                settled=int(status in SETTLED),
            )
        return True

    async def _compare_sid(self, c: Any, place: Place, message: MadeMessage, now: int) -> None:
        job = await self._queries.job(c, id=place.job_id)
        if job["message_sid"] != message.sid:
            text = f"A second message, {message.sid}, exists for this job beside {job['message_sid']}."
            await note(self._queries, c, place.job, now, "alarm", "ringback", message=text, sid=message.sid)

    async def is_its_own(self, c: Any, place: Place, sid: str) -> bool:
        """Note that something at Twilio proves this job; whether it proves no other."""
        await self._queries.insert_proof(c, account_id=place.account_id, sid=sid, job_id=place.job_id)
        known = await self._queries.proof(c, account_id=place.account_id, sid=sid)
        return bool(known["job_id"] == place.job_id)


def _spoken(place: Place, ending: Ending) -> dict[str, Any]:
    """What a try says of itself, as columns."""
    return {
        "account_id": place.account_id,
        "job_id": place.job_id,
        "number": place.attempt,
        "verdict": ending.verdict,
        "detail": as_json(ending.error or {}),
    }
