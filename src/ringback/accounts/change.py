"""What a change makes of an account, and what it asks for again."""

from collections.abc import Mapping
from typing import Any

from ringback.accounts.fields import NewAccount
from ringback.accounts.sealing import SECRETS
from ringback.errors import FieldError
from ringback.store.rows import Account

Fields = dict[str, Any]

TESTED = frozenset(
    {
        *SECRETS,
        *("account_sid", "api_key_sid", "environment", "region", "edge", "base_url"),
        "default_verify_service",
    }
)
"""Fields that only a test can prove."""

BELONGS_TO = ("account_sid", "environment", "region", "base_url")
"""What a secret was entered for; if one of them changes, a kept secret would go where nobody meant it to."""


def tidy(given: Mapping[str, Any]) -> Fields:
    """Without what is null, or left blank in a form."""
    return {name: value for name, value in given.items() if value not in (None, "")}


def unblanked(given: Mapping[str, Any]) -> Fields:
    """With null for what is left blank in a form."""
    return {name: None if value == "" else value for name, value in given.items()}


def merged(standing: Mapping[str, Any], change: Mapping[str, Any]) -> Fields:
    """The account as it would be: null clears a field, but not a secret, which people leave blank to keep.

    The secret of an API key goes with its SID.
    """
    said = {name: value for name, value in change.items() if name not in SECRETS or value is not None}
    kept = dict(standing)
    if said.get("api_key_sid", kept.get("api_key_sid")) != kept.get("api_key_sid"):
        kept.pop("api_key_secret", None)
    return tidy(kept | said)


def moved(account: Account, wanted: NewAccount) -> list[str]:
    """The fields that make it another account, or the same one elsewhere."""
    return [name for name in BELONGS_TO if getattr(wanted, name) != getattr(account, name)]


def again_needed(account: Account, wanted: NewAccount, change: Mapping[str, Any]) -> list[FieldError]:
    """The secrets that must be given again, because what they were entered for changes."""
    if not (names := moved(account, wanted)):
        return []
    used = SECRETS if wanted.api_key_sid else SECRETS[:1]
    reason = (
        f"Give it again, because {' and '.join(names)} changes: "
        "a kept secret never goes elsewhere than it was entered for."
    )
    return [FieldError(name, reason) for name in used if not change.get(name)]
