"""A message, and how the REST API shows it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from twilio_simulator.clock import rfc2822
from twilio_simulator.world.fate import Fate

Status = Literal[
    "accepted",
    "scheduled",
    "canceled",
    "queued",
    "sending",
    "sent",
    "failed",
    "delivered",
    "undelivered",
    "read",
    "receiving",
    "received",
]
Mode = Literal["immediate", "timed", "manual"]
Direction = Literal["inbound", "outbound-api", "outbound-call", "outbound-reply"]
Content = dict[str, Any]
"""`type` (`twilio/quick-reply`, …) and what belongs to it: buttons, button and items, location, cards, …"""

# Twilio docs, message resource: which status may follow which.
NEXT: dict[str, frozenset[str]] = {
    "accepted": frozenset({"queued", "failed"}),
    "scheduled": frozenset({"queued", "canceled", "failed"}),
    "queued": frozenset({"sending", "sent", "failed", "undelivered"}),
    "sending": frozenset({"sent", "failed", "undelivered"}),
    "sent": frozenset({"delivered", "undelivered", "failed"}),
    "delivered": frozenset({"read"}),
    "receiving": frozenset({"received"}),
}
FINISHED = frozenset({"delivered", "undelivered", "failed", "canceled", "read", "received"})


@dataclass(slots=True)
class Media:
    """One file of a message; the simulator keeps its address and type, not its bytes."""

    sid: str
    url: str
    content_type: str
    created: int


@dataclass(slots=True, eq=False)
class Message:
    """All that Twilio publishes of a message, and the life that it hides."""

    sid: str
    account_sid: str
    to: str
    sender: str | None
    body: str
    status: Status
    direction: Direction
    created: int
    updated: int
    num_segments: int
    mode: Mode
    sent: int | None = None
    price: str | None = None
    error_code: int | None = None
    error_message: str | None = None
    service_sid: str | None = None
    callback: str | None = None
    content_sid: str | None = None
    media: list[Media] = field(default_factory=list)
    timeline: list[tuple[Status, int]] = field(default_factory=list)
    speed: float = 1.0
    fetches: int = 0
    """How often a client looked at it while it moved by hand."""
    content: Content | None = None
    """What a template's rich types show on the phone."""
    late_code: int | None = None
    """A code that its template or variables earn it once it is dispatched."""
    barred_by: int | None = None
    """A code that keeps it from going out: of its files, or of a limit of the account."""
    send_at: int | None = None
    """When a scheduled message is due."""
    validity: int = 36_000_000
    """Milliseconds that it may wait in its sender's queue (30036)."""
    feedback: Literal["confirmed", "unconfirmed"] | None = None
    """What the customer said became of it."""
    fate: Fate | None = None
    """What a fault of the book has in store for it."""

    @property
    def finished(self) -> bool:
        """Whether it has come to an end (only `read` may still follow `delivered`)."""
        return self.status in FINISHED

    @property
    def path(self) -> str:
        """Its URI without the suffix."""
        return f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}"

    def resource(self, *, fresh: bool = False) -> dict[str, object]:
        """The JSON in Twilio's key order; a fresh one does not link its feedback yet."""
        path = self.path
        links = {"media": f"{path}/Media.json"}
        if not fresh:
            links["feedback"] = f"{path}/Feedback.json"
        return {
            "body": self.body,
            "num_segments": str(self.num_segments),
            "direction": self.direction,
            "from": self.sender,
            "date_updated": rfc2822(self.updated),
            "price": self.price,
            "error_message": self.error_message,
            "uri": f"{path}.json",
            "account_sid": self.account_sid,
            "num_media": str(len(self.media)),
            "to": self.to,
            "date_created": rfc2822(self.created),
            "status": self.status,
            "sid": self.sid,
            "date_sent": None if self.sent is None else rfc2822(self.sent),
            "messaging_service_sid": self.service_sid,
            "error_code": self.error_code,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "subresource_uris": links,
        }
