"""What is known of an API key beside its secret."""

from dataclasses import dataclass
from typing import Any

from twilio_simulator.clock import rfc2822


@dataclass(slots=True, eq=False)
class KeyRecord:
    """Name and dates of one key (`SK…`)."""

    sid: str
    friendly_name: str
    created: int
    updated: int

    def resource(self) -> dict[str, Any]:
        """The JSON of the key; the secret is shown only once, at its making."""
        return {
            "sid": self.sid,
            "friendly_name": self.friendly_name,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.updated),
        }
