"""The rows of the ledger, frozen; instants are milliseconds since 1970 in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, TypeVar

RowT = TypeVar("RowT")


def row_as(kind: type[RowT], row: Mapping[str, Any]) -> RowT:
    """A row as its dataclass. A column that a newer version has added meanwhile is left out."""
    return kind(**{field.name: row[field.name] for field in fields(kind)})  # type: ignore[arg-type]


class State(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen of itself."""
        return self not in (State.WAITING, State.RUNNING, State.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A connected Twilio account; `auth_token`, `previous_token` and `api_key_secret` are sealed."""

    id: str
    name: str
    account_sid: str
    auth_token: bytes
    api_key_sid: str | None
    api_key_secret: bytes | None
    environment: str
    region: str | None
    edge: str | None
    base_url: str | None
    default_sender: str | None
    default_country: str | None
    default_verify_service: str | None
    verification_lifetime: int
    report: str
    created_at: int
    updated_at: int
    removed_at: int | None
    previous_token: bytes | None = None
    previous_until: int | None = None
    not_found_means: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key of ours; `scopes` and `accounts` are JSON lists."""

    id: str
    name: str
    hash: bytes
    scopes: str
    accounts: str | None
    created_at: int
    revoked_at: int | None


@dataclass(frozen=True, kw_only=True)
class Job:
    """One accepted action; `input`, `notes`, `result` and `error` are JSON, `message_…` its message's.

    `account_at` is when its account was changed last, as the claim saw it.
    """

    account_id: str
    id: str
    action: str
    state: State
    idempotency_key: str | None
    input_digest: bytes
    input: str
    sealed: bytes | None
    recipient: str | None
    message_sid: str | None
    notes: str
    result: str | None
    error: str | None
    attempts: int
    due_at: int
    lease_owner: str | None
    lease_until: int | None
    requested_by: str
    created_at: int
    updated_at: int
    sender: str | None
    priority: int
    cost: int
    turn_at: int
    expires_at: int | None
    look_at: int | None
    looks: int
    redacted_at: int | None
    trace: str | None
    account: str
    message_status: str | None = None
    message_error_code: int | None = None
    message_error: str | None = None
    message_watched: str | None = None
    message_poll_at: int | None = None
    account_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a job; `verdict` is None while it runs, `detail` is JSON."""

    account_id: str
    job_id: str
    number: int
    owner: str
    started_at: int
    ended_at: int | None
    verdict: str | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a job; `detail` is JSON."""

    account_id: str
    job_id: str
    number: int
    at: int
    kind: str
    who: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A Message at Twilio; `status` is Twilio's word, `watched` is callback or polling."""

    account_id: str
    sid: str
    job_id: str
    attempt: int
    status: str
    error_code: int | None
    error_message: str | None
    watched: str
    poll_at: int | None
    polls: int
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A verification that Ringback started; instants are of the account's world clock."""

    account_id: str
    sid: str
    service_sid: str
    recipient: str
    state: str
    started_at: int
    deadline: int
    deadline_is_ours: int
    checks: int
    max_checks: int | None
    sends: int
    max_sends: int | None
    updated_at: int
    counted: str = ""

    def counts(self, use: str) -> bool:
        """Whether the send or check of that name is among those that were counted."""
        return f" {use} " in self.counted
