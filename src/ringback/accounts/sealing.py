"""The secrets of an account as its row keeps them: sealed, and bound to that row and column."""

from pydantic import SecretStr

from ringback.secrets import Keyring
from ringback.store.rows import Account

SECRETS = ("auth_token", "api_key_secret")


def sealed(keyring: Keyring, account_id: str, column: str, secret: SecretStr) -> bytes:
    """A secret as it is stored."""
    return keyring.seal(secret.get_secret_value().encode(), _place(account_id, column))


def opened(keyring: Keyring, account: Account, column: str) -> SecretStr | None:
    """A secret in the clear, None if the row has none. Raises `Misconfigured`."""
    kept: bytes | None = getattr(account, column)
    return SecretStr(keyring.open(kept, _place(account.id, column)).decode()) if kept else None


def _place(account_id: str, column: str) -> str:
    return f"accounts/{account_id}/{column}"
