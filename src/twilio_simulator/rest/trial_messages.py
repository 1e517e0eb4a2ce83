"""What a trial account may send: the scheme of 2026 knows ten texts, the classic one marks every text."""

from twilio_simulator.addresses import Address
from twilio_simulator.countries import country
from twilio_simulator.ledger import TRIAL_GATE, RefusalError
from twilio_simulator.life.trial_texts import scheme_of
from twilio_simulator.rest.call import Call
from twilio_simulator.rest.trial_rules import check_verified
from twilio_simulator.world.account import Account
from twilio_simulator.world.provided_templates import PROVIDED
from twilio_simulator.world.trial_schemes import TrialScheme

# Twilio docs, "Try out" pages: a trial of 2026 sets To, From, Body or ContentSid, and StatusCallback only.
REFUSED = frozenset({"MediaUrl", "SendAt", "ScheduleType", "ShortenUrls", "SendAsMms", "PersistentAction"})


def checked_body(call: Call, to: Address, body: str) -> str:
    """The text as the trial lets it out.

    Raises:
        RefusalError: 572006, 21654, 21655, 21608, 21408, 10002.
    """
    scheme = scheme_of(call.account)
    if scheme is None:
        return body
    if scheme.texts:
        _check_template_name(call, scheme, to, body)
    if to.channel == "sms" or scheme.texts:
        check_verified(call.account, to.number)
    if scheme.texts and to.channel == "sms" and country(to.number) != _home(call.account):
        raise RefusalError(21408, to=to.number)
    return _worded(call, scheme, to, body)


def _check_template_name(call: Call, scheme: TrialScheme, to: Address, body: str) -> None:
    content_sid = call.said("ContentSid")
    if to.channel == "sms" and (body not in scheme.texts or content_sid is not None):
        raise RefusalError(572006)
    if to.channel == "whatsapp" and content_sid is None:
        raise RefusalError(21654)
    if content_sid is not None and content_sid not in PROVIDED:
        raise RefusalError(21655)
    if any(call.said(name) for name in REFUSED):
        raise RefusalError(call.world.rules.trial_parameter_code, problem=TRIAL_GATE)


def _home(account: Account) -> str:
    """The country of the sign-up: that of the account's first number."""
    return country(next(iter(account.numbers), "+1"))


def _worded(call: Call, scheme: TrialScheme, to: Address, body: str) -> str:
    if to.channel != "sms":
        return body
    if scheme.texts and call.world.rules.trial_body == "rendered":
        return scheme.texts[body]
    return scheme.prefix + body
