"""A text to one of our numbers: from somebody's phone, or from another number of this world."""

from dataclasses import dataclass

from twilio_simulator.addresses import SANDBOX, Address
from twilio_simulator.life.inbox import Text, owner, stored
from twilio_simulator.life.listeners import listener
from twilio_simulator.life.opt_outs import heed, keyword
from twilio_simulator.life.stock_texts import answer
from twilio_simulator.life.trial_texts import scheme_of
from twilio_simulator.webhooks.attempts import Webhook
from twilio_simulator.webhooks.inbound_requests import inbound_parameters
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.account import Account
from twilio_simulator.world.alerts import Incident
from twilio_simulator.world.handset import Handset, Shown
from twilio_simulator.world.message import Message
from twilio_simulator.world.messaging_service import MessagingService
from twilio_simulator.world.state import World

# The sandbox's stock texts, in our own words: the wire texts were not found in a citable source.
JOINED = "Simulated sandbox: you have joined. Leave with: stop"
LEFT = "Simulated sandbox: you have left."
NOT_ACTIVE = 10001
NOBODY = "Simulated sandbox: this phone has not joined. Send the account's join word first."


@dataclass(slots=True)
class Received:
    """What became of a text."""

    account: Account | None = None
    message: Message | None = None
    webhook: Webhook | None = None
    note: str = ""


def receive(world: World, webhooks: WebhookSender, handset: Handset, text: Text) -> Received:
    """Somebody typed a text on a phone, and sends it."""
    now = world.clock.now()
    handset.screen.append(Shown(now, text.to.channel, "out", str(text.to), text.body, "", None))
    return arrive(world, webhooks, handset, text)


def arrive(world: World, webhooks: WebhookSender, handset: Handset, text: Text) -> Received:
    """The text arrives: it is stored, opens the WhatsApp window and goes to the customer's webhook."""
    now = world.clock.now()
    if text.to == Address("whatsapp", SANDBOX):
        done = _sandbox_word(world, handset, text.body)
        if done is not None:
            return done
    account = owner(world, handset.number, text.to)
    if account is None:
        return Received(note="Nobody here has this number.")
    message = stored(world, account, handset.number, text)
    if text.to.channel == "whatsapp":
        account.open_window(text.to.number, handset.number, now)
    service = _service(account, text.to)
    message.service_sid = None if service is None else service.sid
    world.log.note("message.received", account.sid, message.sid, channel=text.to.channel)
    if account.status != "active":
        # Twilio does not serve such accounts: nobody is asked or answered (errors/10001).
        world.alert(NOT_ACTIVE, f"the account is {account.status}", Incident(account.sid, message.sid))
        return Received(account, message, note=f"The account is {account.status}.")
    told = heed(world, account, handset, message, service)
    where = listener(account, text.to, handset.number, service)
    scheme = scheme_of(account)
    if where is None and scheme is not None and keyword(message, service) is None:
        answer(world, handset, message, scheme.inbound_answer)
    if where is None:
        return Received(account, message, note="No webhook URL is set for this number.")
    parameters = inbound_parameters(message, handset, text.rich, world.address) + told
    return Received(account, message, webhooks.post("inbound", (account.sid, message.sid), where, parameters))


def _sandbox_word(world: World, handset: Handset, body: str) -> Received | None:
    word, now = " ".join(body.lower().split()), world.clock.now()
    joined = next((a for a in world.accounts.values() if a.sandbox.join_word.lower() == word), None)
    member_of = world.sandbox_account(handset.number)
    if joined is not None:
        if member_of is not None:
            del member_of.sandbox.members[handset.number]
        joined.join_sandbox(handset.number, now)
        # The join word is itself an inbound message, so it opens the window (docs whatsapp/sandbox).
        joined.open_window(SANDBOX, handset.number, now)
        world.log.note("sandbox.joined", joined.sid, handset.number)
        return _stock(world, handset, JOINED, joined)
    if member_of is not None and word == "stop":
        del member_of.sandbox.members[handset.number]
        world.log.note("sandbox.left", member_of.sid, handset.number)
        return _stock(world, handset, LEFT, member_of)
    return None if member_of is not None else _stock(world, handset, NOBODY, None)


def _stock(world: World, handset: Handset, text: str, account: Account | None) -> Received:
    sid = "" if account is None else account.sid
    peer = f"whatsapp:{SANDBOX}"
    handset.screen.append(Shown(world.clock.now(), "whatsapp", "in", peer, text, sid, None))
    return Received(account, note=text)


def _service(account: Account, to: Address) -> MessagingService | None:
    return next((one for one in account.messaging_services.values() if str(to) in one.pool), None)
