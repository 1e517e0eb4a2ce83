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
