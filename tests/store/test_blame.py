"""Whose an error of the database is: one statement's own, or the database's, which may serve again later."""

import asyncio
import inspect
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from tests.store.conftest import NOBODY, NewJobOf, an_account

from ringback.errors import Misconfigured, Unavailable
from ringback.store import Store, open_store
from ringback.store.database import Blame
from ringback.store.endings import Ending, place_of
from ringback.store.jobs import UNPACED, Start
from ringback.store.persistence import until_written
from ringback.store.postgres import blame
from ringback.store.rows import State

pytestmark = pytest.mark.anyio

MISTAKES = [
    pytest.param("update jobs set nothing = 1", id="no such column"),
    pytest.param("update nobody set state = 'done'", id="no such table"),
    pytest.param("updat jobs set state = 'done'", id="no SQL"),
    pytest.param("insert into keys (id) values ('half')", id="a column without a value"),
]
OUR_OWN = (
    sqlite3.OperationalError,
    sqlite3.IntegrityError,
    asyncpg.SyntaxOrAccessError,
    asyncpg.IntegrityConstraintViolationError,
)


async def run(connection: Any, statement: str) -> None:
    ran = connection.execute(statement)
    if inspect.isawaitable(ran):
        await ran


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_a_mistake_in_sql_is_raised_as_itself_and_its_neighbours_are_written(
    store: Store, new_job: NewJobOf, mistake: str
) -> None:
    outcomes = await asyncio.gather(
        store.jobs.accept(new_job("job_1"), NOBODY),
        store.database.write(lambda c: run(c, mistake)),
        store.jobs.accept(new_job("job_2"), NOBODY),
        return_exceptions=True,
    )

    assert isinstance(outcomes[1], OUR_OWN)
    assert [await store.jobs.get(job) is not None for job in ("job_1", "job_2")] == [True, True]


async def test_a_mistake_in_a_read_is_raised_as_itself(store: Store) -> None:
    with pytest.raises(OUR_OWN, match="nothing"):
        await store.database.read(lambda c: run(c, "select nothing from jobs"))


async def test_what_must_be_written_is_not_repeated_for_ever_if_it_is_wrong(store: Store) -> None:
    async with asyncio.timeout(60):
        with pytest.raises(OUR_OWN):
            await until_written(lambda: store.database.write(lambda c: run(c, "update jobs set nothing = 1")))


async def test_a_row_that_is_there_already_is_not_written_for_ever(store: Store) -> None:
    twice = "insert into migrations (number, applied_at) values (1, 1)"

    async with asyncio.timeout(60):
        with pytest.raises((sqlite3.IntegrityError, asyncpg.UniqueViolationError)):
            await until_written(lambda: store.database.write(lambda c: run(c, twice)))


async def test_a_lock_that_another_program_holds_is_the_databases(tmp_path: Path) -> None:
    async with open_store(tmp_path / "ledger.db") as store:
        await store.database.write(lambda c: run(c, "pragma busy_timeout = 50"))
        with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
            other.execute("begin exclusive")

            with pytest.raises(Unavailable, match="locked"):
                await store.accounts.insert(an_account())


TABLES = ("jobs", "attempts", "events", "messages", "keys")
LARGE = '"' + "x" * 100_000 + '"'  # fits into no page that there is
NO_BOUND = 1 << 30


async def test_on_a_full_disk_everything_is_refused_until_there_is_room(
    tmp_path: Path, new_job: NewJobOf
) -> None:
    async with open_store(tmp_path / "ledger.db") as store:
        await store.accounts.insert(an_account())
        await store.database.write(lambda c: run(c, "pragma max_page_count = 1"))  # as many as there are
        last = await filled_up(store, new_job)
        was = rows(tmp_path / "ledger.db")

        # A key alone may still fit: it is in one transaction with what does not.
        outcomes = await asyncio.gather(
            store.database.write(lambda c: run(c, A_KEY)),
            *(store.jobs.accept(new_job(name), NOBODY) for name in (last, "job_other")),
            return_exceptions=True,
        )
        with pytest.raises(Unavailable):
            await store.jobs.accept(new_job("job_first"), NOBODY)

        for refusal in outcomes:
            assert isinstance(refusal, Unavailable)
            assert "(database or disk is full). Nothing was half-written." in refusal.message
        assert rows(tmp_path / "ledger.db") == was
        assert await store.jobs.get("job_0") is not None
        assert await store.jobs.get(last) is None
        await store.database.write(lambda c: run(c, f"pragma max_page_count = {NO_BOUND}"))
        assert await store.jobs.accept(new_job(last), NOBODY) is not None
        assert rows(tmp_path / "ledger.db")["jobs"] == was["jobs"] + 1


