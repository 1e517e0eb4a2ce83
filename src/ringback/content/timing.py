"""When a message leaves: not before, not after, by whose schedule, and ahead of whom."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from ringback.action import Action, Verification
from ringback.clock import iso, milliseconds
from ringback.errors import FieldError
from ringback.numbers import is_messaging_service

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
FURTHEST = 366 * DAY
"""How far ahead Ringback itself keeps a message: a year, so that a slip in its digits is noticed."""
SOONEST_AT_TWILIO, FURTHEST_AT_TWILIO = 15 * MINUTE, 35 * DAY
"""Twilio docs, messaging/features/message-scheduling; its error pages (35114) already allow 5 minutes."""

RANK: Mapping[str, int] = {"one_time_code": 10, "normal": 0, "bulk": -10}
"""A sender's slot goes to the highest of what waits for it."""


def _moment(given: object) -> datetime:
    try:
        moment = given if isinstance(given, datetime) else datetime.fromisoformat(str(given).strip())
        if moment.utcoffset() is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refusal("Write an instant like 2030-01-31T09:00:00+01:00.") from None
    text = moment.isoformat()
    raise _refusal(f"{text} may mean another instant elsewhere. Add its offset: {text}+01:00, or {text}Z.")


def _after_send_at(expires_at: datetime | None, known: ValidationInfo) -> datetime | None:
    send_at = known.data.get("send_at")
    if expires_at is not None and send_at is not None and expires_at <= send_at:
        raise _refusal("It would expire before it is sent. Give an instant after send_at.")
    return expires_at


def _possible(scheduled_by: str, known: ValidationInfo) -> str:
    if scheduled_by != "twilio":
        return scheduled_by
    if known.data.get("send_at", "") is None:
        raise _refusal("Twilio schedules for an instant. Give it as send_at.")
    if not is_messaging_service(known.data.get("sender", "MG" + "0" * 32)):
        raise _refusal(
            "Twilio schedules only for a Messaging Service. Give one (MG…) as sender, or leave scheduled_by "
            "out: Ringback then keeps the message itself, for any sender."
        )
    return scheduled_by


def _refusal(text: str) -> PydanticCustomError:
    return PydanticCustomError("timing", "{text}", {"text": text})


Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""An instant with its offset, in UTC once read."""

Priority = Annotated[
    Literal["one_time_code", "normal", "bulk"],
    Field(
        description="Who leaves first where a sender's messages wait for each other: one_time_code before "
        "normal before bulk.",
        examples=["normal"],
    ),
]
SendAt = Annotated[
    Moment | None,
    Field(
        description="Not before this instant, in ISO 8601 with its offset, at most 366 days ahead; else at "
        "once.",
        examples=["2030-01-31T09:00:00+01:00"],
        json_schema_extra={"ages": True},
    ),
]
ExpiresAt = Annotated[
    Moment | None,
    AfterValidator(_after_send_at),
    Field(
        description="If it has not left by this instant, it is withdrawn and never sent.",
        examples=["2030-01-31T10:00:00+01:00"],
        json_schema_extra={"ages": True},
    ),
]
ScheduledBy = Annotated[
    Literal["ringback", "twilio"],
    AfterValidator(_possible),
    Field(
        description="Who keeps the message until send_at: ringback, for any sender; or twilio, from 15 "
        "minutes to 35 days ahead, for a Messaging Service.",
        examples=["ringback"],
    ),
]


def schedule(send_at: datetime | None, scheduled_by: str) -> dict[str, Any]:
    """Twilio's parameters, where Twilio is to keep the message."""
    return {"ScheduleType": "fixed", "SendAt": send_at} if scheduled_by == "twilio" else {}


def is_kept_by_twilio(inputs: Mapping[str, Any]) -> bool:
    """Whether the clock of Twilio's world decides when it is sent."""
    return inputs.get("scheduled_by") == "twilio"


def rank(action: Action[Any, Any], wanted: object) -> int:
    """Where a job stands among those of its sender; whoever waits for a code waits at a screen."""
    if action.verification is Verification.STARTS:
        return RANK["one_time_code"]
    return RANK[getattr(wanted, "priority", "normal")]


def untimely(inputs: Mapping[str, Any], ours: int, world: int | None) -> list[FieldError]:
    """What is wrong with the instants of raw inputs now; those that cannot be read are passed over.

    It is no part of the inputs' own validation: a job is read again when it leaves, and an idempotency key
    asked about again, after these instants. `world` is now at Twilio, None if nobody knows.
    """
    send_at, expires_at = _known(inputs.get("send_at")), _known(inputs.get("expires_at"))
    found = {
        "send_at": _unschedulable(send_at, world)
        if is_kept_by_twilio(inputs)
        else _unkeepable(send_at, ours),
        "expires_at": _past(expires_at, ours, "leave it out to keep it for as long as it takes"),
    }
    return [FieldError(name, message) for name, message in found.items() if message is not None]


def _known(given: object) -> int | None:
    if given is None:
        return None
    try:
        return milliseconds(_moment(given))
    except PydanticCustomError:
        return None


def _unschedulable(send_at: int | None, world: int | None) -> str | None:
    if send_at is None or world is None:
        return None
    first, last = world + SOONEST_AT_TWILIO, world + FURTHEST_AT_TWILIO
    if first <= send_at <= last:
        return None
    return (
        f"Twilio schedules from 15 minutes to 35 days ahead: now from {iso(first)} to {iso(last)}. Choose an "
        "instant between, or leave scheduled_by out: Ringback then keeps the message itself."
    )


def _unkeepable(send_at: int | None, ours: int) -> str | None:
    if send_at is not None and send_at > ours + FURTHEST:
        return f"It is more than 366 days ahead. Give {iso(ours + FURTHEST)} at the latest."
    return _past(send_at, ours, "leave it out to send at once")


def _past(instant: int | None, ours: int, otherwise: str) -> str | None:
    if instant is None or instant > ours:
        return None
    return f"It is past: {iso(instant)} was before now, {iso(ours)}. Give a later instant, or {otherwise}."
