"""Two programs that answer each other would never stop: Twilio stops them (errors/14107)."""

from dataclasses import dataclass

from twilio_simulator.clock import SECOND

BREAK = 30 * SECOND
"""A reply so long after the one before begins a new count; so long replies fail once there were too many."""
KEPT_PAIRS = 5000


@dataclass(slots=True)
class _Talk:
    count: int = 0
    last: int = -BREAK
    held_until: int = 0


class LoopGuard:
    """Counts the replies between two numbers, in whichever direction they go."""

    def __init__(self) -> None:
        self._talks: dict[tuple[str, str], _Talk] = {}

    def admits(self, numbers: tuple[str, str], now: int, most: int) -> bool:
        """Whether one more reply may pass; `most` may follow each other."""
        low, high = sorted(numbers)
        if len(self._talks) > KEPT_PAIRS:
            del self._talks[next(iter(self._talks))]
        talk = self._talks.setdefault((low, high), _Talk())
        if now < talk.held_until:
            return False
        talk.count = talk.count + 1 if now - talk.last < BREAK else 1
        talk.last = now
        if talk.count > most:
            talk.count, talk.held_until = 0, now + BREAK
        return talk.held_until <= now
