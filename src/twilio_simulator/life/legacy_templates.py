"""Templates sent as free text, which WhatsApp took until 2025 where the text reads like an approved one."""

from twilio_simulator.addresses import address
from twilio_simulator.world.account import Account
from twilio_simulator.world.alerts import Incident
from twilio_simulator.world.message import Message
from twilio_simulator.world.state import World

LEGACY = 63052


def warn(world: World, account: Account, message: Message) -> None:
    """Tell the debugger of a text that got out of the window only because it reads like a template."""
    to = address(message.to)
    if to.channel != "whatsapp" or message.content_sid is not None:
        return
    sender = address(message.sender or "").number
    if not account.window_is_open(sender, to.number, world.clock.now()):
        world.alert(LEGACY, "send it by ContentSid", Incident(account.sid, message.sid))
