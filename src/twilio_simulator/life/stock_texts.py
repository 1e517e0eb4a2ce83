"""Texts that no customer wrote: Twilio's answers to keywords, the sandbox's, a trial's, the network's."""

from twilio_simulator.addresses import address
from twilio_simulator.ledger import late_text
from twilio_simulator.life.inbox import Text, owner, stored
from twilio_simulator.world.alerts import Incident
from twilio_simulator.world.handset import Handset, Shown
from twilio_simulator.world.message import Message
from twilio_simulator.world.state import World

MACHINE_MADE = 30039


def answer(world: World, handset: Handset, inbound: Message, text: str) -> None:
    """The text, if any, reaches whoever wrote; no source shows it as a Message of the account written to."""
    if not text:
        return
    peer = address(inbound.to)
    handset.screen.append(
        Shown(world.clock.now(), peer.channel, "in", inbound.to, text, inbound.account_sid, None)
    )
    _arrive(world, inbound, text)


def _arrive(world: World, inbound: Message, text: str) -> None:
    """At a number of this world it fails as machine-made, and no webhook tells (errors/30039)."""
    writer, peer = address(inbound.sender or ""), address(inbound.to)
    account = owner(world, peer.number, writer)
    if account is None:
        return
    message = stored(world, account, peer.number, Text(writer, text))
    message.status, message.timeline = "failed", [("failed", message.created)]
    message.error_code, message.error_message = MACHINE_MADE, late_text(MACHINE_MADE)
    world.log.note("message.received", account.sid, message.sid, channel=writer.channel, error=MACHINE_MADE)
    world.alert(MACHINE_MADE, f"from {message.sender}", Incident(account.sid, message.sid))
