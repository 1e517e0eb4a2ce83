"""A webhook that is due, and what became of it."""

from dataclasses import dataclass, field
from typing import Any

from twilio_simulator.clock import precise
from twilio_simulator.webhooks.signature import Parameters

KEPT_ANSWER = 4096
KEPT_EXCHANGES = 40
# What the control API need not show of a webhook.
_HIDDEN = frozenset({"answer", "tampering"})


@dataclass(frozen=True, slots=True)
class Listener:
    """Where the customer's server wants a webhook."""

    url: str
    method: str = "POST"
    fallback: tuple[str, str] | None = None
    """URL and method for when the first one fails."""
    pair: tuple[str, str] | None = None
    """The two numbers that talk, for cookies."""


@dataclass(slots=True)
class Tampering:
    """How a fault spoils a webhook on its way."""

    bad_signature: bool = False
    old_token: bool = False
    signed_port: int | None = None
    unreachable: int = 0
    """So many tries find nobody."""


@dataclass(slots=True, eq=False)
class Webhook:
    """One request to the customer, planned or done."""

    id: str
    kind: str
    """`status`, `inbound`, `action` (after a Message with one), `voice` or `call`"""
    account_sid: str
    subject: str
    """The message or call it is about."""
    url: str
    method: str
    parameters: Parameters
    token: str
    """`I-Twilio-Idempotency-Token`: the same for every try of one event."""
    planned: int
    status: str = ""
    """The message status it tells."""
    fallback: tuple[str, str] | None = None
    """Where to turn when the URL fails: URL and method."""
    pair: tuple[str, str] | None = None
    """The two numbers whose cookies it carries."""
    sent: int | None = None
    signature: str | None = None
    signed_url: str | None = None
    signed_text: str | None = None
    final_url: str = ""
    """Where the answer came from, after redirects and fallback."""
    tries: int = 0
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    """Every request that left, in order: url, method, status or error."""
    response_status: int | None = None
    response_body: str | None = None
    response_type: str | None = None
    latency_ms: int | None = None
    error: str | None = None
    fault: str | None = None
    alerts: list[str] = field(default_factory=list)
    twiml: list[str] = field(default_factory=list)
    """What Twilio did with the answer, verb by verb."""
    messages: list[str] = field(default_factory=list)
    """SIDs of the replies that the answer asked for."""
    follow_up: str | None = None
    """The id of the webhook that went out because of the answer (Redirect, action)."""
    documents: int = 1
    """Which TwiML document this is about its subject."""
    replied: int = 0
    """Replies that earlier documents about its subject asked for."""
    answer: str = ""
    """The whole answer, when Twilio can work with it."""
    tampering: Tampering | None = None
    state: str = "planned"
    """planned, sending, answered, failed, dropped or blocked"""

    @property
    def lane(self) -> str:
        """One lane's webhooks go one after the other: a message's or call's callbacks, a pair's texts.

        A call's TwiML waits for no callback.
        """
        if self.kind == "voice":
            return f"{self.subject} TwiML"
        if self.kind in ("inbound", "action") and self.pair is not None:
            return " ".join((self.account_sid, *self.pair))
        return self.subject

    def resource(self) -> dict[str, Any]:
        """The attempt as the control API shows it."""
        shown = {name: getattr(self, name) for name in self.__slots__ if name not in _HIDDEN}
        shown["parameters"] = [list(pair) for pair in self.parameters]
        shown["planned"] = precise(self.planned)
        shown["sent"] = None if self.sent is None else precise(self.sent)
        return shown
