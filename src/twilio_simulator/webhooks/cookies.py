"""Cookies that the customer's server set, kept per pair of numbers (Twilio docs, TwiML for messaging)."""

from collections.abc import Iterable

from twilio_simulator.clock import HOUR

IDLE = 4 * HOUR
"""They are forgotten after so much inactivity."""
KEPT_JARS, KEPT_COOKIES = 2000, 50
Pair = tuple[str, str, str]
"""The account, and the two numbers in any one order."""


class Cookies:
    """One jar per pair of numbers and host."""

    def __init__(self) -> None:
        self._jars: dict[tuple[Pair, str], tuple[int, dict[str, str]]] = {}

    def header(self, pair: Pair, host: str, now: int) -> str:
        """The Cookie header for a request now; blank when there is nothing to send."""
        since, jar = self._jars.get((pair, host), (0, {}))
        if not jar or now - since > IDLE:
            self._jars.pop((pair, host), None)
            return ""
        self._jars[pair, host] = (now, jar)
        return "; ".join(f"{name}={value}" for name, value in jar.items())

    def keep(self, pair: Pair, host: str, lines: Iterable[str], now: int) -> None:
        """Take the Set-Cookie lines of an answer."""
        _, jar = self._jars.get((pair, host), (0, {}))
        for line in lines:
            _take(jar, line)
        while len(jar) > KEPT_COOKIES:
            del jar[next(iter(jar))]
        if jar:
            self._jars[pair, host] = (now, jar)
        if len(self._jars) > KEPT_JARS:
            del self._jars[next(iter(self._jars))]

    def clear(self) -> None:
        """Forget all of them."""
        self._jars.clear()


def _take(jar: dict[str, str], line: str) -> None:
    pair, _, attributes = line.partition(";")
    name, equals, value = pair.strip().partition("=")
    if not equals or not name:
        return
    jar.pop(name, None)
    if "max-age=0" not in attributes.replace(" ", "").lower():
        jar[name] = value
