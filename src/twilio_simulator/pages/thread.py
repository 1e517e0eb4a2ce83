"""What one phone has sent and received: the account's messages and the handset's screen, as one list."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from twilio_simulator.addresses import address
from twilio_simulator.world.handset import Handset, Shown
from twilio_simulator.world.message import Message
from twilio_simulator.world.state import World

KEPT = 200
"""Bubbles on show: as many as the screen of a phone keeps."""
NEVER = 1_000_000
"""The turn of what is on no screen: it comes last of its instant."""
CODE_WORDS = re.compile(r"\b(code|pin|otp|passcode|password)\b", re.IGNORECASE)
CODE = re.compile(r"(?<![\d.$€+-])(\d{4,10}|\d(?: \d){3,9})(?![\d.])")


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on a phone, from whichever side it is known."""

    at: int
    channel: str
    own: bool
    """Typed on this phone."""
    peer: str
    body: str
    account_sid: str
    message: Message | None = None
    media: tuple[str, ...] = ()
    shown: Shown | None = None
    turn: int = 0
    """Its place on the screen, to tell it from others of the same instant."""

    @property
    def key(self) -> str:
        """What tells it from the others."""
        return self.message.sid if self.message is not None else f"{self.channel}-{self.at}-{self.turn}"

    @property
    def sid(self) -> str:
        """The message or call that it belongs to, blank when Twilio has none."""
        return self.message.sid if self.message is not None else (self.shown and self.shown.sid) or ""

    @property
    def code(self) -> str | None:
        """The one-time code in it, without spaces."""
        found = CODE.search(self.body) if not self.own and CODE_WORDS.search(self.body) else None
        return None if found is None else found[1].replace(" ", "")


def thread(world: World, handset: Handset, tab: str) -> list[Bubble]:
    """The newest messages of one tab, oldest first."""
    screen = {one.sid: (turn, one) for turn, one in enumerate(handset.screen) if one.sid}
    typed = {(one.at, one.body): turn for turn, one in enumerate(handset.screen) if one.direction == "out"}
    bubbles = [_of_message(handset, one, screen, typed) for one in _messages(world, handset, tab)]
    said = {(bubble.at, bubble.body) for bubble in bubbles if bubble.own}
    alone = [
        _of_screen(one, turn)
        for turn, one in enumerate(handset.screen)
        if tab_of(one.channel) == tab and _is_alone(world, one, said)
    ]
    # Where time stands still, the screen knows what came first.
    return sorted([*alone, *reversed(bubbles)], key=lambda bubble: (bubble.at, bubble.turn))[-KEPT:]


def tab_of(channel: str) -> str:
    """Texts, calls and mail share a tab; WhatsApp has its own."""
    return "whatsapp" if channel == "whatsapp" else "sms"


def _is_alone(world: World, one: Shown, said: set[tuple[int, str]]) -> bool:
    """Whether no message tells of it: a call, mail, and what only the sandbox wrote or read."""
    if one.direction == "out":
        return (one.at, one.body) not in said
    return one.sid is None or world.message(one.sid) is None


def _messages(world: World, handset: Handset, tab: str) -> Iterator[Message]:
    party = f"whatsapp:{handset.number}" if tab == "whatsapp" else handset.number
    for account in list(world.accounts.values()):
        newest = reversed(account.messages.values())
        yield from islice((one for one in newest if party in (one.to, one.sender)), KEPT)


def _of_message(
    handset: Handset,
    message: Message,
    screen: dict[str, tuple[int, Shown]],
    typed: dict[tuple[int, str], int],
) -> Bubble:
    own = message.direction == "inbound" and address(message.sender or "").number == handset.number
    turn, shown = screen.get(message.sid, (NEVER, None))
    return Bubble(
        at=message.created,
        channel=address(message.to).channel,
        own=own,
        peer=(message.to if own else message.sender) or "",
        body=message.body if shown is None else shown.body,
        account_sid=message.account_sid,
        message=message,
        media=tuple(one.url for one in message.media),
        shown=shown,
        turn=typed.get((message.created, message.body), turn) if own else turn,
    )


def _of_screen(one: Shown, turn: int) -> Bubble:
    return Bubble(
        at=one.at,
        channel=one.channel,
        own=one.direction == "out",
        peer=one.peer,
        body=one.body,
        account_sid=one.account_sid,
        media=one.media,
        shown=one,
        turn=turn,
    )
