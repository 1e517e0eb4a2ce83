"""Which part of the world one page shows: taken from its address, and put back into its links."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from twilio_simulator.addresses import address, is_dialable
from twilio_simulator.exchange import Request
from twilio_simulator.world.account import Account
from twilio_simulator.world.handset import Handset
from twilio_simulator.world.message import Message
from twilio_simulator.world.state import World

if TYPE_CHECKING:
    from twilio_simulator.simulator import Simulator

ROOT = "/phone"
TABS = ("sms", "whatsapp")


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a page: handset, tab, selected message, account and search."""

    number: str
    tab: str = "sms"
    message: str = ""
    account: str = ""
    query: str = ""

    def link(self, **changes: str) -> str:
        """The address of this place with something else chosen."""
        there = replace(self, **changes)
        shown = {"tab": there.tab if there.tab != TABS[0] else "", "message": there.message}
        shown |= {"account": there.account, "q": there.query}
        words = urlencode({name: value for name, value in shown.items() if value})
        return f"{ROOT}/{quote(there.number, safe='+@')}" + (f"?{words}" if words else "")


@dataclass(frozen=True, slots=True)
class View:
    """A place, and the world seen from there."""

    simulator: "Simulator"
    place: Place
    account: Account
    handset: Handset

    @property
    def world(self) -> World:
        """The simulator's world."""
        return self.simulator.world

    @property
    def now(self) -> int:
        """The world's time."""
        return self.simulator.world.clock.now()


def of_message(view: View, message: Message) -> str:
    """The address at which a message's phone is, with what happened to it."""
    theirs = message.sender if message.direction == "inbound" else message.to
    phone = address(theirs or "")
    tab = "whatsapp" if phone.channel == "whatsapp" else TABS[0]
    return view.place.link(number=phone.number, tab=tab, message=message.sid)


def view(simulator: "Simulator", number: str, request: Request) -> View:
    """What a request for a phone's page shows; the phone is made on first look, as on first use."""
    asked = request.asked("account") or ""
    account = simulator.world.accounts.get(asked, simulator.account)
    tab = request.asked("tab") or TABS[0]
    place = Place(
        number,
        tab if tab in TABS else TABS[0],
        request.asked("message") or "",
        account.sid if account is not simulator.account else "",
        (request.asked("q") or "").strip(),
    )
    return View(simulator, place, account, simulator.world.handsets.get(number))


def is_handset(number: str) -> bool:
    """Whether there could be a phone or mailbox of this name."""
    return is_dialable(number) or "@" in number


def first_number(simulator: "Simulator") -> str:
    """The phone shown when none is named: the one used last, or a fictional one."""
    known = simulator.world.handsets.known()
    used = [one for one in known if one.screen] or known
    if used:
        return max(used, key=lambda one: one.screen[-1].at if one.screen else 0).number
    return next(simulator.world.fictional_numbers())
