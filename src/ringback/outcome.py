"""What became of a job, as everyone sees it: the API, the command line, Python."""

from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from ringback.action import Verification
from ringback.actions import find
from ringback.clock import iso
from ringback.errors import NotFound
from ringback.store.rows import Attempt, Event, Job, State
from ringback.twilio.codes import explain

AT_ONCE = 1_000  # milliseconds; a turn that comes sooner is not worth a word
POLLED = "No public URL is set, so no status callback was asked for: Twilio is asked for the status instead."


class MessageView(BaseModel):
    """A job's message at Twilio; `status` is Twilio's word."""

    sid: str
    status: str | None
    error: dict[str, Any] | None = Field(None, description="Twilio's error code, explained.")
    watched: str | None = Field(None, description="callback, or polling where Twilio cannot reach us.")
    next_poll_at: str | None = None
    note: str | None = None


class Outcome(BaseModel):
    """A job: where it stands and what came of it. For a read, `id` is null and `state` is done."""

    model_config = ConfigDict(frozen=True)

    id: str | None
    action: str
    account: str
    state: State
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    message: MessageView | None = None
    notes: list[str] = []
    due_at: str | None = Field(None, description="When a waiting job may leave.")
    expected_at: str | None = Field(
        None, description="When the turn of a job that waits behind its sender's others is expected."
    )
    expires_at: str | None = Field(None, description="When a job is withdrawn if it still waits then.")
    redacted_at: str | None = Field(None, description="When its texts and numbers were erased.")
    created_at: str
    updated_at: str

    @property
    def done(self) -> bool:
        """Whether it was carried out; for a check this does not say that the code was right."""
        return self.state is State.DONE


class Timeline(Outcome):
    """A job with what was asked for, every try and all that happened to it."""

    input: dict[str, Any]
    idempotency_key: str | None
    requested_by: str
    attempts: list[dict[str, Any]]
    events: list[dict[str, Any]]


def outcome_of(job: Job) -> Outcome:
    """A job's row as an outcome."""
    return Outcome(**_facts(job))


def timeline_of(job: Job, attempts: list[Attempt], events: list[Event]) -> Timeline:
    """A job's row with its history."""
    return Timeline(
        **_facts(job),
        input=orjson.loads(job.input),
        idempotency_key=job.idempotency_key,
        requested_by=job.requested_by,
        attempts=[_attempt(attempt) for attempt in attempts],
        events=[_event(event) for event in events],
    )


def _facts(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "action": job.action,
        "account": job.account,
        "state": job.state,
        "result": _result(job),
        "error": orjson.loads(job.error) if job.error else None,
        "message": _message(job),
        "notes": orjson.loads(job.notes),
        "due_at": iso(job.due_at) if job.state is State.WAITING else None,
        "expected_at": iso(job.turn_at) if _waits_its_turn(job) else None,
        "expires_at": _instant(job.expires_at),
        "redacted_at": _instant(job.redacted_at),
        "created_at": iso(job.created_at),
        "updated_at": iso(job.updated_at),
    }


def _waits_its_turn(job: Job) -> bool:
    """A try that was put off, and an instant to come, are told by `due_at` alone."""
    return job.state is State.WAITING and job.turn_at > job.due_at + AT_ONCE


def _instant(milliseconds: int | None) -> str | None:
    return iso(milliseconds) if milliseconds is not None else None


def _result(job: Job) -> dict[str, Any] | None:
    if job.result is None:
        # A check that has not been answered is no success, however it is asked about.
        return {"verified": False} if _checks(job.action) else None
    found: dict[str, Any] = orjson.loads(job.result)
    return found


def _checks(action: str) -> bool:
    try:
        return find(action).verification is Verification.CHECKS
    except NotFound:
        return False  # written by a version that had this action


def _message(job: Job) -> MessageView | None:
    if job.message_sid is None:
        return None
    polled = job.message_watched == "polling"
    return MessageView(
        sid=job.message_sid,
        status=job.message_status,
        error=_message_error(job),
        watched=job.message_watched,
        next_poll_at=_instant(job.message_poll_at),
        note=POLLED if polled else None,
    )


def _message_error(job: Job) -> dict[str, Any] | None:
    if job.message_error_code is None:
        return None
    known = explain(job.message_error_code)
    facts: dict[str, Any] = {"code": job.message_error_code, "message": job.message_error}
    if known is None:
        return facts
    return facts | {
        "message": job.message_error or known.message,
        "cause": known.cause,
        "remedy": known.remedy,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "owner": attempt.owner,
        "started_at": iso(attempt.started_at),
        "ended_at": _instant(attempt.ended_at),
        "verdict": attempt.verdict,
        "detail": orjson.loads(attempt.detail) if attempt.detail else None,
    }


def _event(event: Event) -> dict[str, Any]:
    return {"at": iso(event.at), "kind": event.kind, "who": event.who, "detail": orjson.loads(event.detail)}
