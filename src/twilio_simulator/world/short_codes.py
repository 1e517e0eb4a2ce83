"""Short codes that an account rents."""

from dataclasses import dataclass, field
from typing import Any

from twilio_simulator.clock import rfc2822


@dataclass(slots=True, eq=False)
class ShortCode:
    """Five or six digits to send from; `settings` holds its URLs and methods by property name."""

    sid: str
    account_sid: str
    short_code: str
    created: int
    updated: int
    friendly_name: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    def setting(self, name: str) -> str:
        """A URL or method; a short code has no application."""
        return self.settings.get(name, "POST" if name.endswith("_method") else "")

    def resource(self) -> dict[str, Any]:
        """The JSON of the ShortCode."""
        path = f"/2010-04-01/Accounts/{self.account_sid}/SMS/ShortCodes/{self.sid}"
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.updated),
            "friendly_name": self.friendly_name or self.short_code,
            "short_code": self.short_code,
            "sid": self.sid,
            "sms_fallback_method": self.settings.get("sms_fallback_method", "POST"),
            "sms_fallback_url": self.settings.get("sms_fallback_url"),
            "sms_method": self.settings.get("sms_method", "POST"),
            "sms_url": self.settings.get("sms_url") or None,
            "uri": f"{path}.json",
        }
