"""A TwiML application: a set of URLs under one SID."""

from dataclasses import dataclass, field
from typing import Any

from twilio_simulator.clock import rfc2822

TEXTS = (
    "message_status_callback",
    "sms_fallback_method",
    "sms_fallback_url",
    "sms_method",
    "sms_status_callback",
    "sms_url",
    "status_callback",
    "status_callback_method",
    "voice_fallback_method",
    "voice_fallback_url",
    "voice_method",
    "voice_url",
)


@dataclass(slots=True, eq=False)
class TwimlApplication:
    """One Application; `settings` holds its URLs and methods by property name."""

    sid: str
    account_sid: str
    friendly_name: str
    created: int
    updated: int
    settings: dict[str, str] = field(default_factory=dict)
    caller_id_lookup: bool = False
    public: bool = False

    def setting(self, name: str) -> str:
        """A URL or method; blank, or POST, when it was not set."""
        return self.settings.get(name, "POST" if name.endswith("_method") else "")

    def resource(self) -> dict[str, Any]:
        """The JSON of the Application."""
        path = f"/2010-04-01/Accounts/{self.account_sid}/Applications/{self.sid}"
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.updated),
            "friendly_name": self.friendly_name,
            "sid": self.sid,
            "uri": f"{path}.json",
            **{
                name: self.setting(name) or (None if name.endswith(("_url", "callback")) else "")
                for name in TEXTS
            },
            "voice_caller_id_lookup": self.caller_id_lookup,
            "public_application_connect_enabled": self.public,
        }
