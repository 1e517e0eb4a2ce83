"""Settles unknown jobs that change something by reading at Twilio what they change."""

import json

import orjson

from ringback.accounts import Accounts
from ringback.action import Verification
from ringback.actions import find
from ringback.clock import Clock
from ringback.errors import NotFound
from ringback.outbox.lookup import wording
from ringback.outbox.lookup.cancels import seen_of_cancel
from ringback.outbox.lookup.reading import Reading, Seen, seen_of
from ringback.store import Store
from ringback.store.endings import Ending, place_of
from ringback.store.rows import Account, Job, State

WHO = "reading"
MATCHED_BY = {"matched_by": "reading"}


def can_be_read(job: Job) -> bool:
    """Whether what a job changes can be read at Twilio."""
    try:
        return find(job.action).reading is not None
    except NotFound:
        return False  # written by a version that had this action


class Readings:
    """Reads what unknown jobs were to change."""

    def __init__(self, store: Store, accounts: Accounts, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._clock = clock

    async def ask(self, account: Account, job: Job, who: str) -> None:
        """Settle a job if what it changes is as wanted, else note what was read."""
        seen = await self._seen(account, job, who)
        if seen.result is None:
            text = seen.why or wording.UNCHANGED.format(action=job.action)
            await self._store.outcomes.add_note(place_of(job), "looked_up", who, self._clock(), text)

    async def look(self, account: Account, job: Job) -> None:
        """The same when its time has come; the last look that finds it otherwise settles it, too.

        What Twilio has not carried out by then counts as not sent: to repeat it does no harm.
        """
        looks, now = self._store.looks.looks, self._clock()
        seen = await self._seen(account, job, WHO)
        if seen.why is not None:
            error = json.dumps(wording.untraceable_error(job, seen.why))
            await self._store.looks.looked(job, seen.why, WHO, now, error, last=True)
        elif seen.result is None and job.looks + 1 < looks.most_looks:
            await self._store.looks.looked(job, wording.unchanged_for_now(job, looks.second), WHO, now)
        elif seen.result is None:
            ending = Ending(state=State.NOT_SENT, error=wording.unchanged_error(job, looks.second))
            await self._store.outcomes.settle(place_of(job), ending, WHO, now)

    async def _seen(self, account: Account, job: Job, who: str) -> Seen:
        """What was read; where that is as wanted, the job is done from now on."""
        now, action = self._clock(), find(job.action)
        twilio = await self._accounts.open(account)
        world = await twilio.world_time()
        reading = Reading(
            job=job,
            action=action,
            account=account,
            twilio=twilio,
            now=world,
            ahead=world - now,
            verifications=self._store.verifications,
        )
        if action.verification is Verification.CANCELS:
            seen = await seen_of_cancel(reading)
        else:
            seen = await seen_of(reading)
        if seen.result is not None:
            await self._settle(reading, seen.result.model_dump(mode="json"), who)
        return seen

    async def _settle(self, reading: Reading, told: dict[str, object], who: str) -> None:
        job, now = reading.job, self._clock()
        if reading.action.verification is Verification.CANCELS:
            await self._store.verifications.close(job.account_id, str(told["sid"]), "canceled", now)
        ending = Ending(state=State.DONE, result=orjson.dumps(told | MATCHED_BY).decode())
        text = wording.AS_WANTED.format(action=job.action)
        await self._store.outcomes.settle(place_of(job), ending, who, now, message=text, **MATCHED_BY)
