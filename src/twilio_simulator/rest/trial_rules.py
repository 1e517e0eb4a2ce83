"""What a trial account may not do, by the scheme of 2026 (Twilio docs, usage/trials)."""

from twilio_simulator.addresses import Channel
from twilio_simulator.ledger import TRIAL_GATE, RefusalError
from twilio_simulator.world.account import Account

SCHEME = "2026"
TEMPLATES = frozenset(
    {
        "sms_2fa",
        "sms_appointment_reminders",
        "sms_order_confirmation",
        "sms_delivery_updates",
        "sms_customer_support",
        "sms_marketing_promotions",
        "sms_event_notifications",
        "sms_account_alerts",
        "sms_feedback_surveys",
        "sms_internal_alerts",
    }
)
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
    return account.type == "Trial" and account.ruleset == SCHEME


def check_operation(account: Account, operation: str) -> None:
    """Refuse what the trial leaves out.

    Raises:
        RefusalError: 20003 with the text about trial accounts.
    """
    if _holds(account) and (operation in CLOSED or operation.startswith("content")):
        raise RefusalError(20003, problem=TRIAL_GATE)


def check_message(account: Account, channel: Channel, body: str, content_sid: str | None) -> None:
    """Refuse free text: a text's Body names one of ten templates, WhatsApp needs a ContentSid.

    Raises:
        RefusalError: 572006 for texts, 21654 for WhatsApp (even inside the window).
    """
    if not _holds(account):
        return
    if channel == "sms" and body not in TEMPLATES:
        raise RefusalError(572006)
    if channel == "whatsapp" and content_sid is None:
        raise RefusalError(21654)
