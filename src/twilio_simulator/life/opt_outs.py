"""Stop, start and help words: Twilio heeds and answers them itself, and still calls the webhook."""

from typing import Literal

from twilio_simulator.addresses import SANDBOX, address, is_short_code
from twilio_simulator.life.stock_texts import answer
from twilio_simulator.world.account import Account
from twilio_simulator.world.handset import Handset
from twilio_simulator.world.message import Message
from twilio_simulator.world.messaging_service import MessagingService
from twilio_simulator.world.opt_outs import OptOut
from twilio_simulator.world.state import World

OptOutType = Literal["STOP", "START", "HELP"]
# Twilio docs, advanced opt-out and TwiML for messaging: the whole trimmed text has to be one of these words.
WORDS: dict[str, OptOutType] = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"), "STOP"),
    **dict.fromkeys(("START", "YES", "UNSTOP"), "START"),
    **dict.fromkeys(("HELP", "INFO"), "HELP"),
}
# The texts of the first two stand in Twilio's OpenAPI examples (messaging v3), the third in 10DLC samples.
ANSWERS: dict[OptOutType, str] = {
    "STOP": (
        "You have successfully been unsubscribed. You will not receive any more messages from this number. "
        "Reply START to resubscribe."
    ),
    "START": (
        "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
        "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    ),
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def keyword(message: Message, service: MessagingService | None) -> OptOutType | None:
    """What the text asks for; on WhatsApp only a service with Advanced Opt-Out listens."""
    advanced = service is not None and service.advanced_opt_out
    if message.to.startswith("whatsapp:") and (not advanced or address(message.to).number == SANDBOX):
        return None
    if is_short_code(message.to) and not advanced:
        # Standalone short codes have to see to it themselves (Twilio support, customizing HELP and STOP).
        return None
    return WORDS.get(message.body.strip().upper())


def heed(
    world: World, account: Account, handset: Handset, message: Message, service: MessagingService | None
) -> list[tuple[str, str]]:
    """Record what an inbound text asks for, and answer it on the phone.

    Returns:
        What the webhook says about it: OptOutType, with Advanced Opt-Out only.
    """
    kind = keyword(message, service)
    if kind is None:
        return []
    person, word = message.sender or "", message.body.strip().upper()
    for scope in _scopes(message, service):
        if kind == "STOP":
            account.opt_outs.add(OptOut(scope, person, world.clock.now(), word))
        elif kind == "START":
            account.opt_outs.remove(scope, person)
    world.log.note("opt_out.word", account.sid, message.sid, type=kind, word=word)
    answer(world, handset, message, ANSWERS[kind])
    return [("OptOutType", kind)] if service is not None and service.advanced_opt_out else []


def _scopes(message: Message, service: MessagingService | None) -> list[str]:
    """The number that was written to, and the whole service when it belongs to one."""
    return [message.to] if service is None else [message.to, service.sid]
