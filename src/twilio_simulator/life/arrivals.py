"""A message to a number of this world arrives there as an inbound message of the number's owner."""

from dataclasses import replace

from twilio_simulator.addresses import SANDBOX, Address, address
from twilio_simulator.life.inbound import arrive
from twilio_simulator.life.inbox import Text
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.handset import Handset
from twilio_simulator.world.message import Message
from twilio_simulator.world.state import World


class Arrivals:
    """Hands delivered messages over to those of this world's accounts that they were sent to."""

    def __init__(self, world: World, webhooks: WebhookSender) -> None:
        self._world = world
        self._webhooks = webhooks

    def delivered(self, message: Message) -> None:
        """A message has reached its number: if somebody here rents it, that account has got a text."""
        to = address(message.to)
        if self.is_here(to):
            media = [replace(one, sid=self._world.sids.new("ME")) for one in message.media]
            self.take(address(message.sender or ""), Text(to, message.body, media))

    def take(self, sender: Address, text: Text) -> None:
        """A text for a number that somebody here rents."""
        # Not one of the phones that are looked at: the number of a program has no screen.
        writer = Handset(sender.number, profile_name=self._name(sender))
        arrive(self._world, self._webhooks, writer, text)

    def is_here(self, to: Address) -> bool:
        """Whether an account of this world has the number."""
        if to.channel == "whatsapp":
            return to.number in self._world.whatsapp_owners or to.number == SANDBOX
        return to.number in self._world.numbers

    def _name(self, sender: Address) -> str:
        """What a WhatsApp sender calls itself."""
        account = self._world.whatsapp_owners.get(sender.number)
        own = None if account is None else account.whatsapp_senders.get(sender.number)
        return sender.number if own is None else own.name
