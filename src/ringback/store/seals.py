"""What is sealed in the ledger, under whichever key."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ringback.store.database import Database


@dataclass(frozen=True, slots=True)
class Seal:
    """One sealed secret: `part` is the account's column, or the secrets of a job's input."""

    id: str
    part: str
    sealed: bytes


class SealTable:
    """Counts, finds and replaces what is sealed."""

    def __init__(self, database: Database, queries: Any) -> None:
        self._database = database
        self._queries = queries

    async def by_version(self) -> dict[bytes, int]:
        """How many secrets begin with each pair of bytes."""

        async def select(connection: Any) -> dict[bytes, int]:
            rows = self._queries.seals_by_version(connection)
            return {bytes(row["version"]): row["secrets"] async for row in rows}

        return await self._database.read(select)

    async def of_accounts(self, newest: bytes) -> list[Seal]:
        """Those of accounts that begin otherwise."""
        return await self._select("accounts_to_reseal", newest=newest)

    async def of_jobs(self, newest: bytes, beyond: str, most: int) -> list[Seal]:
        """Those of jobs that begin otherwise, in the order of their ids, `most` at once."""
        return await self._select("jobs_to_reseal", newest=newest, beyond=beyond, most=most)

    async def replace(self, anew: Iterable[tuple[Seal, bytes]]) -> int:
        """Put each in the place of what was found there, if that is there still; how many were."""
        pairs = list(anew)

        async def work(connection: Any) -> int:
            replaced = 0
            for seal, sealed in pairs:
                reseal = getattr(self._queries, f"reseal_{seal.part}")
                row = await reseal(connection, id=seal.id, former=seal.sealed, sealed=sealed)
                replaced += row is not None
            return replaced

        return await self._database.write(work) if pairs else 0

    async def _select(self, query: str, **parameters: Any) -> list[Seal]:
        async def select(connection: Any) -> list[Seal]:
            rows = getattr(self._queries, query)(connection, **parameters)
            return [Seal(row["id"], row["part"], bytes(row["sealed"])) async for row in rows]

        return await self._database.read(select)
