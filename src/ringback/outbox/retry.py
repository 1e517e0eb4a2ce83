"""When a try that left nothing behind is made again, and when a status is asked for again."""

import math
from collections.abc import Callable

SECOND = 1_000
FIRST_WAIT = 1 * SECOND
LONGEST_WAIT = 60 * SECOND
GROWTH = 4
MOST_TRIES = 6
JITTER = 0.1  # Twilio's own advice for 429: plus or minus a tenth

POLL_AFTER = tuple(seconds * SECOND for seconds in (1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1800, 3600))
POLL_FOR = 11 * 3600 * SECOND  # Twilio keeps a message queued for 10 hours at most (ValidityPeriod)


def tries_left(attempts: int) -> bool:
    """Whether a job that was tried so often may be tried again."""
    return attempts < MOST_TRIES


def wait_before(attempts: int, retry_after: float | None, chance: Callable[[], float]) -> int:
    """Milliseconds to wait after the given number of tries; `chance` answers 0..1."""
    grown = min(FIRST_WAIT * math.prod([GROWTH] * (attempts - 1)), LONGEST_WAIT)
    asked = round((retry_after or 0) * SECOND)
    return round(max(grown, asked) * (1 + JITTER * (2 * chance() - 1)))


def next_poll(polls: int, age: int) -> int | None:
    """Milliseconds until a status is asked for again; None once Twilio itself has given the message up."""
    if age > POLL_FOR:
        return None
    return POLL_AFTER[min(polls, len(POLL_AFTER) - 1)]
