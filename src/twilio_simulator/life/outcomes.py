"""What becomes of a message, decided by the handset it goes to."""

from typing import NamedTuple

from twilio_simulator.addresses import SANDBOX, address
from twilio_simulator.life.approvals import late_code
from twilio_simulator.life.rendering import matches
from twilio_simulator.ruleset import Ruleset
from twilio_simulator.world.account import Account
from twilio_simulator.world.handset import Handset
from twilio_simulator.world.message import Message, Status
from twilio_simulator.world.provided_templates import PROVIDED


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
OUTSIDE_WINDOW = 63016
SANDBOX_SENDER = f"whatsapp:{SANDBOX}"


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
        return Ending(rules.not_on_whatsapp_status, rules.not_on_whatsapp_code)
    sender = address(message.sender or "").number
    if sender == SANDBOX and not account.is_sandbox_member(handset.number, now):
        return Ending(rules.sandbox_not_joined_status, 63015)
    opened = account.window_is_open(sender, handset.number, now)
    code = _content_code(account, message, rules, now, opened=opened)
    if code is not None:
        outside = code == OUTSIDE_WINDOW
        return Ending(rules.window_closed_status if outside else rules.template_failure_status, code)
    # A user who blocked the sender gives no error, and a phone that is off no receipt: both stay `sent`.
    if handset.state != "reachable":
        return Ending("sent")
    return Ending("read" if handset.read_receipts else "delivered")


def _content_code(
    account: Account, message: Message, rules: Ruleset, now: int, *, opened: bool
) -> int | None:
    """What WhatsApp says to the content: a template has to pass, free-form text needs the open window."""
    if message.content_sid is None:
        return None if opened or _reads_like_a_template(account, message, rules) else OUTSIDE_WINDOW
    template = account.templates.get(message.content_sid) or PROVIDED.get(message.content_sid)
    if template is None:
        return 63027
    if not opened and message.sender == SANDBOX_SENDER and template.sid not in PROVIDED:
        # The sandbox knows three templates and no custom ones (Twilio docs, whatsapp/sandbox).
        return OUTSIDE_WINDOW
    code = late_code(template, window_is_open=opened, now=now, rules=rules)
    return message.late_code if code is None else code


def _reads_like_a_template(account: Account, message: Message, rules: Ruleset) -> bool:
    if not rules.body_matches_template:
        return False
    approved = [one for one in account.templates.values() if one.approval.status == "approved"]
    return any(matches(template, message.body) for template in approved)
