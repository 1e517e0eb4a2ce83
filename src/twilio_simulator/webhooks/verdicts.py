"""Whether an answer of the customer's server is one that Twilio can work with."""

from twilio_simulator.twiml.document import TwimlError, document
from twilio_simulator.webhooks.wire import Answered

XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
WITH_TWIML = frozenset({"inbound", "voice", "action"})
CLIENT_ERROR, SERVER_ERROR, NO_CONTENT = 400, 500, 204
SUCCESS = range(200, 300)


def media_kind(header: str | None) -> str:
    """A Content-Type without its parameters."""
    return (header or "").partition(";")[0].strip().lower()


def retry_reason(status: int) -> str | None:
    """Which retry policy the status falls under."""
    if status >= SERVER_ERROR:
        return "5xx"
    return "4xx" if status >= CLIENT_ERROR else None


def problem(kind: str, answered: Answered) -> tuple[int, str] | None:
    """What the debugger would say of the answer: a code and the particulars; None when it is fine."""
    if answered.status not in SUCCESS:
        return 11200, f"the server answered {answered.status}"
    if kind not in WITH_TWIML or answered.status == NO_CONTENT:
        return None
    if answered.too_large:
        return 11750, "the answer is larger than 64 kB"
    if not answered.body:
        return 11770, "the answer is empty; <Response/> says that there is nothing to do"
    return _content_problem(kind, answered)


def _content_problem(kind: str, answered: Answered) -> tuple[int, str] | None:
    media = media_kind(answered.headers.get("content-type"))
    if media == "text/plain" or (kind == "voice" and media.startswith("audio/")):
        return None
    if media not in XML_TYPES:
        return 12300, f"the Content-Type is {media or 'missing'}; text/xml is right"
    try:
        document(answered.body)
    except TwimlError as error:
        return error.code, str(error)
    return None
