"""The embedded database: one file, grouped writes, clear errors."""

import asyncio
import contextlib
import inspect
import logging
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import PostgresServer
from tests.store.conftest import NOBODY, NewJobOf, an_account

from ringback.errors import Misconfigured, Unavailable
from ringback.store import Store, open_store
from ringback.store.database import split_statements

OPEN = """
import asyncio, sys
from ringback.store import open_store, sqlite

async def main(path):
    print("ready", flush=True)
    sys.stdin.read()
    async with open_store(path) as store:
        await store.accounts.exists_any()

asyncio.run(main(sys.argv[1]))
"""

pytestmark = pytest.mark.anyio

FULL = 2  # https://www.sqlite.org/pragma.html#pragma_synchronous


async def run(connection: Any, statement: str) -> None:
    ran = connection.execute(statement)
    if inspect.isawaitable(ran):
        await ran


async def test_one_failing_write_does_not_touch_its_neighbours(store: Store, new_job: NewJobOf) -> None:
    async def breaks(connection: Any) -> None:
        await run(connection, "insert into keys (id) values ('half')")

    outcomes = await asyncio.gather(
        store.jobs.accept(new_job("job_1"), NOBODY),
        store.database.write(breaks),
        store.jobs.accept(new_job("job_2"), NOBODY),
        return_exceptions=True,
    )

    assert isinstance(outcomes[1], Exception)
    assert [await store.jobs.get(job) is not None for job in ("job_1", "job_2")] == [True, True]


async def test_a_write_that_raises_leaves_nothing_behind(store: Store) -> None:
    async def half(connection: Any) -> None:
        await run(connection, "update accounts set name = 'changed'")
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        await store.database.write(half)

    assert await store.accounts.by_name("changed") is None


async def test_commits_are_flushed_to_disk_and_readers_do_not_block(tmp_path: Path) -> None:
    async def pragma(connection: sqlite3.Connection, name: str) -> Any:
        return connection.execute(f"pragma {name}").fetchone()[0]

    async with open_store(tmp_path / "ledger.db") as store:
        assert await store.database.read(lambda c: pragma(c, "journal_mode")) == "wal"
        assert await store.database.write(lambda c: pragma(c, "synchronous")) == FULL


async def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    path = str(tmp_path / "folder" / "ledger.db")
    async with open_store(path) as store:
        await store.accounts.insert(an_account())

    async with open_store(path) as store:
        assert await store.accounts.by_name("shop") is not None


async def opening(path: Path) -> asyncio.subprocess.Process:
    """A process that opens a database once its standard input is closed."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OPEN, str(path), stdin=pipe, stdout=pipe
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"ready\n"
    return child


async def test_processes_may_make_the_same_new_database_at_once(tmp_path: Path) -> None:
    for number in range(2):
        children = [await opening(tmp_path / f"{number}.db") for _ in range(4)]
        for child in children:
            assert child.stdin is not None
            child.stdin.close()

        assert [await child.wait() for child in children] == [0] * 4


async def test_who_comes_while_another_makes_the_database_waits(tmp_path: Path) -> None:
    # SQLite itself does not wait here: it says at once that the file is locked.
    path = tmp_path / "ledger.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        coming = asyncio.create_task(open_and_look(path))
        await asyncio.sleep(0.3)
        assert not coming.done()
        other.execute("commit")

        assert await coming is False


async def open_and_look(path: Path) -> bool:
    async with open_store(path) as store:
        return await store.accounts.exists_any()


async def test_a_place_that_cannot_hold_a_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Misconfigured, match="--database or RINGBACK_DATABASE"):
        async with open_store(str(tmp_path / "file" / "ledger.db")):
            pass


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("dear diary, " * 200)

    with pytest.raises(Misconfigured, match="cannot be opened"):
        async with open_store(str(path)):
            pass


async def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table migrations (number bigint primary key, applied_at bigint not null)")
        connection.execute("insert into migrations values (999, 0)")
    connection.close()

    with pytest.raises(Misconfigured, match="newer Ringback"):
        async with open_store(str(path)):
            pass


def test_statements_are_split_without_their_comments() -> None:
    assert split_statements("-- a; b\ncreate table t (a text); -- c\nselect 1;") == [
        "create table t (a text)",
        "select 1",
    ]


async def test_closing_in_the_middle_of_writes_neither_hangs_nor_loses_one(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.db")
    async with open_store(path) as store:
        writes = [asyncio.create_task(store.accounts.insert(an_account(f"shop{n}"))) for n in range(50)]
        await asyncio.sleep(0)

    async with asyncio.timeout(30):
        assert all(await asyncio.gather(*writes))
    async with open_store(path) as store:
        assert len(await store.accounts.all()) == 50


async def test_nobody_else_on_the_machine_can_read_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "ledger.db"

    async with open_store(str(path)) as store:
        await store.accounts.insert(an_account())
        modes = {file.name: file.stat().st_mode & 0o077 for file in path.parent.iterdir()}

    assert path.parent.stat().st_mode & 0o077 == 0
    assert modes == {"ledger.db": 0, "ledger.db-wal": 0, "ledger.db-shm": 0}


async def test_no_listener_to_debug_logs_hears_what_is_written(
    store: Store, new_job: NewJobOf, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await store.jobs.accept(new_job(), NOBODY)

    assert "+15005550006" not in caplog.text


async def test_a_file_that_is_moved_away_is_not_written_to_and_serves_again_once_it_is_back(
    tmp_path: Path, new_job: NewJobOf
) -> None:
    ledger, elsewhere = tmp_path / "ledger.db", tmp_path / "elsewhere.db"
    async with open_store(ledger) as store:
        await store.accounts.insert(an_account())
        ledger.rename(elsewhere)
        with pytest.raises(Unavailable, match="moved, removed or replaced"):
            await store.jobs.accept(new_job("job_1"), NOBODY)
        with pytest.raises(Unavailable, match="put that file back"):
            await store.accounts.all()

        elsewhere.rename(ledger)

        assert await store.jobs.get("job_1") is None
        assert await store.jobs.accept(new_job("job_2"), NOBODY)


async def test_another_file_in_its_place_is_not_taken_for_it(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    async with open_store(ledger) as store:
        ledger.rename(tmp_path / "elsewhere.db")
        async with open_store(ledger):
            with pytest.raises(Unavailable, match="restart on the one that is there"):
                await store.accounts.insert(an_account())


async def test_a_database_that_lets_nobody_in_is_used_again_once_it_does(postgres: PostgresServer) -> None:
    async with postgres.database() as url:
        name = url.url.partition("?")[0].rpartition("/")[2]
        async with open_store(url) as store:
            await store.accounts.insert(an_account())
            await postgres.run(f"alter database {name} with allow_connections false")
            await postgres.run(
                f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"  # noqa: S608
            )
            writes = (store.accounts.insert(an_account(f"shop{number}")) for number in range(12))
            refused = await asyncio.gather(*writes, return_exceptions=True)
            await postgres.run(f"alter database {name} with allow_connections true")

            assert {type(error) for error in refused} == {Unavailable}
            assert await store.accounts.insert(an_account("after"))


async def test_a_database_that_may_only_be_read_is_told_from_one_that_may_be_written(
    postgres: PostgresServer,
) -> None:
    async with postgres.database() as url, open_store(url) as store:
        await store.accounts.require_writable()
        name = url.url.partition("?")[0].rpartition("/")[2]
        await postgres.run(f"alter database {name} set default_transaction_read_only = on")

        async with open_store(url) as reader:
            with pytest.raises(Unavailable, match="ReadOnlySQLTransactionError"):
                await reader.accounts.require_writable()
