"""How a try ended, and what it made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ringback.store.jobs import as_json, job_of
from ringback.store.rows import Job, State


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeMessage:
    """A message that a job made at Twilio; `poll_at` is when its status is asked for, if nobody tells it."""

    sid: str
    status: str
    watched: str = "callback"
    poll_at: int | None = None
    error_code: int | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a try ended; WAITING puts the job back for another, `wait` milliseconds later.

    After a last try that was not sent, `wait` is what there would have been before another.

    `proof` is the SID of what was made at Twilio, where that is no message.
    """

    state: State
    result: str | None = None
    error: dict[str, Any] | None = None
    message: MadeMessage | None = None
    proof: str | None = None
    wait: int = 0

    @property
    def verdict(self) -> str:
        """The word for the try itself."""
        return "not_sent" if self.state is State.WAITING else self.state.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which try of which job."""

    account_id: str
    job_id: str
    attempt: int

    @property
    def job(self) -> tuple[str, str]:
        """The job alone."""
        return (self.account_id, self.job_id)


def place_of(job: Job) -> Place:
    """The latest try of a job."""
    return Place(account_id=job.account_id, job_id=job.id, attempt=job.attempts)


def as_it_ended(claimed: Job | None, row: Mapping[str, Any], ending: Ending, now: int) -> Job | None:
    """The job as those who wait for it are told; None where only a read can tell."""
    message = ending.message
    expected = message.sid if message is not None else None
    if claimed is None or row["attempts"] != claimed.attempts or row["message_sid"] != expected:
        return None
    facts = {
        **claimed.__dict__,
        "state": ending.state,
        "result": ending.result,
        "error": as_json(ending.error) if ending.error else None,
        "message_sid": expected,
        "lease_owner": None,
        "lease_until": None,
        "sealed": None,
        "updated_at": now,
    }
    if message is not None:
        facts["message_status"], facts["message_watched"] = message.status, message.watched
        facts["message_poll_at"] = message.poll_at
    return job_of(facts)
