"""What keeps a message from going out, whatever phone it goes to: its files, registration, daily limits."""

from twilio_simulator.addresses import is_dialable
from twilio_simulator.clock import HOUR
from twilio_simulator.life.outcomes import Ending
from twilio_simulator.life.trial_texts import scheme_of
from twilio_simulator.world.account import Account
from twilio_simulator.world.message import Message
from twilio_simulator.world.numbers import line_type
from twilio_simulator.world.state import World

DAY = 24 * HOUR
NORTH_AMERICA = "+1"
# Twilio's error dictionary: carriers leave a message undelivered, Twilio itself fails it.
UNDELIVERED = frozenset({30004, 30006, 30023, 30032, 30034})
TOO_MANY, TOO_MANY_A2P = 63038, 30023


def barred(world: World, account: Account, message: Message) -> Ending | None:
    """How a message ends that nobody lets out; None when nothing keeps it."""
    code = message.barred_by or _by_destination(world, message)
    if account.opt_outs.network and account.opt_outs.blocked(message.sender, message.to):
        code = 30004
    if code is None:
        settings = account.settings
        if account.type == "Trial" or settings.daily_messages is not None or not settings.us_registered:
            code = _by_account(world, account, message)
    if code is None:
        return None
    return Ending("undelivered" if code in UNDELIVERED else "failed", code)


def _by_destination(world: World, message: Message) -> int | None:
    """A number of this world takes what it is capable of."""
    number = world.numbers.get(message.to)
    if number is None:
        return None
    if "sms" not in number.capabilities:
        return 30006
    return 30011 if message.media and "mms" not in number.capabilities else None


def _by_account(world: World, account: Account, message: Message) -> int | None:
    scheme = scheme_of(account)
    longest = world.rules.trial_most_segments
    if scheme is not None and not scheme.texts and message.num_segments > longest:
        return 30044
    if not account.settings.us_registered and _is_a2p(message):
        return 30032 if line_type(message.sender or "") == "tollfree" else 30034
    if message.status == "queued" and _is_one_too_many(account, world.clock.now()):
        message.barred_by = TOO_MANY_A2P if _is_a2p(message) else TOO_MANY
    return message.barred_by


def _is_a2p(message: Message) -> bool:
    """From a long number of the United States or Canada to such a phone."""
    sender = message.sender or ""
    return sender.startswith(NORTH_AMERICA) and is_dialable(sender) and message.to.startswith(NORTH_AMERICA)


def _is_one_too_many(account: Account, now: int) -> bool:
    """Count the message, unless the last 24 hours had as many as they may (errors/63038)."""
    most, recent = account.settings.daily_messages, account.dispatched
    if most is None:
        return False
    while recent and recent[0] <= now - DAY:
        recent.popleft()
    if len(recent) >= most:
        return True
    recent.append(now)
    return False
