"""Status callbacks: checked by signature, noted once, able to settle a job whose answer was lost.

Source: Twilio docs, messaging/guides/track-outbound-message-status and usage/security (signature).
"""

import re
from dataclasses import dataclass
from enum import Enum

from ringback.accounts import Accounts
from ringback.clock import Clock
from ringback.log import logger
from ringback.store import Store
from ringback.store.endings import MadeMessage, Place
from ringback.store.statuses import CALLBACK_WITHIN, SETTLED
from ringback.twilio.codes import explain
from ringback.twilio.signature import valid

WHO = "callback"
JOB_ID = re.compile("job_[0-9a-f]{32}")

log = logger()


class Heard(Enum):
    """What a callback came to."""

    NOTED = "noted"
    REPEATED = "repeated"
    REFUSED = "refused"  # unknown account, unknown job and bad signature alike
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A status callback as it came: the path's parts, the URL as Twilio signed it, the form in order."""

    account_id: str
    job_id: str
    attempt: int
    url: str
    signature: str
    form: tuple[tuple[str, str], ...]

    def value(self, name: str) -> str | None:
        """The first value of a form parameter."""
        return next((value for key, value in self.form if key == name), None)


class StatusCallbacks:
    """Hears callbacks."""

    def __init__(self, store: Store, accounts: Accounts, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._clock = clock

    async def hear(self, callback: Callback) -> Heard:
        """Check and note one callback; a repeated one changes nothing."""
        if not await self._signed(callback):
            # Whoever calls may have written anything for it.
            job = callback.job_id if JOB_ID.fullmatch(callback.job_id) else "none"
            log.warning("callback_refused", job=job, reason="signature or address")
            return Heard.REFUSED
        sid, status = callback.value("MessageSid"), callback.value("MessageStatus")
        if not sid or not status:
            return Heard.UNREADABLE
        place = Place(account_id=callback.account_id, job_id=callback.job_id, attempt=callback.attempt)
        reported = _reported(callback, sid, status, self._clock())
        news = await self._store.outcomes.report(place, reported, WHO, self._clock())
        if news:
            await self._store.senders.heed(callback.job_id, reported.error_code)
        log.info("callback", job=callback.job_id, message_sid=sid, status=status)
        return Heard.NOTED if news else Heard.REPEATED

    async def _signed(self, callback: Callback) -> bool:
        account = await self._accounts.by_id(callback.account_id)
        if account is None or account.removed_at is not None:
            return False
        if not valid(callback.signature, callback.url, callback.form, await self._accounts.tokens(account)):
            return False
        job = await self._store.jobs.get(callback.job_id)
        if job is None or job.account_id != account.id or callback.attempt < 1:
            return False
        # The signature covers the URL, so a signed callback names the job and try that we wrote into it.
        return callback.attempt <= job.attempts or await self._store.restoring.lost_tries_of(job.id)


def _reported(callback: Callback, sid: str, status: str, now: int) -> MadeMessage:
    code = callback.value("ErrorCode")
    number = int(code) if code and code.isdecimal() else None
    known = explain(number) if number else None
    return MadeMessage(
        sid=sid,
        status=status,
        poll_at=None if status in SETTLED else now + CALLBACK_WITHIN,
        error_code=number,
        error_message=callback.value("ErrorMessage") or (known.message if known else None),
    )
