"""The secrets of an account as its row keeps them: sealed, and bound to that row and column."""

from dataclasses import dataclass
from typing import Self

from pydantic import SecretStr

from ringback.secrets import Keyring
from ringback.store.rows import Account

SECRETS = ("auth_token", "api_key_secret")
"""What people enter."""

SEALED = (*SECRETS, "previous_token")
"""What a row keeps sealed."""


def sealed(keyring: Keyring, account_id: str, column: str, secret: SecretStr) -> bytes:
    """A secret as it is stored."""
    return keyring.seal(secret.get_secret_value().encode(), secret_place(account_id, column))


def opened(keyring: Keyring, account: Account, column: str) -> SecretStr | None:
    """A secret in the clear, None if the row has none. Raises `Misconfigured`."""
    kept: bytes | None = getattr(account, column)
    return SecretStr(keyring.open(kept, secret_place(account.id, column)).decode()) if kept else None


@dataclass(frozen=True, slots=True)
class Previous:
    """The Auth Token before a rotation, sealed, and until when callbacks that it signed are accepted."""

    token: bytes | None = None
    until: int | None = None

    @classmethod
    def of(cls, account: Account) -> Self:
        """What a row keeps."""
        return cls(account.previous_token, account.previous_until)

    @classmethod
    def retired(cls, keyring: Keyring, account: Account, until: int) -> Self:
        """The token that a row has now, about to be replaced."""
        token = opened(keyring, account, "auth_token")
        return cls(sealed(keyring, account.id, "previous_token", token), until) if token else cls()


def secret_place(account_id: str, column: str) -> str:
    """What a secret of an account is bound to."""
    return f"accounts/{account_id}/{column}"
