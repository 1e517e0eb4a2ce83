"""What becomes of a message, decided by the handset it goes to."""

from typing import NamedTuple

from twilio_simulator.addresses import SANDBOX, address
from twilio_simulator.ruleset import Ruleset
from twilio_simulator.world.account import Account
from twilio_simulator.world.handset import Handset
from twilio_simulator.world.message import Message, Status


class Ending(NamedTuple):
    """The last status of a message and its late code; `sent` means that it stays there."""

    status: Status
    code: int | None = None


# Twilio's error dictionary: 300xx codes end a text as undelivered.
_BY_STATE = {
    "off": 30003,
    "blocking": 30004,
    "unknown": 30005,
    "unreachable_carrier": 30006,
    "spam_filtered": 30007,
}


def ending(account: Account, message: Message, handset: Handset, rules: Ruleset, now: int) -> Ending:
    """How the message will end if nothing changes until then."""
    if account.status != "active":
        return Ending("failed", 30002)
    if handset.outcome_code is not None:
        return Ending("undelivered", handset.outcome_code)
    if address(message.to).channel == "whatsapp":
        return _whatsapp_ending(account, message, handset, rules, now)
    code = _BY_STATE.get(handset.state)
    return Ending("delivered") if code is None else Ending("undelivered", code)


def _whatsapp_ending(
    account: Account, message: Message, handset: Handset, rules: Ruleset, now: int
) -> Ending:
    if not handset.whatsapp or handset.kind == "landline":
        return Ending(rules.not_on_whatsapp_status, 63003)
    sender = address(message.sender or "").number
    if sender == SANDBOX and not account.is_sandbox_member(handset.number, now):
        return Ending(rules.sandbox_not_joined_status, 63015)
    if message.content_sid is None and not account.window_is_open(sender, handset.number, now):
        return Ending(rules.window_closed_status, 63016)
    # A user who blocked the sender gives no error, and a phone that is off no receipt: both stay `sent`.
    if handset.state != "reachable":
        return Ending("sent")
    return Ending("read" if handset.read_receipts else "delivered")
