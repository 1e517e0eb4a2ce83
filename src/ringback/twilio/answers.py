"""What an answer of Twilio means: the body of a success, or a failure with its verdict and its words."""

from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import orjson

from ringback.errors import Failure, Fault, NotSent, OutcomeUnknown, Refused, Verdict
from ringback.twilio.codes import Explanation, explain
from ringback.twilio.transport import SETTLE, Request, Response

BY_CODE: Mapping[int, Verdict] = {
    20429: Verdict.NOT_SENT,  # too many requests at once: not processed, safe to repeat (docs errors/20429)
    60212: Verdict.NOT_SENT,  # Verify was asked for this number a moment ago: not processed
    21611: Verdict.NOT_SENT,  # the sender's queue is full: the message was not taken
    60202: Verdict.REFUSED,  # 429 in name, yet repeating is refused until the verification ends
    60203: Verdict.REFUSED,
    60728: Verdict.REFUSED,
}
"""Twilio codes whose verdict does not follow from the HTTP status."""

REACHED = "twilio-reached-rate-limit"
"""A rate limit of the Verify service was reached for the key that it was given (OpenAPI of verify v2).

The 20429 beside it does not mean too many requests at once: sent again by itself, it would be a code that
nobody waits for any more.
"""

BY_STATUS: Mapping[int, Verdict] = {
    # A timeout of something on the way: the request may have gone on to Twilio before.
    HTTPStatus.REQUEST_TIMEOUT: Verdict.UNKNOWN,
}
"""HTTP statuses that differ from their class."""

SUCCESS, REFUSAL = 2, 4

BY_CLASS: Mapping[int, Verdict] = {
    # An answer that could not be read, or one to come: Twilio took the request and its SID is not known.
    1: Verdict.UNKNOWN,
    2: Verdict.UNKNOWN,
    # Twilio does not redirect its API, so something in between spoke, before or after the request went on.
    3: Verdict.UNKNOWN,
    4: Verdict.REFUSED,
    # "The request may have been carried out" (docs errors/20500), 503 included.
    5: Verdict.UNKNOWN,
}
"""The rest, by the first digit of the HTTP status."""

HOLD = {60202: 600.0, 60203: 600.0, 60728: 3600.0}
"""Seconds at most until a refusal ends, when no header says: a verification's lifetime, an hour's limit."""

AUTHENTICATION, TRIAL, INVALID_PARAMETER = 20003, 10002, 60200
"""The second is for what a trial cannot do; since 2026 Twilio answers the first, with a text that says so."""

PARAMETERS = {
    "To": "to",
    "Code": "code",
    "Channel": "channel",
    "CustomCode": "custom_code",
    "CustomFriendlyName": "custom_friendly_name",
    "Locale": "locale",
    "SendDigits": "send_digits",
    "TemplateSid": "template_sid",
    "VerificationSid": "verification_sid",
}
"""60200 names Twilio's parameter in its text; these are our inputs."""


def content(request: Request, response: Response) -> dict[str, Any]:
    """The object in a success; empty for a 204.

    Raises:
        Refused: A definite no.
        NotSent: Not carried out, or a read without a usable answer.
        OutcomeUnknown: Perhaps carried out.
    """
    if response.status // 100 == SUCCESS:
        found = {} if response.status == HTTPStatus.NO_CONTENT else _object(response.body)
        if found is not None:
            return found
    raise failure(request, response)


def failure(request: Request, response: Response) -> Failure:
    """The failure that an answer is, by the tables above."""
    said = _object(response.body) or {}
    code = said["code"] if type(said.get("code")) is int else None
    kind = verdict(response.status, code)
    fault = _fault(said, code, response)
    if _is_limited(response):
        return Refused(replace(fault, cause=LIMITED, remedy=WAIT, field="rate_limits"))
    if kind is Verdict.REFUSED:
        return Refused(fault)
    return NotSent(fault) if kind is Verdict.NOT_SENT or request.read else OutcomeUnknown(fault)


def verdict(status: int, code: int | None) -> Verdict:
    """The verdict on an answer that is no success."""
    kind = status // 100
    if kind == REFUSAL and code is not None and code in BY_CODE:
        return BY_CODE[code]
    if status == HTTPStatus.TOO_MANY_REQUESTS and code is None:
        # Without a code of its own it is the limit on requests at once, which are not processed.
        return Verdict.NOT_SENT
    return BY_STATUS.get(status) or BY_CLASS.get(kind, Verdict.UNKNOWN)


def _is_limited(response: Response) -> bool:
    return response.status == HTTPStatus.TOO_MANY_REQUESTS and bool(response.headers.get(REACHED))


LIMITED = "A rate limit of the Verify service is reached for the key that rate_limits gives."
WAIT = "Nothing was sent. Let the person ask again once the time in retry_after has passed."


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _fault(said: Mapping[str, Any], code: int | None, response: Response) -> Fault:
    words = _words(said)
    known = _explanation(code, words)
    return Fault(
        message=words or (known.message if known else _shape(response)),
        code=code,
        http_status=response.status,
        cause=known.cause if known else _pointers(said),
        remedy=known.remedy if known else _remedy(response.status, code),
        field=_field(code, words) or (known.field if known else None),
        retry_after=HOLD.get(code or 0) if (wait := _seconds(response.headers)) is None else wait,
        request_id=response.headers.get("twilio-request-id"),
        concurrent_requests=_concurrent(response),
    )


def _concurrent(response: Response) -> int | None:
    """Twilio's own count of the account's requests, other programs' too; of interest with a 429."""
    text = response.headers.get("twilio-concurrent-requests", "").strip()
    counted = response.status == HTTPStatus.TOO_MANY_REQUESTS and text.isascii() and text.isdigit()
    return int(text) if counted else None


def _words(said: Mapping[str, Any]) -> str:
    """Twilio's own sentence: `message` (classic), or `detail` and `title` (RFC 9457)."""
    for name in ("message", "detail", "title"):
        if isinstance(said.get(name), str) and said[name].strip():
            return str(said[name])
    return ""


def _pointers(said: Mapping[str, Any]) -> str | None:
    """The parameters that an RFC 9457 answer points at."""
    errors = said.get("errors")
    if not isinstance(errors, list):
        return None
    lines = [f"{e.get('pointer', '')}: {e.get('detail', '')}" for e in errors if isinstance(e, dict)]
    return "; ".join(lines) or None


def _explanation(code: int | None, words: str) -> Explanation | None:
    if code is None:
        return None
    trial = code == AUTHENTICATION and "trial account" in words.lower()
    return explain(TRIAL if trial else code)


def _shape(response: Response) -> str:
    """What came instead of an error that Twilio wrote; the body itself is never repeated."""
    kind = "nothing" if not response.body.strip() else "JSON of no known form"
    if kind != "nothing" and "json" not in response.headers.get("content-type", ""):
        kind = "a page instead of JSON"
    return f"Twilio answered {response.status} with {kind}."


def _remedy(status: int, code: int | None) -> str:
    match verdict(status, code):
        case Verdict.NOT_SENT:
            return "Nothing was carried out; try again."
        case Verdict.REFUSED:
            return (
                "Look the code up in Twilio's error dictionary."
                if code
                else "Check the base URL and proxies."
            )
    return SETTLE


def _field(code: int | None, words: str) -> str | None:
    """`Invalid parameter: To` and, older, the name in back-ticks."""
    if code != INVALID_PARAMETER:
        return None
    return PARAMETERS.get(words.rpartition(" ")[2].strip("`."))


def _seconds(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` in seconds; a date is measured from the answer's own `Date`, so no clock is needed."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())
