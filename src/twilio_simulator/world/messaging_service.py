"""A Messaging Service: a pool of senders and how it uses them."""

from dataclasses import dataclass, field
from typing import Any

from twilio_simulator.clock import iso
from twilio_simulator.world.keywords import Keywords

_LINKS = {
    "phone_numbers": "PhoneNumbers",
    "short_codes": "ShortCodes",
    "alpha_senders": "AlphaSenders",
    "messages": "Messages",
    "us_app_to_person": "Compliance/Usa2p",
    "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
    "channel_senders": "ChannelSenders",
    "destination_alpha_senders": "DestinationAlphaSenders",
}
LONGEST_VALIDITY = 36_000
"""Seconds: how long a message may wait in a queue when nobody says less."""


@dataclass(slots=True, eq=False)
class MessagingService:
    """`pool` holds its senders' addresses (`+1…`, `whatsapp:+1…`, `ACME`) in the order of their coming."""

    sid: str
    account_sid: str
    friendly_name: str
    created: int
    updated: int = 0
    pool: list[str] = field(default_factory=list)
    since: dict[str, int] = field(default_factory=dict)
    """When a sender came into the pool, where that was later than the service."""
    alpha_sids: dict[str, str] = field(default_factory=dict)
    """The SIDs of alphanumeric senders, by their text."""
    inbound_request_url: str | None = None
    inbound_method: str = "POST"
    fallback_url: str | None = None
    fallback_method: str = "POST"
    status_callback: str | None = None
    sticky_sender: bool = True
    mms_converter: bool = True
    smart_encoding: bool = True
    scan_message_content: str = "inherit"
    fallback_to_long_code: bool = True
    area_code_geomatch: bool = True
    synchronous_validation: bool = False
    validity_period: int = LONGEST_VALIDITY
    usecase: str = "undeclared"
    use_inbound_webhook_on_number: bool = False
    advanced_opt_out: bool = False
    """Set in the Console only: webhooks then say OptOutType, and keywords hold on WhatsApp too."""
    keywords: Keywords = field(default_factory=Keywords)
    """What Advanced Opt-Out listens to."""
    sticky: dict[str, str] = field(default_factory=dict)
    """Which sender a recipient is used to."""
    turns: int = 0
    """How often a sender was chosen in turn."""

    def resource(self, address: str) -> dict[str, Any]:
        """The JSON of the service."""
        url = f"{address}/v1/Services/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "friendly_name": self.friendly_name,
            "date_created": iso(self.created),
            "date_updated": iso(self.updated or self.created),
            "inbound_request_url": self.inbound_request_url,
            "inbound_method": self.inbound_method,
            "fallback_url": self.fallback_url,
            "fallback_method": self.fallback_method,
            "status_callback": self.status_callback,
            "sticky_sender": self.sticky_sender,
            "mms_converter": self.mms_converter,
            "smart_encoding": self.smart_encoding,
            "scan_message_content": self.scan_message_content,
            "fallback_to_long_code": self.fallback_to_long_code,
            "area_code_geomatch": self.area_code_geomatch,
            "synchronous_validation": self.synchronous_validation,
            "validity_period": self.validity_period,
            "url": url,
            "links": {name: f"{url}/{tail}" for name, tail in _LINKS.items()},
            "usecase": self.usecase,
            "us_app_to_person_registered": False,
            "use_inbound_webhook_on_number": self.use_inbound_webhook_on_number,
        }
