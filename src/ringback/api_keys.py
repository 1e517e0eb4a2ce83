"""Our own API keys: made once, kept as hashes, with scopes and, where wanted, accounts."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ringback.clock import Clock, iso
from ringback.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound, Unauthorized
from ringback.ids import new_id
from ringback.secrets import hash_key, new_api_key
from ringback.store.keys import KeyTable, accounts_of, scopes_of
from ringback.store.rows import Key

SCOPES = ("read", "send", "verify", "admin")
NAME = re.compile(r"[A-Za-z0-9_.@ -]{1,64}")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is asking, and what they may do; `accounts` is None for all."""

    name: str
    scopes: frozenset[str]
    accounts: frozenset[str] | None

    def require(self, scope: str, account: str | None = None) -> None:
        """Raise `Forbidden` unless this key may do `scope`, on `account` where one is named."""
        if scope not in self.scopes and "admin" not in self.scopes:
            raise Forbidden(
                f"The key {self.name} lacks the scope {scope}. It has: {', '.join(sorted(self.scopes))}."
            )
        if account is not None and not self.sees(account):
            raise Forbidden(f"The key {self.name} may not use the account {account}.")

    def sees(self, account: str) -> bool:
        """Whether an account is within this key's."""
        return self.accounts is None or account in self.accounts


class ApiKeys:
    """Creates, lists, revokes and recognises keys."""

    def __init__(self, table: KeyTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def create(
        self, name: str, scopes: Sequence[str] = SCOPES, accounts: Sequence[str] | None = None
    ) -> str:
        """Make a key and answer it, for the only time. Raises `InvalidInput` or `Conflict`."""
        _check(name, scopes)
        key, now = new_api_key(), self._clock()
        row = Key(
            id=new_id("key", now),
            name=name,
            hash=hash_key(key),
            scopes=json.dumps(list(scopes)),
            accounts=json.dumps(list(accounts)) if accounts is not None else None,
            created_at=now,
            revoked_at=None,
        )
        if not await self._table.insert(row):
            raise Conflict(f"A key named {name} exists. Revoke it first, or choose another name.")
        return key

    async def list(self) -> list[dict[str, Any]]:
        """All working keys, without their secrets."""
        return [
            {
                "name": key.name,
                "scopes": json.loads(key.scopes),
                "accounts": json.loads(key.accounts) if key.accounts is not None else None,
                "created_at": iso(key.created_at),
            }
            for key in await self._table.all()
        ]

    async def revoke(self, name: str) -> None:
        """Take a key back. Raises `NotFound`."""
        if not await self._table.revoke(name, self._clock()):
            raise NotFound(f"No key is named {name}.")

    async def holder(self, key: str) -> Holder:
        """Who holds this key. Raises `Unauthorized`."""
        row = await self._table.by_hash(hash_key(key))
        if row is None:
            raise Unauthorized("This API key is not known. Make one with: ringback keys create NAME")
        return Holder(row.name, scopes_of(row), accounts_of(row))


def _check(name: str, scopes: Sequence[str]) -> None:
    errors = []
    if not NAME.fullmatch(name):
        errors.append(FieldError("name", "Give 1 to 64 letters, digits, spaces or . _ @ - characters."))
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        errors.append(FieldError("scopes", f"Choose among {', '.join(SCOPES)}."))
    if errors:
        raise InvalidInput(errors)
