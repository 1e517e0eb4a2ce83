"""Filters of lists by date, like `DateSent>`: a date means its whole day in GMT, bounds are inclusive."""

from twilio_simulator.clock import moment
from twilio_simulator.exchange import Request

DAY = 86_400_000
DATE_LENGTH = 10


def in_range(request: Request, name: str, instant: int | None) -> bool:
    """Whether the instant fits all that is asked of it; without one nothing does."""
    for suffix in ("", "<", ">"):
        text = request.asked(name + suffix)
        if text and (instant is None or not _holds(suffix, text, instant)):
            return False
    return True


def _holds(suffix: str, text: str, instant: int) -> bool:
    start = moment(text)
    if start is None:
        return True
    end = start + (DAY if len(text.strip()) <= DATE_LENGTH else 1000)
    if suffix == "<":
        return instant < end
    return instant >= start if suffix == ">" else start <= instant < end
