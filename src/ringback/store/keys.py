"""The rows of our own API keys."""

import json
from typing import Any

from ringback.store.database import Database
from ringback.store.rows import Key, row_as


class KeyTable:
    """API keys by hash and by name."""

    def __init__(self, database: Database, queries: Any) -> None:
        self._database = database
        self._queries = queries

    async def insert(self, key: Key) -> bool:
        """Keep it; False if a working key has that name."""
        row = await self._database.write(
            lambda c: self._queries.insert_key(
                c,
                id=key.id,
                name=key.name,
                hash=key.hash,
                scopes=key.scopes,
                accounts=key.accounts,
                now=key.created_at,
            )
        )
        return row is not None

    async def by_hash(self, digest: bytes) -> Key | None:
        """The working key that hashes to this."""
        row = await self._database.read(lambda c: self._queries.key_by_hash(c, hash=digest))
        return row_as(Key, row) if row is not None else None

    async def all(self) -> list[Key]:
        """All working keys by name."""

        async def select(connection: Any) -> list[Key]:
            return [row_as(Key, row) async for row in self._queries.all_keys(connection)]

        return await self._database.read(select)

    async def revoke(self, name: str, now: int) -> bool:
        """Take it back; False if no working key has that name."""
        row = await self._database.write(lambda c: self._queries.revoke_key(c, name=name, now=now))
        return row is not None


def scopes_of(key: Key) -> frozenset[str]:
    """What a key may do."""
    return frozenset(json.loads(key.scopes))


def accounts_of(key: Key) -> frozenset[str] | None:
    """Which accounts a key may use; None for all."""
    return frozenset(json.loads(key.accounts)) if key.accounts is not None else None
