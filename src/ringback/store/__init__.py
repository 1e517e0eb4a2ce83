"""The ledger: the only package that knows SQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import aiosql

from ringback.clock import Clock, machine_clock
from ringback.settings import DatabasePlace, PostgresUrl
from ringback.store.accounts import AccountTable
from ringback.store.again import Again
from ringback.store.ageing import Ageing
from ringback.store.backlog import Backlog
from ringback.store.claims import ClaimTable
from ringback.store.database import Database
from ringback.store.jobs import JobTable
from ringback.store.keys import KeyTable
from ringback.store.leases import Leases
from ringback.store.listing import Listing
from ringback.store.looks import Looks, LookTable
from ringback.store.outcomes import Outcomes
from ringback.store.polls import PollTable
from ringback.store.restoring import Restoring
from ringback.store.seals import SealTable
from ringback.store.senders import SenderTable
from ringback.store.taken import Taken
from ringback.store.tally import Tally
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
    listing: Listing
    tally: Tally
    claims: ClaimTable
    leases: Leases
    senders: SenderTable
    outcomes: Outcomes
    again: Again
    looks: LookTable
    restoring: Restoring
    seals: SealTable
    polls: PollTable
    verifications: VerificationTable
    ageing: Ageing
    backlog: Backlog


@asynccontextmanager
async def open_store(
    place: DatabasePlace | str, clock: Clock = machine_clock, looks: Looks | None = None
) -> AsyncIterator[Store]:
    """Open the ledger: a SQLite file, made when new, or a PostgreSQL database. Raises `Misconfigured`."""
    looks = looks or Looks()
    if isinstance(place, PostgresUrl):
        from ringback.store.announcing import announcing  # noqa: PLC0415 - most have none
        from ringback.store.postgres import PostgresQueries, open_postgres  # noqa: PLC0415

        async with open_postgres(place) as database:
            store = _store(database, _queries(PostgresQueries), looks, clock)
            async with announcing(database.pool, store.watch):
                yield store
    else:
        from ringback.store.embedded import SqliteQueries, bound  # noqa: PLC0415 - see above
        from ringback.store.sqlite import open_sqlite  # noqa: PLC0415 - see above

        async with open_sqlite(str(place), clock) as database:
            yield _store(database, bound(_queries(SqliteQueries)), looks, clock)


async def migrate_file(path: Path, clock: Clock) -> list[int]:
    """Bring a SQLite file up to date, making it when new; the numbers of what was applied."""
    from ringback.store.sqlite import migrate_sqlite  # noqa: PLC0415 - see above

    return await migrate_sqlite(str(path), clock)


def _queries(adapter: Any) -> Any:
    """The named queries of `queries/*.sql`, for one kind of database."""
    return aiosql.from_path(Path(str(files("ringback.store") / "queries")), adapter)


def _store(database: Database, queries: Any, looks: Looks, clock: Clock) -> Store:
    watch = Watch()
    taken = Taken()
    senders = SenderTable(database, queries)
    jobs = JobTable(database, queries, watch, senders, taken)
    outcomes = Outcomes(database, queries, watch, looks)
    return Store(
        database,
        watch,
        AccountTable(database, queries),
        KeyTable(database, queries),
        jobs,
        Listing(database, queries),
        Tally(database, queries, clock),
        ClaimTable(database, queries, senders, taken),
        Leases(database, queries, taken),
        senders,
        outcomes,
        Again(database, queries, watch, jobs, outcomes),
        LookTable(database, queries, watch, looks),
        Restoring(database, queries, watch),
        SealTable(database, queries),
        PollTable(database, queries),
        VerificationTable(database, queries),
        Ageing(database, queries, watch),
        Backlog(database, queries),
    )
