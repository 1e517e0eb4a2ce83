"""Everything that can go wrong, as one tree.

RingbackError                 something a person can act on; never a traceback for a user's mistake
├── InvalidInput              422  the caller's input; every bad field at once
├── Unauthorized              401  no key, or a key nobody knows
├── Forbidden                 403  a key without the scope or the account
├── NotFound                  404  no such account, job, action or key
├── Conflict                  409  a name taken, an idempotency key reused, a state that forbids the move
├── Misconfigured             500  a setting, a key file, a port or a database that cannot serve
├── Unavailable               503  the store cannot answer now; nothing was half-written
│   └── Full                  503  the queue is too long for one more; nothing was accepted
└── Failure                        what became of a call to Twilio, by verdict
    ├── Refused               422  Twilio (or a rule we can check before the call) said no
    ├── NotSent               422  it never left, or Twilio did not process it: safe to try again
    └── OutcomeUnknown        202  it left and no usable answer came: never replayed blindly
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Verdict(StrEnum):
    """What is known of a try that did not succeed."""

    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad field: its name as the caller wrote it, and what is wrong and how to mend it."""

    field: str
    message: str


class RingbackError(Exception):
    """The root; `status` is the HTTP status, `title` the short name of the problem."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Ringback error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def problem(self) -> dict[str, Any]:
        """The error as an RFC 9457 problem document."""
        return {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.message}


class InvalidInput(RingbackError):
    """The input cannot be used; `errors` names every bad field."""

    status = 422
    title = "Invalid input"

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors

    def problem(self) -> dict[str, Any]:
        """The problem document with `errors[] {field, message}`."""
        return super().problem() | {"errors": [asdict(error) for error in self.errors]}


class Unauthorized(RingbackError):
    """No key came, or one that is not known."""

    status = 401
    title = "Unauthorized"


class Forbidden(RingbackError):
    """The key is good but may not do this."""

    status = 403
    title = "Forbidden"


class NotFound(RingbackError):
    """Nothing goes by that name."""

    status = 404
    title = "Not found"


class Conflict(RingbackError):
    """It clashes with what is already there."""

    status = 409
    title = "Conflict"


class Misconfigured(RingbackError):
    """The installation itself must be mended before this can work."""

    title = "Misconfigured"


class Unavailable(RingbackError):
    """The store cannot answer now; try again in `retry_after` seconds."""

    status = 503
    title = "Unavailable"

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Full(Unavailable):
    """The queue takes no more for now; nothing was accepted."""

    title = "Queue full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is known of a failed call: Twilio's own code and words, and ours about them.

    `retry_after` is in seconds. `field` is the action's input at fault. `request_id` is Twilio's `RQ…`.
    `concurrent_requests` is Twilio's count of the account's requests at that moment, told with a 429.
    """

    message: str
    code: int | None = None
    http_status: int | None = None
    cause: str | None = None
    remedy: str | None = None
    field: str | None = None
    retry_after: float | None = None
    request_id: str | None = None
    concurrent_requests: int | None = None

    def facts(self) -> dict[str, Any]:
        """The fields that are known, for a job's `error` and a problem document."""
        return {name: value for name, value in asdict(self).items() if value is not None}


class Failure(RingbackError):
    """A call to Twilio that did not succeed; `fault` says what is known, `verdict` what follows."""

    verdict: ClassVar[Verdict]

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault

    def problem(self) -> dict[str, Any]:
        """The problem document with `code`, `cause`, `remedy` and the verdict."""
        return super().problem() | self.fault.facts() | {"verdict": self.verdict.value}


class Refused(Failure):
    """A definite no: trying the same again would be refused again."""

    status = 422
    title = "Refused"
    verdict = Verdict.REFUSED


class NotSent(Failure):
    """Nothing was carried out: no connection was made, or Twilio answered that it did not process it."""

    status = 422
    title = "Not sent"
    verdict = Verdict.NOT_SENT


class OutcomeUnknown(Failure):
    """It may have been carried out. Twilio has no idempotency key, so it must be settled, never repeated."""

    status = 202
    title = "Outcome unknown"
    verdict = Verdict.UNKNOWN
