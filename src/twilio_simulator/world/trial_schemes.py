"""Twilio's trial schemes by name: which rules hold for an account of type Trial, and since when."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class TrialScheme:
    """The rules of one scheme; None stands for no such limit."""

    name: str
    since: str
    """The date from which new accounts were given it, as far as the sources tell."""
    prefix: str
    """What stands before every text."""
    days: int | None
    units: MappingProxyType[str, int]
    """Messages by channel, and minutes of calls (`voice`)."""
    most_verified: int | None
    most_accounts: int | None
    """How many trials may have verified one and the same number."""
    inbound_answer: str
    """What somebody is told who writes to a number that has no webhook; blank tells nothing."""
    texts: MappingProxyType[str, str]
    """The only texts there are, by the name that has to stand in Body; empty lets every text pass."""
    call_notice: str = ""
    """What is said before everything else on a call; the words are ours."""


# Our own wordings: the names are published, the texts behind them are not.
_TEXTS = {
    "sms_2fa": "Your verification code is 123456.",
    "sms_appointment_reminders": "Reminder: your appointment is tomorrow at 10:00.",
    "sms_order_confirmation": "Thank you. Your order 1001 is confirmed.",
    "sms_delivery_updates": "Your parcel is on its way and arrives today.",
    "sms_customer_support": "We received your request 1001 and will answer soon.",
    "sms_marketing_promotions": "This week only: 20 percent off. Reply STOP to opt out.",
    "sms_event_notifications": "Your event starts in one hour.",
    "sms_account_alerts": "There was a new sign-in to your account.",
    "sms_feedback_surveys": "How did we do? Reply with a number from 1 to 5.",
    "sms_internal_alerts": "Alert: a service needs attention.",
}

# Twilio docs, usage/trials and the "Try out" pages, with field reports from August 2026 on.
OF_2026 = TrialScheme(
    name="2026",
    since="2026-08-01",
    prefix="",
    days=30,
    units=MappingProxyType({"sms": 100, "whatsapp": 100, "voice": 75}),
    most_verified=5,
    most_accounts=3,
    inbound_answer="This is a Twilio trial number: your message has arrived.",
    texts=MappingProxyType(_TEXTS),
)
# Recorded responses of earlier years.
CLASSIC = TrialScheme(
    name="classic",
    since="2008-01-01",
    prefix="Sent from your Twilio trial account - ",
    days=None,
    units=MappingProxyType({}),
    most_verified=None,
    most_accounts=None,
    inbound_answer="",
    texts=MappingProxyType({}),
    call_notice="This call comes from a Twilio trial account. An upgrade removes this notice.",
)
SCHEMES = MappingProxyType({scheme.name: scheme for scheme in (OF_2026, CLASSIC)})
