"""What a trial account's replies say: the classic scheme marks them, that of 2026 knows ten texts only."""

from twilio_simulator.world.account import Account
from twilio_simulator.world.trial_schemes import SCHEMES, TrialScheme


def scheme_of(account: Account) -> TrialScheme | None:
    """The scheme that holds for the account, None when it is no trial."""
    return SCHEMES.get(account.ruleset) if account.type == "Trial" else None


def reply_text(account: Account, to: str, body: str) -> str | None:
    """The body as it goes out, None when the trial lets no such text out."""
    scheme = scheme_of(account)
    if scheme is None:
        return body
    if scheme.texts:
        return None if to.startswith("whatsapp:") else scheme.texts.get(body)
    return body if to.startswith("whatsapp:") else scheme.prefix + body
