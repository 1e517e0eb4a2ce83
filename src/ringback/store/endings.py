"""How a try ended, and what it made."""

from dataclasses import dataclass
from typing import Any

from ringback.store.rows import Job, State


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeMessage:
    """A message that a job made at Twilio; `poll_at` is None where callbacks tell its status."""

    sid: str
    status: str
    watched: str = "callback"
    poll_at: int | None = None
    error_code: int | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a try ended; WAITING puts the job back for another, `wait` milliseconds later.

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
