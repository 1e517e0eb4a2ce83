"""What an account can send from, numbers and WhatsApp senders; and its verified callers."""

from dataclasses import dataclass, field
from typing import Any

from twilio_simulator.clock import rfc2822

CAPABILITIES = ("voice", "sms", "mms")
TEXTS = (
    "sms_application_sid",
    "sms_fallback_method",
    "sms_fallback_url",
    "sms_method",
    "sms_url",
    "status_callback",
    "status_callback_method",
    "voice_application_sid",
    "voice_fallback_method",
    "voice_fallback_url",
    "voice_method",
    "voice_url",
)


TOLL_FREE = frozenset({"800", "833", "844", "855", "866", "877", "888"})
BRITISH_MOBILE = "+447"


def line_type(number: str) -> str:
    """`tollfree`, `mobile` or `local`; North America's mobile numbers are local ones."""
    if number.startswith("+1") and number[2:5] in TOLL_FREE:
        return "tollfree"
    return "mobile" if number.startswith(BRITISH_MOBILE) else "local"


def friendly(number: str) -> str:
    """How Twilio names a number by default: `(415) 555-0100` in North America."""
    local = number[2:]
    return f"({local[:3]}) {local[3:6]}-{local[6:]}" if number.startswith("+1") else number


@dataclass(slots=True, eq=False)
class Number:
    """One IncomingPhoneNumber; `settings` holds its URLs and methods by property name."""

    sid: str
    account_sid: str
    number: str
    friendly_name: str
    capabilities: frozenset[str]
    created: int
    updated: int
    settings: dict[str, str] = field(default_factory=dict)
    caller_id_lookup: bool = False

    @property
    def path(self) -> str:
        """Its URI without the suffix."""
        return f"/2010-04-01/Accounts/{self.account_sid}/IncomingPhoneNumbers/{self.sid}"

    def setting(self, name: str) -> str:
        """A URL, method or SID, or what Twilio shows when it is not set."""
        return self.settings.get(name, "POST" if name.endswith("_method") else "")

    def resource(self) -> dict[str, Any]:
        """The JSON of the IncomingPhoneNumber."""
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "friendly_name": self.friendly_name,
            "phone_number": self.number,
            **{name: self.setting(name) for name in TEXTS},
            "voice_caller_id_lookup": self.caller_id_lookup,
            "voice_receive_mode": "voice",
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.updated),
            "capabilities": {name: name in self.capabilities for name in (*CAPABILITIES, "fax")},
            "beta": False,
            "api_version": "2010-04-01",
            "uri": f"{self.path}.json",
            "address_requirements": "none",
            "address_sid": None,
            "identity_sid": None,
            "bundle_sid": None,
            "trunk_sid": None,
            "emergency_status": "Inactive",
            "emergency_address_sid": None,
            "emergency_address_status": "unregistered",
            "origin": "twilio",
            "status": "in-use",
            "type": line_type(self.number),
        }


@dataclass(slots=True, eq=False)
class CallerId:
    """A verified number, which is an OutgoingCallerId."""

    sid: str
    account_sid: str
    number: str
    friendly_name: str
    created: int

    def resource(self) -> dict[str, Any]:
        """The JSON of the OutgoingCallerId."""
        path = f"/2010-04-01/Accounts/{self.account_sid}/OutgoingCallerIds/{self.sid}"
        return {
            "sid": self.sid,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.created),
            "friendly_name": self.friendly_name,
            "account_sid": self.account_sid,
            "phone_number": self.number,
            "uri": f"{path}.json",
        }


_UNSAID = (
    *("about", "address", "description", "emails", "logo_url", "vertical", "websites", "banner_url"),
    *("privacy_url", "terms_of_service_url", "accent_color", "phone_numbers"),
)
"""What a sender's profile may tell beside the name."""


@dataclass(slots=True, eq=False)
class WhatsappSender:
    """A WhatsApp sender of the account's own."""

    sid: str
    number: str
    name: str
    callback_url: str | None = None
    status_callback_url: str | None = None

    def resource(self, address: str) -> dict[str, Any]:
        """The JSON of the channel sender."""
        return {
            "sid": self.sid,
            "status": "ONLINE",
            "sender_id": f"whatsapp:{self.number}",
            "configuration": {
                "waba_id": "0" * 15,
                "verification_method": None,
                "verification_code": None,
                "voice_application_sid": None,
                "account_type": None,
            },
            "webhook": {
                "callback_url": self.callback_url,
                "callback_method": "POST",
                "fallback_url": None,
                "fallback_method": "POST",
                "status_callback_url": self.status_callback_url,
                "status_callback_method": "POST",
            },
            "profile": {"name": self.name, **dict.fromkeys(_UNSAID)},
            "properties": {"quality_rating": "HIGH", "messaging_limit": "10K Customers/24hr"},
            "offline_reasons": None,
            "compliance": None,
            "url": f"{address}/v2/Channels/Senders/{self.sid}",
        }
