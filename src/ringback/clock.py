"""The one place that reads the time; everything else is handed a clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]
"""Answers the present as milliseconds since 1970 in UTC."""


def machine_clock() -> int:
    """The machine's wall clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def moment(milliseconds: int) -> datetime:
    """A stored instant as an aware datetime in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(instant: datetime) -> int:
    """An aware datetime as a stored instant."""
    return round(instant.timestamp() * 1000)


def iso(instant: int) -> str:
    """A stored instant as ISO 8601 with milliseconds, `2026-11-23T14:18:21.000Z`."""
    return moment(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")
