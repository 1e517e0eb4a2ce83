"""What a trial account's replies say: the classic scheme marks them, that of 2026 knows ten texts only."""

from twilio_simulator.addresses import address
from twilio_simulator.world.account import Account
from twilio_simulator.world.trial_schemes import SCHEMES, TrialScheme


def scheme_of(account: Account) -> TrialScheme | None:
    """The scheme that holds for the account, None when it is no trial."""
    return SCHEMES.get(account.ruleset) if account.type == "Trial" else None


def is_open(account: Account, to: str) -> bool:
    """Whether the account may write there: a trial to verified numbers, a classic one to all of WhatsApp."""
    scheme = scheme_of(account)
    if scheme is None or (to.startswith("whatsapp:") and not scheme.texts):
        return True
    number = address(to).number
    return any(one.number == number for one in account.caller_ids.values())


def reply_text(account: Account, to: str, body: str) -> str | None:
    """The body as it goes out, None when the trial lets no such text out."""
    scheme = scheme_of(account)
    if scheme is None:
        return body
    if scheme.texts:
        return None if to.startswith("whatsapp:") else scheme.texts.get(body)
    return body if to.startswith("whatsapp:") else scheme.prefix + body
