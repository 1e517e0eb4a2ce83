"""What one row of the ledger holds."""

from typing import Literal, NamedTuple

Confidence = Literal["captured", "documented", "inferred"]


class Rule(NamedTuple):
    """A refusal at once (`status` is the HTTP status) or a late code (`status` is None)."""

    code: int
    status: int | None
    text: str
    source: str
    confidence: Confidence
    read: str = "2026-11"
    """The month in which the source was read."""
    alert: bool = False
    """It shows in the debugger only, never in an answer of the REST API."""
    level: Literal["error", "warning"] = "error"
    """How the debugger files it."""
    late: bool = False
    """An alert that also ends a message, with this code as its error_code."""
    forced: bool = False
    """Nothing in the simulator brings it about by itself: a fault, or a phone's `outcome_code`, has to."""
