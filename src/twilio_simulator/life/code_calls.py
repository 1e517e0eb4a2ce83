"""Calls that Twilio makes by itself: one that tells a code."""

from dataclasses import dataclass

from twilio_simulator.life.calling import Calling
from twilio_simulator.twiml.document import Element
from twilio_simulator.world.account import Account
from twilio_simulator.world.phone_call import CallPlan, Maker, PhoneCall
from twilio_simulator.world.state import World

PRESS_ANY_KEY = "Press any key to hear your verification code."
GOODBYE = "No key was pressed. Goodbye."
KEY_TIMEOUT = "10"
TWICE = {"loop": "2"}


def say(text: str, loop: dict[str, str] | None = None) -> Element:
    """A verb that speaks."""
    return Element("Say", loop or {}, spoken=[text])


def ask(text: str, digits: int, seconds: str) -> Element:
    """A verb that speaks and waits for so many keys."""
    return Element("Gather", {"numDigits": str(digits), "timeout": seconds}, [say(text)])


@dataclass(slots=True)
class CodeCall:
    """Verify tells a code, twice; a service with DtmfInputRequired wants a key first."""

    text: str
    wants_key: bool
    purpose: str = "verification"
    call_sid: str = ""

    def program(self) -> list[Element]:
        """What is said when the phone is answered."""
        if self.wants_key:
            return [ask(PRESS_ANY_KEY, 1, KEY_TIMEOUT), say(GOODBYE)]
        return [say(self.text, TWICE)]

    def pressed(self, _call: PhoneCall, _keys: str) -> list[Element]:
        """A key was pressed."""
        return [say(self.text, TWICE)]

    def ended(self) -> None:
        """Nobody has to be told."""


def ring(
    world: World, calling: Calling, account: Account, parties: tuple[str, str], maker: Maker, plan: CallPlan
) -> None:
    """Call the first of the parties in the name of the second."""
    now = world.clock.now()
    to, sender = parties
    call = PhoneCall(
        sid=maker.call_sid or world.sids.new("CA"),
        account_sid=account.sid,
        to=to,
        sender=sender,
        direction="outbound-api",
        created=now,
        updated=now,
        plan=plan,
        speed=account.settings.speed,
        maker=maker,
    )
    calling.begin_own(account, call)
