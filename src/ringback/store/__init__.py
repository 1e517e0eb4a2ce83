"""The ledger: the only package that knows SQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ringback.store.accounts import AccountTable
from ringback.store.database import Database, load_queries, open_database
from ringback.store.jobs import JobTable
from ringback.store.keys import KeyTable
from ringback.store.outcomes import Outcomes
from ringback.store.polls import PollTable
from ringback.store.verifications import VerificationTable
from ringback.store.watch import Watch


@dataclass(frozen=True, slots=True)
class Store:
    """All tables of one open database."""

    database: Database
    watch: Watch
    accounts: AccountTable
    keys: KeyTable
    jobs: JobTable
    outcomes: Outcomes
    polls: PollTable
    verifications: VerificationTable


@asynccontextmanager
async def open_store(path: str) -> AsyncIterator[Store]:
    """Open the ledger in the SQLite file at `path`. Raises `Misconfigured`."""
    queries = load_queries()
    watch = Watch()
    async with open_database(path) as database:
        yield Store(
            database,
            watch,
            AccountTable(database, queries),
            KeyTable(database, queries),
            JobTable(database, queries, watch),
            Outcomes(database, queries, watch),
            PollTable(database, queries),
            VerificationTable(database, queries),
        )
