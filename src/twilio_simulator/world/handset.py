"""Anyone's phone: what it is, in what state, and what arrived on it."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from twilio_simulator.clock import precise
from twilio_simulator.world.message import Content

Kind = Literal["mobile", "landline", "voip"]
State = Literal["reachable", "off", "blocking", "spam_filtered", "unknown", "unreachable_carrier"]
Answers = Literal["answer", "ring", "decline", "busy", "no-answer"]
AnsweredBy = Literal[
    "human", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax", "unknown"
]
KEPT_MESSAGES = 200
KEPT_HANDSETS = 20_000


@dataclass(slots=True)
class Shown:
    """One message on the handset's screen."""

    at: int
    channel: str
    """sms, whatsapp, call or email"""
    direction: Literal["in", "out"]
    peer: str
    body: str
    account_sid: str
    sid: str | None
    media: tuple[str, ...] = ()
    content: Content | None = None
    """Buttons, lists, places: what a template shows beside its text."""

    def resource(self) -> dict[str, Any]:
        """The message as the control API shows it."""
        return {
            "at": precise(self.at),
            "channel": self.channel,
            "direction": self.direction,
            "peer": self.peer,
            "body": self.body,
            "media": list(self.media),
            "content": self.content,
            "account_sid": self.account_sid,
            "message_sid": self.sid,
        }


@dataclass(slots=True, eq=False)
class Handset:
    """A phone; its state decides what becomes of a message to it."""

    number: str
    kind: Kind = "mobile"
    state: State = "reachable"
    whatsapp: bool = True
    read_receipts: bool = True
    outcome_code: int | None = None
    """A late code that every text to it ends with, when set."""
    calls: Answers = "answer"
    """What it does with a call: answers by itself, rings until somebody answers or declines, ..."""
    answered_by: AnsweredBy = "human"
    """Who takes the call, as answering machine detection would tell."""
    profile_name: str = "Simulated Person"
    screen: deque[Shown] = field(default_factory=lambda: deque(maxlen=KEPT_MESSAGES))
    waiting: list[str] = field(default_factory=list)
    """SIDs of WhatsApp messages that wait for it to be on again."""

    def resource(self) -> dict[str, Any]:
        """The handset as the control API shows it."""
        return {
            "number": self.number,
            "kind": self.kind,
            "state": self.state,
            "whatsapp": self.whatsapp,
            "read_receipts": self.read_receipts,
            "outcome_code": self.outcome_code,
            "calls": self.calls,
            "answered_by": self.answered_by,
            "profile_name": self.profile_name,
        }


class Handsets:
    """Every phone that was ever written to or changed, bounded: the first ones go first."""

    def __init__(self) -> None:
        self._all: dict[str, Handset] = {}

    def get(self, number: str) -> Handset:
        """The phone with this number, a plain new one on first use."""
        found = self._all.get(number)
        if found is None:
            found = Handset(number)
            self.keep(found)
        return found

    def peek(self, number: str) -> Handset:
        """The same, but a new one is not kept: who only asks changes nothing."""
        return self._all.get(number) or Handset(number)

    def keep(self, handset: Handset) -> None:
        """Have a phone from now on."""
        self._all[handset.number] = handset
        if len(self._all) > KEPT_HANDSETS:
            del self._all[next(iter(self._all))]

    def known(self) -> list[Handset]:
        """All phones, in the order of their first use."""
        return list(self._all.values())

    def clear(self) -> None:
        """Forget all phones."""
        self._all = {}
