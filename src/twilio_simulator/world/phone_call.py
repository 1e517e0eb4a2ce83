"""A phone call, and how the REST API shows it."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from twilio_simulator.clock import precise, rfc2822
from twilio_simulator.twiml.document import Element
from twilio_simulator.twiml.voice import GatherVerb
from twilio_simulator.world.numbers import friendly

CallStatus = Literal[
    "queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"
]
ENDED: frozenset[str] = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
NEXT_OF_CALLS: dict[str, tuple[CallStatus, ...]] = {
    "queued": ("ringing", "busy", "failed", "canceled"),
    "ringing": ("in-progress", "busy", "no-answer", "failed", "canceled"),
    "in-progress": ("completed",),
}
"""What a status may be followed by."""
_SUBRESOURCES = {
    "notifications": "Notifications",
    "recordings": "Recordings",
    "payments": "Payments",
    "events": "Events",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}


@dataclass(slots=True)
class CallPlan:
    """What the caller wants of the call."""

    url: str | None = None
    method: str = "POST"
    twiml: str | None = None
    fallback: tuple[str, str] | None = None
    callback: str | None = None
    callback_method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})
    timeout: int = 60
    """Seconds that it rings."""
    time_limit: int = 14_400
    """Seconds that it lasts at most."""
    send_digits: str = ""
    machine_detection: str = ""
    machine_callback: tuple[str, str] | None = None
    """Where an asynchronous detection reports: URL and method."""


@dataclass(slots=True)
class Heard:
    """One thing that happened on the line: what was said, played, asked or pressed."""

    at: int
    verb: str
    text: str

    def shown(self) -> dict[str, str]:
        """As the control API shows it."""
        return {"at": precise(self.at), "verb": self.verb, "text": self.text}


class Maker(Protocol):
    """What of Twilio's own makes a call by itself: Verify, or the validation of a caller."""

    purpose: str

    @property
    def call_sid(self) -> str:
        """The call's SID where it was told beforehand, else blank."""

    def program(self) -> list[Element]:
        """What is said and asked when the phone is answered."""

    def pressed(self, call: "PhoneCall", keys: str) -> list[Element]:
        """How it goes on after a Gather."""

    def ended(self) -> None:
        """The call is over."""


@dataclass(slots=True, eq=False)
class PhoneCall:
    """One call; `plan` is what was asked for, `heard` what the handset heard and pressed."""

    sid: str
    account_sid: str
    to: str
    sender: str
    direction: Literal["inbound", "outbound-api", "outbound-dial"]
    created: int
    updated: int
    plan: CallPlan
    status: CallStatus = "queued"
    number_sid: str | None = None
    answered: int | None = None
    ended: int | None = None
    price: str | None = None
    answered_by: str | None = None
    queue_ms: int = 0
    sequence: int = 0
    heard: list[Heard] = field(default_factory=list)
    timeline: list[tuple[str, int]] = field(default_factory=list)
    program: int = 0
    """Counts the turns it took: what was planned before the present one is void."""
    verbs: list[Element] = field(default_factory=list)
    """What is still to be said and done."""
    base: str = ""
    """Where the document came from."""
    after_gather: list[Element] = field(default_factory=list)
    """What comes when nobody presses a key."""
    gather: GatherVerb | None = None
    """What it waits for the keypad with."""
    digits: str = ""
    """Pressed since the Gather began."""
    documents: int = 0
    manual: bool = False
    """It moves only when told to."""
    speed: float = 1.0
    other: "PhoneCall | None" = None
    """The same call as the account sees it whose number is called, or that calls."""
    maker: Maker | None = None
    """Who makes it, when it is not the customer."""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.status in ENDED

    @property
    def handset(self) -> str:
        """The number at the other end."""
        return self.sender if self.direction == "inbound" else self.to

    @property
    def path(self) -> str:
        """Its URI without the suffix."""
        return f"/2010-04-01/Accounts/{self.account_sid}/Calls/{self.sid}"

    def seconds(self, until: int) -> int:
        """How long it lasted, rounded up; 0 when it was never answered."""
        return 0 if self.answered is None else -(-(until - self.answered) // 1000)

    def resource(self) -> dict[str, Any]:
        """The JSON of the call."""
        ended, answered = self.ended, self.answered
        return {
            "date_updated": rfc2822(self.updated),
            "price_unit": "USD",
            "parent_call_sid": None,
            "caller_name": None,
            "duration": None if ended is None else str(self.seconds(ended)),
            "from": self.sender,
            "to": self.to,
            "answered_by": self.answered_by,
            "sid": self.sid,
            "queue_time": str(self.queue_ms),
            "price": self.price,
            "api_version": "2010-04-01",
            "status": self.status,
            "direction": self.direction,
            "start_time": None if answered is None else rfc2822(answered),
            "date_created": rfc2822(self.created),
            "from_formatted": friendly(self.sender),
            "group_sid": None,
            "trunk_sid": None,
            "forwarded_from": None,
            "uri": f"{self.path}.json",
            "account_sid": self.account_sid,
            "end_time": None if ended is None else rfc2822(ended),
            "to_formatted": friendly(self.to),
            "phone_number_sid": self.number_sid,
            "subresource_uris": {name: f"{self.path}/{tail}.json" for name, tail in _SUBRESOURCES.items()},
        }

    def shown(self) -> dict[str, Any]:
        """The call as the control API shows it."""
        return {
            **self.resource(),
            "purpose": "call" if self.maker is None else self.maker.purpose,
            "timeline": [{"status": status, "at": precise(at)} for status, at in self.timeline],
            "heard": [one.shown() for one in self.heard],
            "asks_for_digits": self.gather is not None,
        }
