"""What a SID looks like."""

import re
from functools import lru_cache


@lru_cache(maxsize=64)
def _pattern(prefix: str) -> re.Pattern[str]:
    return re.compile(f"{prefix}[0-9a-fA-F]{{32}}")


def is_sid(text: str, prefix: str = "[A-Z]{2}") -> bool:
    """Two capital letters (or the given prefix) and 32 hexadecimal digits."""
    return _pattern(prefix).fullmatch(text) is not None


def is_token(text: str) -> bool:
    """32 hexadecimal digits."""
    return _pattern("").fullmatch(text) is not None


SIMULATED = "51a0"
"""Reads like SIMO: every SID and token made here starts with it."""
FEWEST_DIGITS = 8
HALF = 16


def looks_real(token: str, sid: str | None) -> bool:
    """Whether an auth token could be somebody's own: random digits, for an account that is not simulated.

    Of 32 random hexadecimal digits fewer than 8 different ones, or a repeated half, are next to impossible.
    """
    if token.startswith(SIMULATED) or (sid or "").startswith(f"AC{SIMULATED}"):
        return False
    repeated = any(token == token[:length] * (len(token) // length) for length in (1, 2, 4, 8, HALF))
    return len(set(token.lower())) >= FEWEST_DIGITS and not repeated
