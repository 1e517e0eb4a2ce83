"""What a fault of the book has in store for a message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fate:
    """Blank fields leave things to the handset."""

    stuck_at: str = ""
    """It never goes beyond this status: accepted by the API, lost behind it."""
    at: str = ""
    """In this status its end comes."""
    status: str = ""
    """The end."""
    code: int | None = None
    late_ms: int = 0
    """So much later it is delivered after all."""
