"""A verification code on its way to a handset or mailbox."""

from dataclasses import dataclass
from functools import partial

from twilio_simulator.addresses import Address, address
from twilio_simulator.countries import country
from twilio_simulator.faults.book import Action, FaultBook, Occasion
from twilio_simulator.life.arrivals import Arrivals
from twilio_simulator.life.calling import Calling
from twilio_simulator.life.code_calls import CodeCall, ring
from twilio_simulator.life.code_texts import Wishes, code_text
from twilio_simulator.life.inbox import Text
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.account import Account
from twilio_simulator.world.handset import Handset, Shown
from twilio_simulator.world.phone_call import CallPlan
from twilio_simulator.world.state import World
from twilio_simulator.world.verification import Attempt, Verification, VerifyService

SENDER = "Verify"


@dataclass(slots=True)
class Dispatch:
    """One sending of a code: where from, and what may go wrong."""

    world: World
    faults: FaultBook
    account: Account
    service: VerifyService
    verification: Verification
    calling: Calling
    webhooks: WebhookSender
    send_digits: str = ""
    """What a call dials once it is answered, such as an extension."""

    def show(self, channel: str, text: str) -> None:
        """The message appears on the handset, if it can; a call rings it."""
        if channel == "call":
            self._call(text)
            return
        handset = self.world.handsets.get(self.verification.to)
        if _arrives(handset, channel):
            now, peer = self.world.clock.now(), _sender(self, channel)
            handset.screen.append(Shown(now, channel, "in", peer, text, self.account.sid, None))
            self._arrive(channel, peer, text)

    def _arrive(self, channel: str, peer: str, text: str) -> None:
        """At a number of this world the code is an inbound message."""
        to = Address("whatsapp" if channel == "whatsapp" else "sms", self.verification.to)
        there = Arrivals(self.world, self.webhooks)
        if there.is_here(to):
            there.take(address(peer), Text(to, text))

    def _call(self, text: str) -> None:
        maker = CodeCall(text, self.service.dtmf_input_required)
        parties, plan = (self.verification.to, SENDER), CallPlan(send_digits=self.send_digits)
        ring(self.world, self.calling, self.account, parties, maker, plan)


def send_code(one: Dispatch, wishes: Wishes) -> None:
    """Note the attempt, and show the code where it arrives; a fault may delay, repeat, move or lose it."""
    verification = one.verification
    action = _fault(one) if one.faults.armed else None
    if action is not None and action.kind == "channel":
        verification.channel = action.how
    _note(one)
    if verification.channel == "sna":
        return
    text = code_text(one.service, verification, wishes)
    channel = verification.channel
    copies = 1 + (action.times if action is not None and action.kind == "duplicate" else 0)
    if action is not None and action.kind == "drop":
        return
    if action is not None and action.kind == "delay":
        delay = round(action.seconds[0] * 1000)
        one.world.clock.after(delay, "verification.code", verification.sid, partial(one.show, channel, text))
        return
    for _ in range(copies):
        one.show(channel, text)


def _note(one: Dispatch) -> None:
    verification = one.verification
    attempt = Attempt(one.world.sids.new("VL"), verification.channel, one.world.clock.now())
    verification.attempts.append(attempt)
    one.world.log.note(
        "verification.sent", verification.account_sid, verification.sid, channel=verification.channel
    )


def _fault(one: Dispatch) -> Action | None:
    occasion = Occasion("code", "", one.account.sid, one.verification.to, SENDER, "")
    return one.faults.take(occasion, f"code of {one.verification.sid}")


def _arrives(handset: Handset, channel: str) -> bool:
    if channel == "whatsapp" and not handset.whatsapp:
        return False
    return channel == "email" or handset.state == "reachable"


def _sender(one: Dispatch, channel: str) -> str:
    """The service's own WhatsApp sender, the Messaging Service for the country, or Verify's own."""
    service, account = one.service, one.account
    if channel == "whatsapp" and service.whatsapp["from"]:
        return str(service.whatsapp["from"])
    if channel == "whatsapp" and service.whatsapp["msg_service_sid"]:
        return _from_pool(account, str(service.whatsapp["msg_service_sid"]), "whatsapp:")
    configurations = service.messaging_configurations
    chosen = configurations.get(country(one.verification.to)) or configurations.get("all")
    if channel == "sms" and chosen is not None:
        return _from_pool(account, chosen.messaging_service_sid, "+")
    return SENDER


def _from_pool(account: Account, sid: str, start: str) -> str:
    service = account.messaging_services.get(sid)
    pool = [] if service is None else service.pool
    return next((address for address in pool if address.startswith(start)), SENDER)
