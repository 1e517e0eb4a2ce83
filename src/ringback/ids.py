"""Ids that sort by the time they were made."""

from secrets import token_hex


def new_id(prefix: str, now: int) -> str:
    """`prefix`, an underscore, 12 hex digits of the instant in milliseconds and 20 random ones."""
    return f"{prefix}_{now:012x}{token_hex(10)}"


def first_id(prefix: str, since: int) -> str:
    """What comes before each id that is made at that instant or later, and after all others."""
    return f"{prefix}_{since:012x}"
