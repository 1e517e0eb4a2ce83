"""Asks Twilio for the status of messages where no callback can reach us, or one may have been missed."""

import asyncio
from typing import Any

from ringback.accounts import Accounts
from ringback.clock import Clock
from ringback.errors import Refused, RingbackError
from ringback.outbox.retry import next_poll
from ringback.store import Store
from ringback.store.endings import MadeMessage, Place
from ringback.store.rows import Message
from ringback.store.statuses import SETTLED
from ringback.twilio import resources

AT_ONCE = 20
CLAIM_MS = 60_000
WHO = "polling"
SCHEDULED = "scheduled"
GONE = 20404  # the message was deleted, or never was


class Polling:
    """One pass over the messages that are due."""

    def __init__(self, store: Store, accounts: Accounts, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._clock = clock

    async def ask_due(self) -> None:
        """Ask for each status that is due and plan the next question."""
        due = await self._store.polls.due(self._clock(), AT_ONCE)
        asked = await asyncio.gather(*(self._ask_once(message) for message in due), return_exceptions=True)
        for error in asked:
            if error is not None:
                raise error

    async def ask_for(self, account_id: str, sid: str) -> None:
        """Ask for one status now, due or not, because somebody is looking."""
        message = await self._store.polls.of(account_id, sid)
        if message is not None:
            await self._ask_once(message)

    async def _ask_once(self, message: Message) -> None:
        if await self._store.polls.claim(message, self._clock() + CLAIM_MS):
            await self._store.polls.plan(message, await self._ask(message))

    async def _ask(self, message: Message) -> int | None:
        account = await self._accounts.by_id(message.account_id)
        if account is None or account.removed_at is not None:
            return None
        now = self._clock()
        # What Twilio keeps until an instant to come is followed from when it leaves, days after it was made.
        still = message.status == SCHEDULED
        later = next_poll(message.watched, message.polls, 0 if still else now - message.updated_at)
        again = now + later if later is not None else None
        try:
            twilio = await self._accounts.open(account)
            found = await twilio.fetch(resources.message(message.sid))
        except RingbackError as error:
            # A token that was rotated is put right one day; only a message that is gone stays away.
            return None if isinstance(error, Refused) and error.fault.code == GONE else again
        await self._note(message, found)
        return None if found["status"] in SETTLED else again

    async def _note(self, message: Message, found: dict[str, Any]) -> None:
        place = Place(account_id=message.account_id, job_id=message.job_id, attempt=message.attempt)
        reported = MadeMessage(
            sid=message.sid,
            status=found["status"],
            watched="polling",
            error_code=found.get("error_code"),
            error_message=found.get("error_message"),
        )
        if found["status"] != message.status:
            await self._store.outcomes.report(place, reported, WHO, self._clock())
            await self._store.senders.heed(message.job_id, reported.error_code)
