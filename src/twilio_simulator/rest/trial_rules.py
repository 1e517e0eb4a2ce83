"""What a trial account may not do, by its scheme (Twilio docs, usage/trials)."""

from twilio_simulator.clock import HOUR
from twilio_simulator.ledger import TRIAL_GATE, RefusalError
from twilio_simulator.life.trial_texts import scheme_of
from twilio_simulator.ruleset import Ruleset
from twilio_simulator.world.account import Account

DAY = 24 * HOUR
MASKED = 4
# Reported closed to trials of 2026: Content, Balance, OutgoingCallerIds, Keys, Usage, Applications,
# AvailablePhoneNumbers, Monitor alerts, WhatsApp senders, media download.
CLOSED = frozenset(
    {
        "api.FetchBalance",
        "api.ListOutgoingCallerId",
        "api.FetchOutgoingCallerId",
        "api.CreateValidationRequest",
        "api.UpdateOutgoingCallerId",
        "api.DeleteOutgoingCallerId",
        "api.ListAvailablePhoneNumberCountry",
        "api.FetchAvailablePhoneNumberCountry",
        "api.ListAvailablePhoneNumberLocal",
        "api.ListAvailablePhoneNumberMobile",
        "api.ListAvailablePhoneNumberTollFree",
        "api.CreateNewKey",
        "api.ListKey",
        "api.FetchKey",
        "api.UpdateKey",
        "api.DeleteKey",
        "api.CreateNewSigningKey",
        "api.ListSigningKey",
        "api.FetchMedia",
        "api.FetchMediaFile",
        "messaging.ListChannelsSender",
        "messaging.FetchChannelsSender",
        "messaging.CreateChannelsSender",
        "messaging.UpdateChannelsSender",
        "messaging.DeleteChannelsSender",
    }
)
CLOSED_PRODUCTS = ("content", "monitor")


def check_operation(account: Account, operation: str) -> None:
    """Refuse what the trial leaves out.

    Raises:
        RefusalError: 20003 with the text about trial accounts.
    """
    if account.type == "Full" or account.ruleset != "2026":
        return
    if operation in CLOSED or operation.startswith(CLOSED_PRODUCTS):
        raise RefusalError(20003, problem=TRIAL_GATE)


def check_verified(account: Account, number: str, code: int = 21608) -> None:
    """A trial reaches verified numbers only: 21608 for messages, 21219 for calls.

    Raises:
        RefusalError: with the number's last digits masked, as recorded.
    """
    if account.type == "Trial" and all(one.number != number for one in account.caller_ids.values()):
        raise RefusalError(code, to=number[:-MASKED] + "X" * MASKED)


def check_minutes(account: Account, now: int, rules: Ruleset) -> None:
    """Calls of a trial come to an end with its days or its minutes.

    Raises:
        RefusalError: nothing is left of them.
    """
    scheme = scheme_of(account)
    if scheme is None:
        return
    most = scheme.units.get("voice")
    if expired(account, now) or (most is not None and account.units.get("voice", 0) >= most):
        raise RefusalError(rules.trial_units_code)


def expired(account: Account, now: int) -> bool:
    """Whether the days of the trial are over."""
    scheme = scheme_of(account)
    return scheme is not None and scheme.days is not None and now >= account.created + scheme.days * DAY


def spend_unit(account: Account, channel: str, now: int, rules: Ruleset) -> None:
    """Count one message against the trial's units and days.

    Raises:
        RefusalError: nothing is left of them.
    """
    scheme = scheme_of(account)
    if scheme is None:
        return
    used, most = account.units.get(channel, 0), scheme.units.get(channel)
    if expired(account, now) or (most is not None and used >= most):
        raise RefusalError(rules.trial_units_code)
    account.units[channel] = used + 1
