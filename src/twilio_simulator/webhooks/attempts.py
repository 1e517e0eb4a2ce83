"""A webhook that is due, and what became of it."""

from dataclasses import dataclass
from typing import Any

from twilio_simulator.clock import precise
from twilio_simulator.webhooks.signature import Parameters

KEPT_ANSWER = 4096


@dataclass(slots=True, eq=False)
class Webhook:
    """One request to the customer, planned or done."""

    id: str
    kind: str
    """`status` or `inbound`"""
    account_sid: str
    subject: str
    """The message it is about."""
    url: str
    method: str
    parameters: Parameters
    token: str
    """`I-Twilio-Idempotency-Token`: the same for every try of one event."""
    planned: int
    status: str = ""
    """The message status it tells."""
    sent: int | None = None
    signature: str | None = None
    signed_url: str | None = None
    tries: int = 0
    response_status: int | None = None
    response_body: str | None = None
    response_type: str | None = None
    latency_ms: int | None = None
    error: str | None = None
    fault: str | None = None
    state: str = "planned"
    """planned, sending, answered, failed, dropped or blocked"""

    def resource(self) -> dict[str, Any]:
        """The attempt as the control API shows it."""
        shown = {name: getattr(self, name) for name in self.__slots__}
        shown["parameters"] = [list(pair) for pair in self.parameters]
        shown["planned"] = precise(self.planned)
        shown["sent"] = None if self.sent is None else precise(self.sent)
        return shown
