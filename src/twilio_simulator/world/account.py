"""An account: the unit of isolation. Everything a customer of Twilio owns hangs off it."""

from base64 import b64encode
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from twilio_simulator.addresses import SANDBOX
from twilio_simulator.clock import HOUR, rfc2822
from twilio_simulator.world.application import TwimlApplication
from twilio_simulator.world.content import Template
from twilio_simulator.world.keys import KeyRecord
from twilio_simulator.world.message import Message, Mode
from twilio_simulator.world.messaging_service import MessagingService
from twilio_simulator.world.numbers import CallerId, Number, WhatsappSender
from twilio_simulator.world.opt_outs import OptOuts
from twilio_simulator.world.phone_call import PhoneCall
from twilio_simulator.world.short_codes import ShortCode
from twilio_simulator.world.validation import Validation
from twilio_simulator.world.verification import VerifyService

KEPT_MESSAGES = 10_000
KEPT_CALLS = 2000
KEPT_TOKENS = 10
KEPT_PHONES = 20_000
"""Windows, and members of the sandbox."""
WINDOW = 24 * HOUR
MEMBERSHIP = 72 * HOUR
Type = Literal["Full", "Trial"]
AccountStatus = Literal["active", "suspended", "closed"]
_SUBRESOURCES = {
    "available_phone_numbers": "AvailablePhoneNumbers",
    "calls": "Calls",
    "conferences": "Conferences",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "notifications": "Notifications",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "recordings": "Recordings",
    "transcriptions": "Transcriptions",
    "addresses": "Addresses",
    "signing_keys": "SigningKeys",
    "connect_apps": "ConnectApps",
    "sip": "SIP",
    "authorized_connect_apps": "AuthorizedConnectApps",
    "usage": "Usage",
    "keys": "Keys",
    "applications": "Applications",
    "short_codes": "SMS/ShortCodes",
    "queues": "Queues",
    "messages": "Messages",
    "balance": "Balance",
}


def basic(user: str, password: str) -> str:
    """The Authorization header of a pair."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@dataclass(slots=True)
class Sandbox:
    """The account's share in the WhatsApp sandbox number."""

    join_word: str
    sms_url: str | None = None
    status_callback: str | None = None
    members: dict[str, int] = field(default_factory=dict)
    """Handset number to the instant at which its membership lapses."""


@dataclass(slots=True)
class Settings:
    """How the simulator treats the account; nothing of this is Twilio's."""

    progress: Mode = "timed"
    fetches_per_step: int | None = None
    """In manual progress, every so many fetches take a message one step on."""
    speed: float = 1.0
    strict: bool = False
    concurrency_limit: int | None = None
    blocked_countries: frozenset[str] = frozenset()
    email_integration: bool = False
    full_queues: frozenset[str] = frozenset()
    """Senders and services whose queue counts as full (21611; 30001 with a service)."""
    most_scheduled: int = 1_000_000
    """Scheduled messages at a time (35125)."""
    daily_messages: int | None = None
    """Messages in 24 hours; those beyond fail (63038; 30023 for A2P texts)."""
    us_registered: bool = True
    """Whether its senders of texts to North America are registered (30034), or verified (30032)."""
    segments_per_second: float | None = None
    """How fast one sender sends; None lets every message go at once."""


