"""Settles an unknown send by looking for its message in Twilio's list."""

from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from ringback.accounts import Accounts
from ringback.actions import find
from ringback.clock import Clock, milliseconds
from ringback.errors import Conflict
from ringback.outbox.attempt import makes_message
from ringback.segments import smart_encode
from ringback.store import Store
from ringback.store.outcomes import Ending, MadeMessage, Place
from ringback.store.rows import Account, Job, State
from ringback.twilio import resources
from ringback.twilio.client import Twilio

SKEW = 60_000  # milliseconds; Twilio's dates have whole seconds, and its clock is not ours
TRIAL_PREFIX = (
    "Sent from your Twilio trial account - "  # Twilio docs, usage/tutorials: classic trial accounts
)

NOT_FOUND = (
    "No such message was found at Twilio. That alone does not prove that it was not sent: a list may lag. "
    "If it stays away, settle the job as not_sent and send again under a new intent."
)
AMBIGUOUS = (
    "{count} messages at Twilio fit this job, so it stays unknown. Look at them and settle it yourself."
)


class Reconcile:
    """Looks one unknown job up."""

    def __init__(self, store: Store, accounts: Accounts, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._clock = clock

    async def __call__(self, job: Job, who: str) -> None:
        """Settle it as done if exactly one message fits, else note what was found. Raises `Conflict`."""
        if job.state is not State.UNKNOWN:
            raise Conflict(f"The job is {job.state.value}; only an unknown job can be reconciled.")
        if not makes_message(find(job.action)):
            raise Conflict(f"{job.action} makes no message to look for. Settle the job once you know.")
        place = Place(account_id=job.account_id, job_id=job.id, attempt=job.attempts)
        found = await self._fitting(job)
        if len(found) == 1:
            ending = _matched(found[0], self._clock())
            await self._store.outcomes.settle(place, ending, who, self._clock())
            return
        message = AMBIGUOUS.format(count=len(found)) if found else NOT_FOUND
        await self._store.outcomes.add_note(place, "looked_up", who, self._clock(), message)

    async def _fitting(self, job: Job) -> list[dict[str, Any]]:
        account = await self._accounts.by_id(job.account_id)
        if account is None or account.removed_at is not None:
            raise Conflict(f"The account {job.account} was removed. Settle the job once you know.")
        since = await self._started(account, job) - SKEW
        twilio = await self._accounts.open(account)
        wanted = orjson.loads(job.input)
        fitting = [found async for found in _since(twilio, wanted["to"], since) if fits(found, wanted)]
        known = [await self._store.outcomes.knows(account.id, found["sid"]) for found in fitting]
        return [found for found, taken in zip(fitting, known, strict=True) if not taken]

    async def _started(self, account: Account, job: Job) -> int:
        attempts, _ = await self._store.jobs.timeline(job.id)
        # The try began by our clock; Twilio's dates, and a simulator's above all, follow another.
        ahead = await self._accounts.world_time(account) - self._clock()
        return attempts[-1].started_at + ahead


async def _since(twilio: Twilio, recipient: str, since: int) -> AsyncIterator[dict[str, Any]]:
    """The recipient's messages, newest first; by `To` alone, since DateSent hides what is queued."""
    async for found in twilio.items(resources.messages(), To=recipient):
        if milliseconds(parsedate_to_datetime(found["date_created"])) < since:
            return
        yield found


def fits(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a message at Twilio is what a job asked for."""
    sender = wanted["sender"]
    from_sender = sender in (found["from"], found["messaging_service_sid"])
    body = wanted.get("body") or ""
    texts = {body, smart_encode(body), TRIAL_PREFIX + body}
    return found["direction"] == "outbound-api" and from_sender and (found["body"] or "") in texts


def _matched(found: dict[str, Any], now: int) -> Ending:
    message = MadeMessage(
        sid=found["sid"],
        status=found["status"],
        watched="polling",
        poll_at=now,
        error_code=found["error_code"],
        error_message=found["error_message"],
    )
    result = orjson.dumps({"sid": found["sid"], "status": found["status"], "matched_by": "listing"}).decode()
    return Ending(state=State.DONE, result=result, message=message)
