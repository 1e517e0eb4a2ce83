"""When a try that left nothing behind is made again, and when a status is asked for again."""

import math
from collections.abc import Callable
from dataclasses import dataclass

SECOND = 1_000
LONGEST_ASKED = 3600 * SECOND  # whatever Retry-After says: a job must not sleep for years over a broken proxy

POLL_AFTER = tuple(seconds * SECOND for seconds in (1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1800, 3600))
MISSED_AFTER = (3600 * SECOND, 4 * 3600 * SECOND)  # where callbacks tell, and one may have been missed
POLL_FOR = 11 * 3600 * SECOND  # Twilio keeps a message queued for 10 hours at most (ValidityPeriod)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How often a job is tried, and how the waits between grow; times are milliseconds."""

    most_tries: int = 6
    first: int = 1 * SECOND
    longest: int = 60 * SECOND
    growth: int = 4
    jitter: float = 0.1  # Twilio's own advice for 429: plus or minus a tenth

    def allows_another(self, attempts: int) -> bool:
        """Whether a job that was tried so often may be tried again."""
        return attempts < self.most_tries

    def wait(self, attempts: int, retry_after: float | None, chance: Callable[[], float]) -> int:
        """How long to wait after so many tries; `chance` answers 0..1, `retry_after` is in seconds.

        Never shorter than Twilio asked for.
        """
        drawn = chance()
        grown = min(self.first * math.pow(self.growth, attempts - 1), self.longest)
        asked = min((retry_after or 0) * SECOND, LONGEST_ASKED)
        return round(max(grown * (1 + self.jitter * (2 * drawn - 1)), asked * (1 + self.jitter * drawn)))


def next_poll(watched: str, polls: int, age: int) -> int | None:
    """Milliseconds until a status is asked for again; None once Twilio itself has given the message up."""
    if age > POLL_FOR:
        return None
    waits = MISSED_AFTER if watched == "callback" else POLL_AFTER
    return waits[min(polls, len(waits) - 1)]
