"""Verify: services, verifications, and each time a code was sent."""

from dataclasses import dataclass, field
from typing import Any, Literal

from twilio_simulator.clock import iso
from twilio_simulator.countries import country
from twilio_simulator.world.carriers import Carrier
from twilio_simulator.world.verify_parts import (
    MessagingConfiguration,
    RateLimit,
    VerifyGuards,
    VerifyWebhook,
)

MAX_SENDS = 5
MAX_CHECKS = 5
VerificationStatus = Literal["pending", "approved", "canceled", "max_attempts_reached", "expired", "deleted"]
_LINKS = {
    "verification_checks": "VerificationCheck",
    "verifications": "Verifications",
    "rate_limits": "RateLimits",
    "messaging_configurations": "MessagingConfigurations",
    "entities": "Entities",
    "webhooks": "Webhooks",
    "access_tokens": "AccessTokens",
}


@dataclass(slots=True)
class Attempt:
    """One sending of a code (`VL…`)."""

    sid: str
    channel: str
    at: int


@dataclass(slots=True, eq=False)
class Verification:
    """One verification (`VE…`); the code itself is seen only on the handset and through the control API."""

    sid: str
    account_sid: str
    service_sid: str
    to: str
    channel: str
    code: str
    created: int
    expires: int
    updated: int
    status: VerificationStatus = "pending"
    amount: str | None = None
    payee: str | None = None
    locale: str = "en"
    custom_code: bool = False
    lookup: dict[str, Any] = field(default_factory=dict)
    checks: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    sna_url: str | None = None
    sna_code: int | None = None
    """How the handset's visit to the URL ended: 0 for well, None before it."""
    polls: list[int] = field(default_factory=list)
    """Instants of the last day's fetches."""

    def lives(self, now: int) -> bool:
        """Whether it can still be fetched and checked."""
        return self.status in ("pending", "max_attempts_reached") and now < self.expires

    def resource(self, address: str) -> dict[str, Any]:
        """The JSON of the verification."""
        return {
            "sid": self.sid,
            "service_sid": self.service_sid,
            "account_sid": self.account_sid,
            "to": self.to,
            "channel": self.channel,
            "status": self.status,
            "valid": self.status == "approved",
            "date_created": iso(self.created),
            "date_updated": iso(self.updated),
            "lookup": self.lookup,
            "amount": self.amount,
            "payee": self.payee,
            "send_code_attempts": [
                {"time": iso(one.at), "channel": _shown(one.channel), "attempt_sid": one.sid}
                for one in self.attempts
            ],
            "sna": None if self.sna_url is None else {"url": address + self.sna_url},
            "url": f"{address}/v2/Services/{self.service_sid}/Verifications/{self.sid}",
        }

    def check_resource(self, *, valid: bool) -> dict[str, Any]:
        """The JSON of a verification check."""
        return {
            "sid": self.sid,
            "service_sid": self.service_sid,
            "account_sid": self.account_sid,
            "to": self.to,
            "channel": self.channel,
            "status": self.status,
            "valid": valid,
            "amount": self.amount,
            "payee": self.payee,
            "date_created": iso(self.created),
            "date_updated": iso(self.updated),
            "sna_attempts_error_codes": [
                {"attempt_sid": one.sid, "code": self.sna_code}
                for one in self.attempts
                if one.channel == "sna" and self.sna_code
            ],
        }

    def attempt_resource(self, attempt: Attempt, carrier: Carrier, address: str) -> dict[str, Any]:
        """The JSON of one entry in the list of attempts."""
        approved = self.status == "approved"
        return {
            "sid": attempt.sid,
            "account_sid": self.account_sid,
            "service_sid": self.service_sid,
            "verification_sid": self.sid,
            "date_created": iso(attempt.at),
            "date_updated": iso(self.updated),
            "conversion_status": "converted" if approved else "unconverted",
            "channel": attempt.channel,
            "price": {"value": "0.0075", "currency": "usd"},
            "channel_data": {
                "verification_sid": self.sid,
                "to": self.to,
                "status": "converted" if approved else "unconfirmed",
                "message_status": "delivered",
                "error_code": "0",
                "country": country(self.to) if self.to.startswith("+") else None,
                "code_length": len(self.code),
                "locale": self.locale,
                "mcc": carrier.mcc,
                "mnc": carrier.mnc,
                "carrier": carrier.name,
            },
            "url": f"{address}/v2/Attempts/{attempt.sid}",
        }


def _shown(channel: str) -> str:
    """The examples in Twilio's specification write every channel but WhatsApp and SNA in capitals."""
    return channel if channel in ("whatsapp", "sna") else channel.upper()


@dataclass(slots=True, eq=False)
class VerifyService:
    """A Verify service (`VA…`); `ttl_ms` and `disabled_channels` are what Twilio Support would set."""

    sid: str
    account_sid: str
    friendly_name: str
    created: int
    updated: int
    ttl_ms: int
    code_length: int = 6
    lookup_enabled: bool = False
    psd2_enabled: bool = False
    skip_sms_to_landlines: bool = False
    dtmf_input_required: bool = False
    tts_name: str | None = None
    do_not_share_warning_enabled: bool = False
    custom_code_enabled: bool = False
    default_template_sid: str | None = None
    verify_event_subscription_enabled: bool = False
    push: dict[str, Any] = field(
        default_factory=lambda: {
            "include_date": False,
            "apn_credential_sid": None,
            "fcm_credential_sid": None,
        }
    )
    totp: dict[str, Any] = field(
        default_factory=lambda: {"issuer": None, "time_step": 30, "code_length": 6, "skew": 1}
    )
    whatsapp: dict[str, Any] = field(default_factory=lambda: {"msg_service_sid": None, "from": None})
    passkeys: dict[str, Any] = field(
        default_factory=lambda: {
            "relying_party": {"id": None, "name": None, "origins": None},
            "authenticator_attachment": None,
            "discoverable_credentials": None,
            "user_verification": None,
        }
    )
    disabled_channels: frozenset[str] = frozenset()
    guards: VerifyGuards = field(default_factory=VerifyGuards)
    rate_limits: dict[str, RateLimit] = field(default_factory=dict)
    """By SID."""
    webhooks: dict[str, VerifyWebhook] = field(default_factory=dict)
    """By SID."""
    messaging_configurations: dict[str, MessagingConfiguration] = field(default_factory=dict)
    """By country, or `all`."""
    verifications: dict[str, Verification] = field(default_factory=dict)
    """By SID, oldest first."""
    current: dict[str, Verification] = field(default_factory=dict)
    """The latest verification of each recipient."""

    def resource(self, address: str) -> dict[str, Any]:
        """The JSON of the service."""
        url = f"{address}/v2/Services/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "friendly_name": self.friendly_name,
            "code_length": self.code_length,
            "lookup_enabled": self.lookup_enabled,
            "psd2_enabled": self.psd2_enabled,
            "skip_sms_to_landlines": self.skip_sms_to_landlines,
            "dtmf_input_required": self.dtmf_input_required,
            "tts_name": self.tts_name,
            "do_not_share_warning_enabled": self.do_not_share_warning_enabled,
            "custom_code_enabled": self.custom_code_enabled,
            "push": self.push,
            "totp": self.totp,
            "default_template_sid": self.default_template_sid,
            "whatsapp": self.whatsapp,
            "passkeys": self.passkeys,
            "verify_event_subscription_enabled": self.verify_event_subscription_enabled,
            "date_created": iso(self.created),
            "date_updated": iso(self.updated),
            "url": url,
            "links": {name: f"{url}/{tail}" for name, tail in _LINKS.items()},
        }
