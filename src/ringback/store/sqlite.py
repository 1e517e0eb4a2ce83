"""The embedded database: one SQLite file, one thread that writes and one that reads.

A group of callers crosses to the writer's thread once, however many queries they make there
(`docs/decisions/0006-one-crossing-a-group.md`).
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from ringback.clock import Clock
from ringback.errors import Misconfigured, Unavailable
from ringback.store.database import Blame, Lane, Unit, Work, commit_together, unopenable
from ringback.store.migrating import migrate
from ringback.store.sqlite_file import PRIMARY, FileGone, SqliteFile, connect, make_private

AnswerT = TypeVar("AnswerT")

OLDEST_SQLITE = (3, 35, 0)  # the first with RETURNING, https://www.sqlite.org/lang_returning.html
# Answers come in bursts, and a commit takes half a millisecond of the processor: with 64 in flight, those who
# join within so many turns double a group.
TURNS_TO_JOIN = 8
# The database's own trouble; all else is a statement's: https://www.sqlite.org/rescode.html
TROUBLES = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_SCHEMA,
        sqlite3.SQLITE_NOTADB,
    }
)


class SqliteTransaction:
    """The writing connection, as seen from its thread."""

    def __init__(self, connection: sqlite3.Connection, file: SqliteFile) -> None:
        self.connection = connection
        self._file = file

    async def begin(self) -> None:
        """Take the write lock at once, so that no unit finds it taken halfway."""
        self._file.check()
        self.connection.execute("begin immediate")

    async def commit(self) -> None:
        """Returns once the bytes are on disk (synchronous=full)."""
        self.connection.execute("commit")

    async def roll_back(self) -> None:
        """Take back what was written, if anything was begun."""
        if self.connection.in_transaction:
            self.connection.rollback()

    def blame(self, error: Exception) -> Blame:
        """Whose an error is."""
        return blame(error)


def blame(error: Exception) -> Blame:
    """A full disk, a lock or a lost file is everybody's; all else, bad SQL too, is one caller's own."""
    code = getattr(error, "sqlite_errorcode", 0) & PRIMARY
    return Blame.GROUP if code in TROUBLES or isinstance(error, FileGone) else Blame.UNIT


class Sqlite:
    """An open SQLite file."""

    pool = None

    def __init__(self, writer: sqlite3.Connection, reader: sqlite3.Connection, path: str) -> None:
        self._file = SqliteFile(path)
        self._transaction = SqliteTransaction(writer, self._file)
        self._reader = reader
        self._path = path
        self._writes = Lane(TURNS_TO_JOIN)
        self._reads = Lane()

    @property
    def writes_in_line(self) -> int:
        """How many writes wait for their turn."""
        return len(self._writes)

    async def read(self, work: Work[AnswerT]) -> AnswerT:
        """Run `work` on the reading connection. Raises `Unavailable`."""
        return await self._in(self._reads, work)

    async def write(self, work: Work[AnswerT], order: str = "") -> AnswerT:  # noqa: ARG002 - one writer: no row is held twice
        """Run `work` inside a transaction and return once it is on disk. Raises `Unavailable`."""
        return await self._in(self._writes, work)

    async def serve(self, writing: ThreadPoolExecutor, reading: ThreadPoolExecutor) -> None:
        """Do what is asked until `finish`."""
        loop = asyncio.get_running_loop()

        async def write(group: list[Unit]) -> None:
            await loop.run_in_executor(writing, complete, commit_together(self._transaction, group))

        async def read(group: list[Unit]) -> None:
            await loop.run_in_executor(reading, self._read, group)

        await asyncio.gather(self._writes.run(write), self._reads.run(read))

    def finish(self) -> None:
        """Let `serve` end once what waits is done."""
        self._writes.finish()
        self._reads.finish()

    def _read(self, group: list[Unit]) -> None:
        for unit in group:
            try:
                self._file.check()
                unit.answer = complete(unit.work(self._reader))
            except Exception as error:  # noqa: BLE001 - it belongs to the caller of this unit alone
                unit.failure = error

    async def _in(self, lane: Lane, work: Work[AnswerT]) -> AnswerT:
        try:
            return await lane.do(work)
        except sqlite3.Error as error:
            if blame(error) is Blame.UNIT:
                raise
            raise Unavailable(
                f"The database {self._path} cannot serve now ({error}). Nothing was half-written."
            ) from error


def complete(work: Awaitable[AnswerT]) -> AnswerT:
    """Run a coroutine that never waits to its end, without an event loop."""
    coroutine = cast("Coroutine[Any, Any, AnswerT]", work)
    try:
        coroutine.send(None)
    except StopIteration as ended:
        answer: AnswerT = ended.value
        return answer
    coroutine.close()
    raise RuntimeError("Work on a database may only make queries, not wait.")


def _open_writer(path: str, clock: Clock) -> sqlite3.Connection:
    make_private(Path(path))
    writer = connect(path, clock)
    try:
        _bring_up(writer, path, clock)
    except BaseException:
        writer.close()
        raise
    return writer


def _bring_up(writer: sqlite3.Connection, path: str, clock: Clock) -> list[int]:
    transaction = SqliteTransaction(writer, SqliteFile(path))
    return complete(migrate(transaction, SqliteShape(writer), path, clock()))


async def migrate_sqlite(path: str, clock: Clock) -> list[int]:
    """Bring the file up to date; the numbers of what was applied. Raises `Misconfigured`."""

    def opened() -> list[int]:
        make_private(Path(path))
        with contextlib.closing(connect(path, clock)) as writer:
            return _bring_up(writer, path, clock)

    try:
        return await asyncio.to_thread(opened)
    except (OSError, sqlite3.Error) as error:
        raise unopenable(path, error) from error


class SqliteShape:
    """What a SQLite file holds already."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """`begin immediate` has let in one process alone."""

    async def tables(self) -> set[str]:
        """The names of its tables."""
        return {
            row[0] for row in self._connection.execute("select name from sqlite_master where type = 'table'")
        }

    async def run(self, statement: str) -> None:
        """Run one statement."""
        self._connection.execute(statement)

    async def numbers(self) -> set[int]:
        """The migrations it has had."""
        return {row[0] for row in self._connection.execute("select number from migrations")}


@asynccontextmanager
async def open_sqlite(path: str, clock: Clock) -> AsyncIterator[Sqlite]:
    """Open the SQLite file at `path`, making it and its folder when new. Raises `Misconfigured`."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise Misconfigured(f"SQLite {sqlite3.sqlite_version} is too old: 3.35 or newer is needed.")
    with _thread("writes") as writing, _thread("reads") as reading:
        writer = await _opened(writing, _open_writer, path, clock)
        try:
            reader = await _opened(reading, connect, path, clock)
            try:
                database = Sqlite(writer, reader, path)
                serving = asyncio.create_task(database.serve(writing, reading))
                try:
                    yield database
                finally:
                    database.finish()
                    await serving
            finally:
                reader.close()
        finally:
            writer.close()


def _thread(name: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"ringback-{name}")


async def _opened(
    thread: ThreadPoolExecutor, connect: Callable[[str, Clock], sqlite3.Connection], path: str, clock: Clock
) -> sqlite3.Connection:
    try:
        return await asyncio.get_running_loop().run_in_executor(thread, connect, path, clock)
    except (OSError, sqlite3.Error) as error:
        raise unopenable(path, error) from error
