"""What a trial account may not do, by the scheme of 2026 (Twilio docs, usage/trials)."""

from twilio_simulator.ledger import TRIAL_GATE, RefusalError
from twilio_simulator.world.account import Account

SMS_TEMPLATES_SCHEME = "2026"
# Reported closed to trials: Content, Balance, OutgoingCallerIds, Keys, WhatsApp senders, media.
CLOSED = frozenset(
    {
        "api.FetchBalance",
        "api.ListOutgoingCallerId",
        "api.FetchOutgoingCallerId",
        "api.CreateValidationRequest",
        "api.UpdateOutgoingCallerId",
        "api.DeleteOutgoingCallerId",
        "api.FetchMedia",
        "messaging.ListChannelsSender",
        "messaging.FetchChannelsSender",
        "messaging.CreateChannelsSender",
        "messaging.UpdateChannelsSender",
        "messaging.DeleteChannelsSender",
    }
)


def _holds(account: Account) -> bool:
    return account.type == "Trial" and account.ruleset == SMS_TEMPLATES_SCHEME


def check_operation(account: Account, operation: str) -> None:
    """Refuse what the trial leaves out.

    Raises:
        RefusalError: 20003 with the text about trial accounts.
    """
    if _holds(account) and (operation in CLOSED or operation.startswith("content")):
        raise RefusalError(20003, problem=TRIAL_GATE)


def check_trial(account: Account, *, has_content: bool, whatsapp: bool) -> None:
    """Refuse free-form WhatsApp, even inside the window.

    Raises:
        RefusalError: 21654.
    """
    if _holds(account) and whatsapp and not has_content:
        raise RefusalError(21654)
