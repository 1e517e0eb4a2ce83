"""One try of one job: open the account, pass the guard, send, and say how it ended."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from ringback.accounts import Accounts
from ringback.action import Action, Channel, Effect, Proof, Result
from ringback.actions import find
from ringback.clock import Clock
from ringback.errors import Failure, Fault, NotFound, NotSent, OutcomeUnknown, RingbackError, Unavailable
from ringback.inputs import Accepted
from ringback.log import logger
from ringback.outbox.retry import POLL_AFTER, Backoff
from ringback.secrets import Keyring, UnknownKey, job_place
from ringback.store.endings import Ending, MadeMessage
from ringback.store.rows import Job, State
from ringback.store.statuses import CALLBACK_WITHIN
from ringback.verifications import Run, Verifications

log = logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Everything a try needs; `accepted` are inputs read here before, `chance` answers 0..1 for jitter."""

    accounts: Accounts
    verifications: Verifications
    keyring: Keyring
    clock: Clock
    public_url: str | None
    accepted: Accepted = field(default_factory=Accepted)
    backoff: Backoff = field(default_factory=Backoff)
    chance: Callable[[], float] = random.random

    async def run(self, job: Job) -> Ending:
        """Perform a claimed job once; never raises."""
        try:
            run = await self._prepared(job)
        except Exception as error:  # noqa: BLE001 - nothing left, so our own mistake is no unknown outcome
            return self._unprepared(job, error)
        try:
            result = await self.verifications.guarded(run, lambda: run.action(run.wanted, run.twilio))
            return self._done(run, result)
        except Exception as error:  # noqa: BLE001 - our own mistake must not lose the job: it may have left
            return self._failed(job, _failure_of(error, job))

    async def _prepared(self, job: Job) -> Run:
        action = find(job.action)
        opened = await self.accounts.opened(job.account_id, job.account_at)
        if opened is None:
            raise NotFound(f"The account {job.account} was removed before this job could be sent.")
        twilio = opened.twilio.with_callback(self.callback_url(action, job))
        wanted = self.accepted.take(job.id) or self._read(action, job)
        return Run(action=action, wanted=wanted, account=opened.account, twilio=twilio, use=job.id)

    def _read(self, action: Action[Any, Any], job: Job) -> Any:
        inputs = orjson.loads(job.input)
        if job.sealed is not None:
            inputs |= orjson.loads(self.keyring.open(job.sealed, job_place(job.id)))
        return action.input.model_validate(inputs)

    def callback_url(self, action: Action[Any, Any], job: Job) -> str | None:
        """Where Twilio reports the status of this very try; None where it cannot reach us."""
        if self.public_url is None or not makes_message(action):
            return None
        return f"{self.public_url}/hooks/{job.account_id}/status/{job.id}/{job.attempts}"

    def _unprepared(self, job: Job, error: Exception) -> Ending:
        if isinstance(error, Unavailable | UnknownKey):  # another machine may have the key already
            return self._not_sent(job, NotSent(Fault(message=error.message)))
        if isinstance(error, RingbackError):
            # It will not leave until somebody mends the installation.
            return Ending(state=State.NOT_SENT, error={"message": error.message})
        log.error("attempt_broke", job=job.id, action=job.action, error=type(error).__name__)
        return Ending(state=State.NOT_SENT, error={"message": UNREADABLE})

    def _failed(self, job: Job, failure: Failure) -> Ending:
        if isinstance(failure, NotSent):
            return self._not_sent(job, failure)
        return Ending(state=State(failure.verdict.value), error=failure.fault.facts())

    def _not_sent(self, job: Job, failure: NotSent) -> Ending:
        """It waits for another try, or had its last one; its sender may have to rest in both cases."""
        state = State.WAITING if self.backoff.allows_another(job.attempts) else State.NOT_SENT
        wait = self.backoff.wait(job.attempts, failure.fault.retry_after, self.chance)
        return Ending(state=state, error=failure.fault.facts(), wait=wait)

    def _done(self, run: Run, result: Result) -> Ending:
        message = self._message(run, result) if makes_message(run.action) else None
        name = PROVED_BY.get(run.action.proof) if run.action.proof is not None else None
        proof = getattr(result, name) if name is not None else None
        return Ending(state=State.DONE, result=result.model_dump_json(), message=message, proof=proof)

    def _message(self, run: Run, result: Any) -> MadeMessage:
        called = run.twilio.status_callback is not None
        return MadeMessage(
            sid=result.sid,
            status=result.status,
            watched="callback" if called else "polling",
            poll_at=self.clock() + (CALLBACK_WITHIN if called else POLL_AFTER[0]),
        )


def _failure_of(error: Exception, job: Job) -> Failure:
    """What an exception says; `Unavailable` comes of the guard alone, before the bytes leave."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, Unavailable):
        return NotSent(Fault(message=error.message))
    name = type(error).__name__
    log.error("attempt_broke", job=job.id, action=job.action, error=name)  # its text may hold a body
    return OutcomeUnknown(Fault(message=BROKE.format(error=name)))


PROVED_BY = {Proof.CODE: "attempt_sid", Proof.CALL: "sid"}
"""Where a result names what was made, lest it be taken for another job's; a message has a row of its own."""

UNREADABLE = (
    "This version of Ringback cannot read the job, so nothing was sent. Send it again under a new intent."
)
BROKE = "Ringback itself failed after the request may have left ({error})."


def makes_message(action: Action[Any, Any]) -> bool:
    """Whether a Message at Twilio comes of it, whose status can be followed."""
    return action.effect is Effect.SEND and action.channel in (Channel.SMS, Channel.WHATSAPP)
