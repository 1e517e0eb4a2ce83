"""How much one sender may still have to send (Twilio docs, errors/21611 and WhatsApp best practices)."""

from twilio_simulator.addresses import SANDBOX
from twilio_simulator.clock import HOUR, SECOND
from twilio_simulator.ruleset import Ruleset
from twilio_simulator.world.account import Account
from twilio_simulator.world.message import Message

SANDBOX_SENDER = f"whatsapp:{SANDBOX}"
TEXT_HOURS, WHATSAPP_HOURS = 10, 4


def longest_queue(sender: str) -> int:
    """Milliseconds of traffic that a sender's queue holds."""
    return (WHATSAPP_HOURS if sender.startswith("whatsapp:") else TEXT_HOURS) * HOUR


def wait_in_queue(account: Account, message: Message, now: int) -> int:
    """Milliseconds until it is this message's turn, at the pace of the account's settings."""
    return max(0, account.queues.get(message.sender or "", 0) - now)


def seconds_each(account: Account, message: Message, rules: Ruleset) -> float | None:
    """How long the sender needs for one segment; None when it sends everything at once."""
    pace = account.settings.segments_per_second
    if pace is not None:
        return 1 / pace
    return rules.sandbox_seconds_each or None if message.sender == SANDBOX_SENDER else None


def take_turn(account: Account, message: Message, start: int, seconds: float) -> None:
    """The sender is busy with this message from `start` on."""
    busy = round(message.num_segments * seconds * SECOND / message.speed)
    account.queues[message.sender or ""] = start + busy
