"""Stop, start and help words: Twilio heeds and answers them itself, and still calls the webhook."""

from typing import NamedTuple

from twilio_simulator.addresses import SANDBOX, address, is_short_code
from twilio_simulator.countries import country
from twilio_simulator.life.stock_texts import answer
from twilio_simulator.life.toll_free import network_answer
from twilio_simulator.world.account import Account
from twilio_simulator.world.handset import Handset
from twilio_simulator.world.keywords import STANDARD, OptOutType, Rules
from twilio_simulator.world.message import Message
from twilio_simulator.world.messaging_service import MessagingService
from twilio_simulator.world.opt_outs import OptOut
from twilio_simulator.world.state import World

ANSWERS: dict[OptOutType, str] = {kind: one.reply for kind, one in STANDARD.items()}
CARRIERS_CODE = 30004


class Heard(NamedTuple):
    """A keyword: the whole trimmed text has to be one (Twilio docs, advanced opt-out)."""

    kind: OptOutType
    word: str
    reply: str


def keyword(message: Message, service: MessagingService | None) -> Heard | None:
    """What the text asks for."""
    word = message.body.strip().upper()
    for kind, rule in _rules(message, service).items():
        if word in rule.words:
            return Heard(kind, word, rule.reply)
    return None


def _rules(message: Message, service: MessagingService | None) -> Rules:
    """WhatsApp and short codes have to be in a service with Advanced Opt-Out, or nobody listens."""
    to = address(message.to)
    if service is not None and service.advanced_opt_out:
        person = address(message.sender or "").number
        return {} if to.number == SANDBOX else service.keywords.of(country(person))
    # Standalone short codes have to see to it themselves (Twilio support, customizing HELP and STOP).
    return {} if to.channel == "whatsapp" or is_short_code(to.number) else STANDARD


def heed(
    world: World, account: Account, handset: Handset, message: Message, service: MessagingService | None
) -> list[tuple[str, str]]:
    """Record what an inbound text asks for, and answer it on the phone.

    Returns:
        What the webhook says about it: OptOutType, with Advanced Opt-Out only.
    """
    from_network = network_answer(account, message, message.body.strip().upper())
    answer(world, handset, message, from_network or "")
    heard = keyword(message, service)
    if heard is None:
        return []
    _record(world, account, message, service, heard, by_network=from_network is not None)
    world.log.note("opt_out.word", account.sid, message.sid, type=heard.kind, word=heard.word)
    advanced = service is not None and service.advanced_opt_out
    # Of the network's words only START is answered twice, and that with Advanced Opt-Out alone.
    silent = from_network is not None and not (heard.kind == "START" and advanced)
    if not silent and not account.opt_outs.blocked(message.to, message.sender):
        answer(world, handset, message, heard.reply)
    return [("OptOutType", heard.kind)] if advanced else []


def _record(
    world: World,
    account: Account,
    message: Message,
    service: MessagingService | None,
    heard: Heard,
    *,
    by_network: bool,
) -> None:
    person = message.sender or ""
    # The number that was written to, and the whole service when it belongs to one.
    scopes = [message.to] if service is None else [message.to, service.sid]
    if heard.kind == "STOP" and by_network and world.rules.toll_free_stop_code == CARRIERS_CODE:
        scopes.remove(message.to)
    for scope in scopes:
        if heard.kind == "STOP":
            account.opt_outs.add(OptOut(scope, person, world.clock.now(), heard.word))
        elif heard.kind == "START":
            account.opt_outs.remove(scope, person)
