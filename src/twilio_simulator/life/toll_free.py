"""The network's own STOP and START for toll-free numbers, below Twilio and out of its customers' hands.

Twilio support, "Opt-out keyword handling (SMS STOP Filtering) for Toll-Free SMS".
"""

from twilio_simulator.world.account import Account
from twilio_simulator.world.message import Message
from twilio_simulator.world.numbers import line_type
from twilio_simulator.world.opt_outs import OptOut

STOP = "STOP"
STARTS = frozenset({"START", "UNSTOP"})
STOPPED = (
    'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. '
    'Text back "unstop" to receive messages again.'
)
STARTED = 'NETWORK MSG: You have replied "{word}" and will begin receiving messages again from this number.'


def network_answer(account: Account, message: Message, word: str) -> str | None:
    """What the network does with a text to a toll-free number: its answer, None when it lets it pass."""
    if line_type(message.to) != "tollfree":
        return None
    stops, person = account.opt_outs, message.sender or ""
    if word == STOP:
        stops.block(OptOut(message.to, person, message.created, word))
        return STOPPED
    if word in STARTS:
        stops.unblock(message.to, person)
        return STARTED.format(word=word.lower())
    return None
