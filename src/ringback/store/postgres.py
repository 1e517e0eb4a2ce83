"""The database of many machines: PostgreSQL through asyncpg, with writes that share a transaction."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from operator import attrgetter
from typing import Any, TypeVar

import asyncpg  # type: ignore[import-untyped]
from aiosql.utils import VAR_REF

from ringback.errors import FieldError, InvalidInput, Misconfigured, Unavailable
from ringback.settings import PostgresUrl
from ringback.store.database import Blame, Lane, Unit, Work, commit_together, unopenable, unreadable
from ringback.store.migrating import applied_to, migrate, require_known, scripts

AnswerT = TypeVar("AnswerT")

WRITERS = 4  # transactions at once; each shares its commit among those who came meanwhile
LARGEST_POOL = 14  # four writers, two listeners, the queue, and readers
OPEN_WITHIN = 10.0  # seconds
CLOSE_WITHIN = 10.0
ANSWER_WITHIN = 30.0  # seconds; a statement of ours takes milliseconds
MIGRATION_LOCK = 7_462_254_255  # any number that nobody else locks: "ringback" on a telephone's keys

DIALECT = {
    # Within a select of its own, since an index is no help against a value that changes from row to row.
    "db_now()": "(select cast(extract(epoch from clock_timestamp()) * 1000 as bigint))",
    "for_update": "for update",
    "json_each(": "json_array_elements_text(",  # a JSON list as rows with a column `value`
}

GONE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what it says of a connection that was lost between two of its states
)
# What a statement of ours does wrong: https://www.postgresql.org/docs/current/errcodes-appendix.html
ONES_OWN = (
    "0A",  # it is not supported
    "21",  # more rows than one
    "22",  # bad data
    "23",  # a broken constraint
    "42",  # bad SQL: a column that there is not
    "44",  # a view that would not show it
    "54",  # it is too large
    "P0",  # raised by a function
)
# Of these classes, and yet the database's: rights that an owner took away, a plan older than a migration.
NOT_OURS = (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidCachedStatementError)
# Two who told of one job at once: done again, the second finds what the first wrote.
MET = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError)


# It logs with tracebacks that the database is away, which is told once, in words, where it is met.
logging.getLogger("asyncpg").setLevel(logging.CRITICAL)


class PostgresQueries:
    """The aiosql adapter for an asyncpg connection; aiosql's own looks for a pool at each query."""

    is_aio_driver = True

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def process_sql(self, name: str, _kind: Any, sql: str) -> str:
        """`:name` as `$1`, and `db_now()` as PostgreSQL tells the time."""
        names = self._names.setdefault(name, [])

        def number(match: re.Match[str]) -> str:
            variable = match["var_name"]
            if variable is None:  # within quotes
                return match[0]
            if variable not in names:
                names.append(variable)
            return f"{match['lead']}${names.index(variable) + 1}"

        for ours, theirs in DIALECT.items():
            sql = sql.replace(ours, theirs)
        return str(VAR_REF.sub(number, sql))

    async def select(
        self, connection: Any, name: str, sql: str, parameters: Any, _record: Any = None
    ) -> AsyncIterator[Any]:
        """All rows, one after the other."""
        for row in await connection.fetch(sql, *self._values(name, parameters)):
            yield row

    async def select_one(
        self, connection: Any, name: str, sql: str, parameters: Any, _record: Any = None
    ) -> Any:
        """The first row or None."""
        return await connection.fetchrow(sql, *self._values(name, parameters))

    async def insert_update_delete(self, connection: Any, name: str, sql: str, parameters: Any) -> None:
        """Run it; what a driver counts is not portable, so nothing is answered."""
        await connection.execute(sql, *self._values(name, parameters))

    def _values(self, name: str, parameters: Any) -> list[Any]:
        return [parameters[variable] for variable in self._names[name]] if parameters else []


class PostgresTransaction:
    """One connection of the pool."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._begun: Any = None

    async def begin(self) -> None:
        """Begin a transaction."""
        self._begun = self.connection.transaction()
        await self._begun.start()

    async def commit(self) -> None:
        """Returns once the bytes are on disk (synchronous_commit=on)."""
        begun, self._begun = self._begun, None
        await begun.commit()

    async def roll_back(self) -> None:
        """Take back what was written, if anything was begun; a lost connection has done so itself."""
        begun, self._begun = self._begun, None
        if begun is not None and not self.connection.is_closed():
            await begun.rollback()

    def blame(self, error: Exception) -> Blame:
        """Whose an error is."""
        return blame(error)


def blame(error: BaseException) -> Blame:
    """Whose an error is: one caller's, the database's (a lost connection, a new password), or nobody's."""
    if isinstance(error, MET):
        return Blame.NOBODY
    if isinstance(error, asyncpg.PostgresError):
        own = str(error.sqlstate).startswith(ONES_OWN) and not isinstance(error, NOT_OURS)
        return Blame.UNIT if own else Blame.GROUP
    return Blame.GROUP if isinstance(error, GONE) else Blame.UNIT


