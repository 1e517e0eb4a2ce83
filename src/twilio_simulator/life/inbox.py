"""Whose number a text is for, and the inbound Message that it becomes there."""

from dataclasses import dataclass, field

from twilio_simulator.addresses import SANDBOX, Address, is_short_code
from twilio_simulator.segments import segments
from twilio_simulator.webhooks.inbound_requests import PLAIN, Rich
from twilio_simulator.world.account import Account
from twilio_simulator.world.message import Media, Message
from twilio_simulator.world.state import World


@dataclass(slots=True)
class Text:
    """What somebody wrote, and whom to."""

    to: Address
    body: str
    media: list[Media] = field(default_factory=list)
    rich: Rich = PLAIN


def owner(world: World, sender: str, to: Address) -> Account | None:
    """The account that takes texts at this number; the sandbox's is the one that the sender has joined."""
    if to.channel == "whatsapp":
        return world.sandbox_account(sender) if to.number == SANDBOX else world.whatsapp_owners.get(to.number)
    number = world.numbers.get(to.number)
    if number is not None:
        return world.accounts.get(number.account_sid) if "sms" in number.capabilities else None
    if not is_short_code(to.number):
        return None
    return next((one for one in world.accounts.values() if to.number in one.short_codes), None)


def stored(world: World, account: Account, sender: str, text: Text) -> Message:
    """The Message in the account's log; `sender` is a number, or the name of an alphanumeric sender."""
    now = world.clock.now()
    whole = text.media or text.to.channel == "whatsapp"
    message = Message(
        sid=world.sids.new("MM" if text.media else "SM"),
        account_sid=account.sid,
        to=str(text.to),
        sender=str(Address(text.to.channel, sender)),
        body=text.body,
        status="received",
        direction="inbound",
        created=now,
        updated=now,
        sent=now,
        num_segments=1 if whole else segments(text.body),
        mode="immediate",
        media=text.media,
        timeline=[("received", now)],
    )
    account.keep(message)
    account.ended.append(message.sid)
    return message
