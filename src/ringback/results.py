"""Results that several actions share, read from Twilio's answers."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, BeforeValidator, Field, computed_field

from ringback.action import Result
from ringback.twilio.codes import explain


def _instant(value: Any) -> Any:
    """The 2010 API writes RFC 2822, the newer ones ISO 8601, which pydantic reads itself."""
    return parsedate_to_datetime(value) if isinstance(value, str) and "," in value else value


Instant = Annotated[datetime, BeforeValidator(_instant)]
Count = Annotated[int, BeforeValidator(lambda value: len(value) if isinstance(value, list) else value)]


def _newest_attempt(value: Any) -> Any:
    """Of Twilio's list of deliveries the latest; ISO instants of one form sort as text."""
    if not isinstance(value, list):
        return value
    return max(value, key=lambda attempt: attempt["time"])["attempt_sid"] if value else None


AttemptSid = Annotated[str | None, BeforeValidator(_newest_attempt)]


class AcceptedMessage(Result):
    """A message that Twilio took; what becomes of it follows in status callbacks."""

    sid: str
    status: str
    to: str
    sender: str | None = Field(None, validation_alias=AliasChoices("from", "sender"))
    num_segments: int
    num_media: int = 0


class FoundMessage(AcceptedMessage):
    """A message as it is now. `price` is negative and comes some time after delivery."""

    body: str | None = None
    direction: str | None = None
    messaging_service_sid: str | None = None
    date_created: Instant | None = None
    date_sent: Instant | None = None
    price: Decimal | None = None
    price_unit: str | None = None
    error_code: int | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def error(self) -> dict[str, Any] | None:
        """What the error code means and what to do, in our words."""
        known = explain(self.error_code) if self.error_code else None
        return asdict(known) if known else None


class StartedVerification(Result):
    """A verification whose code is on its way. `sends` counts the deliveries so far, this one included."""

    sid: str
    service_sid: str
    to: str
    channel: str
    status: str
    sends: Count = Field(validation_alias=AliasChoices("send_code_attempts", "sends"))
    attempt_sid: AttemptSid = Field(None, validation_alias=AliasChoices("send_code_attempts", "attempt_sid"))


CodeOutcome = Literal["approved", "wrong_code", "expired", "too_many_checks", "not_found"]
OUTCOMES: dict[str, CodeOutcome] = {
    "approved": "approved",
    "pending": "wrong_code",
    "expired": "expired",
    "max_attempts_reached": "too_many_checks",
}
"""From Twilio's word; any other (canceled, deleted, failed) means that there is nothing left to check."""


class CheckedCode(Result):
    """Whether the code was right. A wrong code is an answer, not an error, and never a success."""

    verified: bool
    outcome: CodeOutcome
    verification_sid: str | None
    status: str | None
    to: str | None
    channel: str | None

    @classmethod
    def of(cls, checked: dict[str, Any]) -> Self:
        """Read Twilio's answer to a check."""
        status = checked["status"]
        outcome = OUTCOMES.get(status, "not_found")
        return cls(
            verified=outcome == "approved",
            outcome=outcome,
            verification_sid=checked.get("sid"),
            status=status,
            to=checked.get("to"),
            channel=checked.get("channel"),
        )