class Postgres:
    """An open PostgreSQL database."""

    def __init__(self, pool: Any, name: str) -> None:
        self.pool = pool
        self._name = name
        self._writes = Lane()

    @property
    def writes_in_line(self) -> int:
        """How many writes wait for their turn."""
        return len(self._writes)

    async def read(self, work: Work[AnswerT]) -> AnswerT:
        """Run `work` on a connection of the pool. Raises `Unavailable`."""
        try:
            async with self.pool.acquire(timeout=OPEN_WITHIN) as connection:
                return await work(connection)
        except Exception as error:
            raise self._told(error) from error

    async def write(self, work: Work[AnswerT], order: str = "") -> AnswerT:
        """Run `work` inside a transaction and return once it is on disk. Raises `Unavailable`."""
        try:
            return await self._writes.do(work, order)
        except Exception as error:
            raise self._told(error) from error

    async def serve(self) -> None:
        """Do what is asked until `finish`."""
        await asyncio.gather(*(self._writes.run(self._commit) for _ in range(WRITERS)))

    def finish(self) -> None:
        """Let `serve` end once what waits is done."""
        for _ in range(WRITERS):
            self._writes.finish()

    async def _commit(self, group: list[Unit]) -> None:
        connection = await self.pool.acquire(timeout=OPEN_WITHIN)
        try:
            in_order = sorted(group, key=attrgetter("order"))
            await commit_together(PostgresTransaction(connection), in_order)
        finally:
            # What was committed stays so, whatever becomes of the connection.
            with contextlib.suppress(*GONE, asyncpg.PostgresError):
                await self.pool.release(connection)

    def _told(self, error: Exception) -> Exception:
        """The error as its caller is to hear it."""
        if isinstance(error, asyncpg.CharacterNotInRepertoireError):
            return InvalidInput([FieldError("input", "Leave out the character NUL.")])
        # A row that was there at every try is met by nobody: writing it again would fail for ever.
        if blame(error) is Blame.UNIT or isinstance(error, asyncpg.UniqueViolationError):
            return error
        return Unavailable(f"The database {self._name} cannot serve now ({type(error).__name__}). {NOTHING}")


NOTHING = "What was not answered may be asked again under the same key."


class PostgresShape:
    """What a PostgreSQL database holds already, within its current schema."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """Wait until no other process migrates; held until the transaction ends."""
        await self._connection.execute("select pg_advisory_xact_lock($1)", MIGRATION_LOCK)

    async def tables(self) -> set[str]:
        """The names of its tables."""
        rows = await self._connection.fetch(
            "select tablename from pg_tables where schemaname = current_schema()"
        )
        return {row["tablename"] for row in rows}

    async def run(self, statement: str) -> None:
        """Run one statement."""
        await self._connection.execute(statement)

    async def numbers(self) -> set[int]:
        """The migrations it has had."""
        return {row["number"] for row in await self._connection.fetch("select number from migrations")}


async def migrate_postgres(
    url: PostgresUrl, now: int, install_queue: Callable[[Any], Awaitable[None]]
) -> list[int]:
    """Bring the tables up, the queue's too; the numbers of what was applied. Raises `Misconfigured`."""
    try:
        connection = await asyncpg.connect(url.url, timeout=OPEN_WITHIN)
    except (ValueError, asyncpg.InterfaceError) as error:
        raise unreadable(str(url)) from error
    except (*GONE, asyncpg.PostgresError) as error:
        raise unopenable(str(url), error) from error
    try:
        # Held until the connection closes: the queue's tables are made outside our transaction.
        await connection.execute("select pg_advisory_lock($1)", MIGRATION_LOCK)
        applied = await migrate(PostgresTransaction(connection), PostgresShape(connection), str(url), now)
        await install_queue(connection)
    except asyncpg.InsufficientPrivilegeError as error:
        raise Misconfigured(f"{url}: this user may not make tables ({error}).") from error
    else:
        return applied
    finally:
        await connection.close()


@asynccontextmanager
async def open_postgres(url: PostgresUrl) -> AsyncIterator[Postgres]:
    """Open a migrated PostgreSQL database. Raises `Misconfigured` naming the remedy."""
    try:
        pool = await asyncpg.create_pool(
            url.url,
            min_size=1,
            max_size=LARGEST_POOL,
            timeout=OPEN_WITHIN,
            command_timeout=ANSWER_WITHIN,
            server_settings={"application_name": "ringback", "synchronous_commit": "on"},
        )
    except (ValueError, asyncpg.InterfaceError) as error:
        raise unreadable(str(url)) from error
    except (*GONE, asyncpg.PostgresError) as error:
        raise unopenable(str(url), error) from error
    try:
        await _require_migrated(pool, str(url))
        database = Postgres(pool, str(url))
        serving = asyncio.create_task(database.serve())
        try:
            yield database
        finally:
            database.finish()
            await asyncio.wait([serving], timeout=ANSWER_WITHIN)
    finally:
        await _close(pool)


async def _close(pool: Any) -> None:
    """A server that no longer answers must not keep the process."""
    try:
        async with asyncio.timeout(CLOSE_WITHIN):
            await pool.close()
    except TimeoutError:
        pool.terminate()


async def _require_migrated(pool: Any, name: str) -> None:
    async with pool.acquire() as connection:
        had = await applied_to(PostgresShape(connection))
    require_known(had, name)
    if scripts().keys() - had:
        raise Misconfigured(f"{name} lacks tables of this version. Run: ringback migrate --database {name}")
