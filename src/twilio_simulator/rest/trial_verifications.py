"""What a trial account may not do with Verify (Twilio docs, usage/trials and errors/575001)."""

from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call
from twilio_simulator.rest.trial_rules import check_verified, expired

OWN_WORDS = ("CustomCode", "CustomMessage", "TemplateSid", "TemplateCustomSubstitutions")
"""Parameters that put something of the customer's own into the text."""


def check_trial(call: Call, to: str, channel: str) -> None:
    """Verified numbers only; in the scheme of 2026 no words of one's own, and thirty days.

    Raises:
        RefusalError: 575001 or 21608.
    """
    account = call.account
    if account.type != "Trial":
        return
    if expired(account, call.now) or (account.ruleset == "2026" and any(map(call.said, OWN_WORDS))):
        raise RefusalError(575001)
    if channel != "email":
        check_verified(account, to)
