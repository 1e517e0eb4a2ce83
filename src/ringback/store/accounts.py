"""The rows of connected accounts."""

from dataclasses import asdict
from typing import Any

from ringback.store.database import Database
from ringback.store.rows import Account, row_as

NOT_FOUND_MEANS = ("unknown", "not_sent", "send_again")
CHANGING = ("created_at", "updated_at", "removed_at")


class AccountTable:
    """Accounts by name and by id."""

    def __init__(self, database: Database, queries: Any) -> None:
        self._database = database
        self._queries = queries

    async def insert(self, account: Account) -> bool:
        """Connect it; False if the name is taken."""
        columns = self._columns(account)
        row = await self._database.write(lambda c: self._queries.insert_account(c, **columns))
        return row is not None

    async def replace(self, seen: Account, account: Account) -> bool:
        """Write all its columns anew; False if it was changed or removed since it was `seen`."""
        columns = self._columns(account) | {"seen": seen.updated_at}
        return await self._database.write(lambda c: self._queries.update_account(c, **columns)) is not None

    async def note_report(self, account_id: str, report: str) -> None:
        """Keep the report of a test; nothing else of the row changes."""
        await self._database.write(lambda c: self._queries.note_report(c, id=account_id, report=report))

    async def forget_previous_tokens(self) -> list[str]:
        """Erase previous tokens whose time is over; the ids of their accounts."""

        async def select(connection: Any) -> list[str]:
            return [row["id"] async for row in self._queries.lapsed_tokens(connection)]

        lapsed = await self._database.read(select)
        if lapsed:
            await self._database.write(self._queries.forget_lapsed_tokens)
        return lapsed

    async def require_writable(self) -> None:
        """Write, and change nothing. SQLite opens what it may only read, and never tries again.

        Raises `Unavailable`.
        """
        await self._database.write(self._queries.write_nothing)

    async def by_name(self, name: str) -> Account | None:
        """The account of that name."""
        return self._found(await self._database.read(lambda c: self._queries.account_by_name(c, name=name)))

    async def by_id(self, account_id: str) -> Account | None:
        """The account of that id, removed ones too."""
        return self._found(await self._database.read(lambda c: self._queries.account_by_id(c, id=account_id)))

    async def all(self) -> list[Account]:
        """All accounts by name."""

        async def select(connection: Any) -> list[Account]:
            return [_account(row) async for row in self._queries.all_accounts(connection)]

        return await self._database.read(select)

    async def exists_any(self) -> bool:
        """Whether any secret is sealed here."""
        return await self._database.read(self._queries.any_account) is not None

    async def unfinished_jobs(self, account_id: str) -> int:
        """How many of its jobs wait or run."""
        row = await self._database.read(lambda c: self._queries.unfinished_jobs(c, account_id=account_id))
        return int(row["jobs"])

    async def ids_with_waiting_jobs(self) -> list[str]:
        """Those with jobs that wait, also for an instant to come."""

        async def select(connection: Any) -> list[str]:
            return [row["id"] async for row in self._queries.accounts_that_wait(connection)]

        return await self._database.read(select)

    async def unknown_jobs(self, account_id: str) -> int:
        """How many of its jobs are unknown."""
        row = await self._database.read(lambda c: self._queries.unknown_jobs(c, account_id=account_id))
        return int(row["jobs"])

    async def remove(self, account_id: str, now: int) -> None:
        """Erase its secrets and let its name go."""
        await self._database.write(
            lambda c: self._queries.remove_account(c, id=account_id, nothing=b"", now=now)
        )

    @staticmethod
    def _columns(account: Account) -> dict[str, Any]:
        columns = {name: value for name, value in asdict(account).items() if name not in CHANGING}
        means = NOT_FOUND_MEANS.index(columns.pop("not_found_means"))
        return columns | {"not_found_means_not_sent": means, "now": account.updated_at}

    @staticmethod
    def _found(row: Any) -> Account | None:
        return _account(row) if row is not None else None


def _account(row: Any) -> Account:
    means = NOT_FOUND_MEANS[row["not_found_means_not_sent"]]
    return row_as(Account, {**dict(row), "not_found_means": means})
