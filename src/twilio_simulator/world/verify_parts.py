"""What hangs off a Verify service: rate limits with buckets, webhooks, messaging configurations, guards."""

from dataclasses import dataclass, field
from typing import Any

from twilio_simulator.clock import iso


@dataclass(slots=True, eq=False)
class Bucket:
    """One bucket (`BL…`): at most `most` starts within `seconds`; `taken` has the instants, by key value."""

    sid: str
    most: int
    seconds: int
    created: int
    updated: int
    taken: dict[str, list[int]] = field(default_factory=dict)

    def wait(self, value: str, now: int) -> int:
        """Milliseconds until another start fits, 0 when one fits now."""
        recent = [at for at in self.taken.get(value, ()) if at > now - self.seconds * 1000]
        self.taken[value] = recent
        return 0 if len(recent) < self.most else recent[len(recent) - self.most] + self.seconds * 1000 - now


@dataclass(slots=True, eq=False)
class RateLimit:
    """One rate limit (`RK…`) of a service, keyed by what the customer sends under `unique_name`."""

    sid: str
    account_sid: str
    service_sid: str
    unique_name: str
    description: str | None
    created: int
    updated: int
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def _url(self, address: str) -> str:
        return f"{address}/v2/Services/{self.service_sid}/RateLimits/{self.sid}"

    def resource(self, address: str) -> dict[str, Any]:
        """The JSON of the rate limit."""
        url = self._url(address)
        return {
            "sid": self.sid,
            "service_sid": self.service_sid,
            "account_sid": self.account_sid,
            "unique_name": self.unique_name,
            "description": self.description,
            "date_created": iso(self.created),
            "date_updated": iso(self.updated),
            "url": url,
            "links": {"buckets": f"{url}/Buckets"},
        }

    def bucket_resource(self, bucket: Bucket, address: str) -> dict[str, Any]:
        """The JSON of one of its buckets."""
        return {
            "sid": bucket.sid,
            "rate_limit_sid": self.sid,
            "service_sid": self.service_sid,
            "account_sid": self.account_sid,
            "max": bucket.most,
            "interval": bucket.seconds,
            "date_created": iso(bucket.created),
            "date_updated": iso(bucket.updated),
            "url": f"{self._url(address)}/Buckets/{bucket.sid}",
        }


@dataclass(slots=True, eq=False)
class VerifyWebhook:
    """One webhook (`YW…`) for events of push factors; the simulator keeps it, nothing here fires it."""

    sid: str
    account_sid: str
    service_sid: str
    friendly_name: str
    event_types: list[str]
    url: str
    created: int
    updated: int
    status: str = "enabled"
    version: str = "v2"

    def resource(self, address: str) -> dict[str, Any]:
        """The JSON of the webhook."""
        return {
            "sid": self.sid,
            "service_sid": self.service_sid,
            "account_sid": self.account_sid,
            "friendly_name": self.friendly_name,
            "event_types": self.event_types,
            "status": self.status,
            "version": self.version,
            "webhook_url": self.url,
            "webhook_method": "POST",
            "date_created": iso(self.created),
            "date_updated": iso(self.updated),
            "url": f"{address}/v2/Services/{self.service_sid}/Webhooks/{self.sid}",
        }


@dataclass(slots=True, eq=False)
class MessagingConfiguration:
    """Which Messaging Service sends the codes to a country."""

    account_sid: str
    service_sid: str
    country: str
    messaging_service_sid: str
    created: int
    updated: int

    def resource(self, address: str) -> dict[str, Any]:
        """The JSON of the configuration."""
        return {
            "account_sid": self.account_sid,
            "service_sid": self.service_sid,
            "country": self.country,
            "messaging_service_sid": self.messaging_service_sid,
            "date_created": iso(self.created),
            "date_updated": iso(self.updated),
            "url": f"{address}/v2/Services/{self.service_sid}/MessagingConfigurations/{self.country}",
        }


@dataclass(slots=True)
class VerifyGuards:
    """What the Console, Twilio Support or Fraud Guard decide; set through the control API."""

    fraud_guard: bool = True
    blocked_prefixes: dict[str, int] = field(default_factory=dict)
    """E.164 prefix to the instant until which Fraud Guard keeps texts from it (60410)."""
    blocked_countries: frozenset[str] = frozenset()
    """Verify's own geo permissions (60605)."""
    sna: bool = False
    """Silent Network Auth needs onboarding by Twilio; without it the channel counts as disabled."""
    resend_seconds: int = 0
    """A start sooner than this after the last one for the same recipient is refused (60212)."""
    china_vetted: bool = False