async def test_an_answer_for_which_the_disk_has_no_room_is_written_once_it_has(
    tmp_path: Path, new_job: NewJobOf
) -> None:
    async with open_store(tmp_path / "ledger.db") as store:
        await store.accounts.insert(an_account())
        await store.jobs.accept(new_job(), NOBODY, UNPACED, Start("p", 60))
        job = await store.jobs.get("job_1")
        assert job is not None
        await store.database.write(lambda c: run(c, "pragma max_page_count = 1"))
        was, ending = rows(tmp_path / "ledger.db"), Ending(state=State.DONE, result=LARGE)
        refused: list[Unavailable] = []

        async def record() -> None:
            try:
                await store.outcomes.record(place_of(job), ending, "p", 2_000, job)
            except Unavailable as error:
                refused.append(error)
                raise

        writing = asyncio.create_task(until_written(record))
        async with asyncio.timeout(30):
            while len(refused) < 2:  # noqa: ASYNC110 - it tries again by itself
                await asyncio.sleep(0.01)
        during = (rows(tmp_path / "ledger.db"), await store.jobs.get("job_1"))
        await store.database.write(lambda c: run(c, f"pragma max_page_count = {NO_BOUND}"))
        await writing
        done = await store.jobs.get("job_1")

    assert during == (was, job)
    assert done is not None
    assert (done.state, done.result) == (State.DONE, LARGE)
    assert rows(tmp_path / "ledger.db") == was | {"attempts": 1}


A_KEY = "insert into keys (id, name, hash, scopes, created_at) values ('k', 'k', x'00', '[]', 1)"


async def filled_up(store: Store, new_job: NewJobOf) -> str:
    """The first job for which there is no room any more."""
    for number in range(10_000):
        try:
            await store.jobs.accept(new_job(name := f"job_{number}"), NOBODY)
        except Unavailable:
            return name
    raise AssertionError("the disk was never full")


def rows(ledger: Path) -> dict[str, int]:
    """How many rows a sound ledger has, as another program sees it."""
    with closing(sqlite3.connect(ledger)) as other:
        assert other.execute("pragma integrity_check").fetchall() == [("ok",)]
        return {name: other.execute(f"select count(*) from {name}").fetchone()[0] for name in TABLES}  # noqa: S608 - the names above


async def test_a_file_that_was_damaged_is_the_databases(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    async with open_store(ledger) as store:
        await store.accounts.insert(an_account())
    with ledger.open("r+b") as file:  # the first page names the tables; all others are lost
        whole = len(file.read())
        file.seek(4096)
        file.write(b"x" * (whole - 4096))

    with pytest.raises((Misconfigured, Unavailable), match="malformed"):  # at the latest when it is read
        async with open_store(ledger) as store:
            await store.accounts.all()


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError,
        asyncpg.InvalidPasswordError,
        asyncpg.ReadOnlySQLTransactionError,
        asyncpg.InvalidCatalogNameError,
        asyncpg.InsufficientPrivilegeError,
        asyncpg.InvalidCachedStatementError,
        asyncpg.DiskFullError,
        asyncpg.TooManyConnectionsError,
        asyncpg.LockNotAvailableError,
        asyncpg.QueryCanceledError,
        asyncpg.AdminShutdownError,
        asyncpg.CannotConnectNowError,
        asyncpg.PostgresIOError,
        asyncpg.DataCorruptedError,
        asyncpg.InterfaceError,
        ConnectionResetError,
        TimeoutError,
    ],
)
def test_what_an_administrator_can_mend_is_the_databases(error: type[Exception]) -> None:
    assert blame(error("")) is Blame.GROUP


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.FeatureNotSupportedError,
        asyncpg.CardinalityViolationError,
        asyncpg.NumericValueOutOfRangeError,
        asyncpg.NotNullViolationError,
        asyncpg.PostgresSyntaxError,
        asyncpg.UndefinedColumnError,
        asyncpg.UndefinedTableError,
        asyncpg.DatatypeMismatchError,
        asyncpg.ProgramLimitExceededError,
        asyncpg.RaiseError,
        KeyError,
    ],
)
def test_what_only_another_statement_can_mend_is_its_own(error: type[Exception]) -> None:
    assert blame(error("")) is Blame.UNIT


@pytest.mark.parametrize("error", [asyncpg.DeadlockDetectedError, asyncpg.SerializationError])
def test_transactions_that_met_are_done_again(error: type[Exception]) -> None:
    assert blame(error("")) is Blame.NOBODY