@dataclass(slots=True, eq=False)
class Account:
    """One Twilio account with all it owns."""

    sid: str
    auth_token: str
    friendly_name: str
    created: int
    sandbox: Sandbox
    type: Type = "Full"
    ruleset: str = "2026"
    """Which trial scheme holds when the type is Trial."""
    status: AccountStatus = "active"
    updated: int = 0
    secondary_token: str | None = None
    past_tokens: list[str] = field(default_factory=list)
    """The primary tokens that it had last, the present one at the end."""
    signing_key: tuple[str, str] | None = None
    """Id and secret of a webhook signing key; with one, webhooks are signed by HMAC-SHA256."""
    balance_micros: int = 100_000_000
    settings: Settings = field(default_factory=Settings)
    api_keys: dict[str, str] = field(default_factory=dict)
    key_records: dict[str, KeyRecord] = field(default_factory=dict)
    """Name and dates of those made through the REST API."""
    validations: dict[str, Validation] = field(default_factory=dict)
    """Calls under way that make a number a verified one, by the number."""
    numbers: dict[str, Number] = field(default_factory=dict)
    """By E.164 number."""
    short_codes: dict[str, ShortCode] = field(default_factory=dict)
    """By its digits."""
    whatsapp_senders: dict[str, WhatsappSender] = field(default_factory=dict)
    """By E.164 number."""
    caller_ids: dict[str, CallerId] = field(default_factory=dict)
    """By SID."""
    messaging_services: dict[str, MessagingService] = field(default_factory=dict)
    verify_services: dict[str, VerifyService] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    """By SID, oldest first."""
    ended: deque[str] = field(default_factory=deque)
    """SIDs of finished messages, in the order in which they may be forgotten."""
    windows: dict[tuple[str, str], int] = field(default_factory=dict)
    """(our WhatsApp number, handset number) to the instant of the last inbound message."""
    templates: dict[str, Template] = field(default_factory=dict)
    """Content templates by SID, oldest first."""
    opt_outs: OptOuts = field(default_factory=OptOuts)
    units: dict[str, int] = field(default_factory=dict)
    """What a trial has used up, by kind: sms, whatsapp."""
    dispatched: deque[int] = field(default_factory=deque)
    """When messages went out in the last 24 hours, where their number is limited."""
    queues: dict[str, int] = field(default_factory=dict)
    """When the queue of a paced sender will be empty, by its address."""
    is_test: bool = False
    """It is what test credentials open: nothing in it lasts."""
    test_twin: "Account | None" = None
    """The account that this one's test credentials open."""
    safe_list: dict[str, str] = field(default_factory=dict)
    """Numbers that Verify's Fraud Guard leaves alone, to their `GN…` SIDs."""
    owner_sid: str | None = None
    """The account that made this one, for a subaccount."""
    applications: dict[str, TwimlApplication] = field(default_factory=dict)
    """TwiML applications by SID."""
    calls: dict[str, PhoneCall] = field(default_factory=dict)
    """By SID, oldest first."""
    own_calls: dict[str, PhoneCall] = field(default_factory=dict)
    """Those that Twilio makes by itself, with codes; the REST API does not list them."""
    next_call: int = 0
    """When the next call may be dialled: one a second."""
    in_flight: int = 0

    def remember_token(self) -> None:
        """Note the primary token, so that webhooks can be signed with the one before it."""
        if self.past_tokens[-1:] != [self.auth_token]:
            self.past_tokens.append(self.auth_token)
            del self.past_tokens[:-KEPT_TOKENS]

    def keep(self, message: Message) -> None:
        """Store a message; the oldest finished ones make room."""
        self.messages[message.sid] = message
        while len(self.messages) > KEPT_MESSAGES and self.ended:
            self.messages.pop(self.ended.popleft(), None)

    def forget(self, message: Message) -> None:
        """Remove a message, as its owner wishes."""
        del self.messages[message.sid]
        if message.sid in self.ended:
            self.ended.remove(message.sid)

    def keep_call(self, call: PhoneCall) -> None:
        """Store a call; the oldest ended ones make room."""
        _keep(self.calls, call)

    def keep_own_call(self, call: PhoneCall) -> None:
        """Store a call that Twilio makes by itself."""
        _keep(self.own_calls, call)

    def every_call(self) -> dict[str, PhoneCall]:
        """All calls by SID, oldest first, Twilio's own among them."""
        if not self.own_calls:
            return self.calls
        both = {**self.calls, **self.own_calls}
        return dict(sorted(both.items(), key=lambda pair: pair[1].created))

    def open_window(self, sender: str, handset: str, now: int) -> None:
        """A message came in; the windows that were opened longest ago make room."""
        self.windows.pop((sender, handset), None)
        self.windows[sender, handset] = now
        if len(self.windows) > KEPT_PHONES:
            del self.windows[next(iter(self.windows))]

    def window_is_open(self, sender: str, handset: str, now: int) -> bool:
        """Whether free-form WhatsApp text may go out (24 hours from the last inbound message)."""
        last = self.windows.get((sender, handset))
        return last is not None and now < last + WINDOW

    def join_sandbox(self, handset: str, now: int) -> None:
        """The handset is a member for 72 hours; those who joined longest ago make room."""
        members = self.sandbox.members
        members.pop(handset, None)
        members[handset] = now + MEMBERSHIP
        if len(members) > KEPT_PHONES:
            del members[next(iter(members))]

    def is_sandbox_member(self, handset: str, now: int) -> bool:
        """Whether the handset joined the sandbox less than 72 hours ago."""
        return self.sandbox.members.get(handset, 0) > now

    def owns_whatsapp(self, number: str) -> bool:
        """Whether WhatsApp messages may come from this number."""
        return number in self.whatsapp_senders or number == SANDBOX

    def resource(self) -> dict[str, Any]:
        """The JSON of the account."""
        path = f"/2010-04-01/Accounts/{self.sid}"
        return {
            "sid": self.sid,
            "friendly_name": self.friendly_name,
            "type": self.type,
            "status": self.status,
            "auth_token": self.auth_token,
            "owner_account_sid": self.owner_sid or self.sid,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.updated or self.created),
            "uri": f"{path}.json",
            "subresource_uris": {name: f"{path}/{tail}.json" for name, tail in _SUBRESOURCES.items()},
        }


def _keep(calls: dict[str, PhoneCall], call: PhoneCall) -> None:
    calls[call.sid] = call
    if len(calls) > KEPT_CALLS:
        oldest = next((sid for sid, one in calls.items() if one.over), next(iter(calls)))
        del calls[oldest]
