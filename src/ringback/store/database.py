"""The embedded database: one SQLite file, and writes that share a transaction."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import aiosql
import aiosqlite

from ringback.errors import Misconfigured, Unavailable

AnswerT = TypeVar("AnswerT")
Work = Callable[[Any], Awaitable[AnswerT]]

OLDEST_SQLITE = (3, 35, 0)  # the first with RETURNING, https://www.sqlite.org/lang_returning.html
SCHEMA_VERSION = 1
LARGEST_GROUP = 256
BUSY_TIMEOUT_MS = 5_000


class OneHop:
    """An aiosql adapter for aiosqlite that crosses to the database's thread once a query, not three times."""

    is_aio_driver = True

    def process_sql(self, _name: str, _kind: Any, sql: str) -> str:
        """SQLite takes `:name` as it is."""
        return sql

    async def select(
        self, connection: Any, _name: str, sql: str, parameters: Any, _record: Any = None
    ) -> AsyncIterator[Any]:
        """All rows, one after the other."""
        for row in await connection.execute_fetchall(sql, parameters):
            yield row

    async def select_one(
        self, connection: Any, _name: str, sql: str, parameters: Any, _record: Any = None
    ) -> Any:
        """The first row or None."""
        return next(iter(await connection.execute_fetchall(sql, parameters)), None)

    async def insert_update_delete(self, connection: Any, _name: str, sql: str, parameters: Any) -> None:
        """Run it; what a driver counts is not portable, so nothing is answered."""
        await connection.execute_fetchall(sql, parameters)


def load_queries() -> Any:
    """The named queries of `queries/*.sql`."""
    adapter: Any = OneHop
    return aiosql.from_path(Path(str(files("ringback.store") / "queries")), adapter)


@dataclass(slots=True)
class Unit:
    """One caller's writes, waiting to be committed with its neighbours'."""

    work: Work[Any]
    done: asyncio.Future[Any]
    answer: Any = None
    failure: BaseException | None = None

    def tell(self) -> None:
        """Let the caller go on; one who gave up waiting is not disturbed."""
        if self.done.done():
            return
        if self.failure is None:
            self.done.set_result(self.answer)
        else:
            self.done.set_exception(self.failure)


class Database:
    """Reads at once; writes in groups, each one transaction that is on disk before its callers go on."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection, path: str) -> None:
        self._writer = writer
        self._reader = reader
        self._path = path
        self._units: asyncio.Queue[Unit | None] = asyncio.Queue()

    async def read(self, work: Work[AnswerT]) -> AnswerT:
        """Run `work` on the reading connection. Raises `Unavailable`."""
        try:
            return await work(self._reader)
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    async def write(self, work: Work[AnswerT]) -> AnswerT:
        """Run `work` inside a transaction and return once it is on disk. Raises `Unavailable`."""
        unit = Unit(work, asyncio.get_running_loop().create_future())
        self._units.put_nowait(unit)
        try:
            answer: AnswerT = await unit.done
        except sqlite3.Error as error:
            raise self._unavailable(error) from error
        return answer

    async def commit_groups(self) -> None:
        """Commit what waits until `finish` is called; run by `open_database`."""
        while (unit := await self._units.get()) is not None:
            group = [unit]
            while len(group) < LARGEST_GROUP and not self._units.empty():
                if (unit := self._units.get_nowait()) is None:
                    self.finish()
                    break
                group.append(unit)
            await self._commit(group)
            for member in group:
                member.tell()

    def finish(self) -> None:
        """Let `commit_groups` end once what waits is on disk; a cancelled commit would hang its callers."""
        self._units.put_nowait(None)

    async def _commit(self, group: list[Unit]) -> None:
        try:
            await self._writer.execute_fetchall("begin immediate")
            for unit in group:
                await self._run(unit)
            await self._writer.execute_fetchall("commit")
        except sqlite3.Error as error:
            await self._abandon()
            for unit in group:
                unit.failure = unit.failure or error

    async def _run(self, unit: Unit) -> None:
        await self._writer.execute_fetchall("savepoint unit")
        try:
            unit.answer = await unit.work(self._writer)
        except Exception as error:  # noqa: BLE001 - it belongs to the caller of this unit alone
            unit.failure = error
            await self._writer.execute_fetchall("rollback to unit")
        await self._writer.execute_fetchall("release unit")

    async def _abandon(self) -> None:
        if self._writer.in_transaction:
            await self._writer.rollback()

    def _unavailable(self, error: sqlite3.Error) -> Unavailable:
        return Unavailable(f"The database {self._path} cannot serve now ({error}). Nothing was half-written.")


# At DEBUG it tells every value that is written, texts and numbers included, to whoever listens.
logging.getLogger("aiosqlite").setLevel(logging.WARNING)


async def _connect(path: str) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        # A commit returns only when its bytes are on disk: a send's intent must survive a power cut.
        for pragma in (f"busy_timeout = {BUSY_TIMEOUT_MS}", "journal_mode = wal", "synchronous = full"):
            await connection.execute_fetchall(f"pragma {pragma}")
    except BaseException:
        await connection.close()  # its thread would keep the process from ending
        raise
    return connection


async def _lay_schema(connection: aiosqlite.Connection, path: str) -> None:
    await connection.execute_fetchall("begin immediate")
    rows = await connection.execute_fetchall("pragma user_version")
    version = next(iter(rows))[0]
    if version == 0:
        schema = (files("ringback.store") / "schema.sql").read_text()
        for statement in split_statements(schema):
            await connection.execute_fetchall(statement)
        await connection.execute_fetchall(f"pragma user_version = {SCHEMA_VERSION}")
    await connection.execute_fetchall("commit")
    if version > SCHEMA_VERSION:
        raise Misconfigured(
            f"{path} was written by a newer Ringback (schema {version}). Install that version."
        )


def split_statements(script: str) -> list[str]:
    """The statements of an SQL script without its comments."""
    lines = (line.split("--")[0].rstrip() for line in script.splitlines())
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]


def _make_private(path: Path) -> None:
    """Numbers and texts are nobody else's to read; the WAL inherits the file's mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)


async def _reading(writer: aiosqlite.Connection, path: str) -> aiosqlite.Connection:
    try:
        await _lay_schema(writer, path)
        return await _connect(path)
    except sqlite3.Error as error:
        raise _unopenable(path, error) from error


def _unopenable(path: str, error: Exception) -> Misconfigured:
    return Misconfigured(
        f"The database {path} cannot be opened ({error}). Name another with --database or RINGBACK_DATABASE."
    )


@asynccontextmanager
async def open_database(path: str) -> AsyncIterator[Database]:
    """Open the SQLite file at `path`, making it and its folder when new. Raises `Misconfigured`."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise Misconfigured(f"SQLite {sqlite3.sqlite_version} is too old: 3.35 or newer is needed.")
    try:
        _make_private(Path(path))
        writer = await _connect(path)
    except (OSError, sqlite3.Error) as error:
        raise _unopenable(path, error) from error
    try:
        reader = await _reading(writer, path)
        try:
            database = Database(writer, reader, path)
            committer = asyncio.create_task(database.commit_groups())
            try:
                yield database
            finally:
                database.finish()
                await committer
        finally:
            await reader.close()
    finally:
        await writer.close()
