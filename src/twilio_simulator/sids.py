"""Identifiers, codes and jitter, all repeatable by seed."""

from random import Random

HEX = 128


class Sids:
    """Twilio's identifiers: two letters and 32 hexadecimal digits.

    Each prefix draws from a stream of its own, so that polling (which takes request ids) does not change the
    SIDs of the messages made in between.
    """

    def __init__(self, seed: int | None) -> None:
        self._seed = Random(seed).getrandbits(64)  # noqa: S311 - repeatable by design
        self._streams: dict[str, Random] = {}

    def stream(self, name: str) -> Random:
        """The random numbers for one purpose."""
        found = self._streams.get(name)
        if found is None:
            found = self._streams[name] = Random(f"{self._seed}{name}")  # noqa: S311 - as above
        return found

    def new(self, prefix: str) -> str:
        """A fresh SID."""
        return f"{prefix}{self.stream(prefix).getrandbits(HEX):032x}"

    def digits(self, length: int) -> str:
        """A fresh verification code."""
        return str(self.stream("code").randrange(10**length)).zfill(length)
