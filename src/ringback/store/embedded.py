"""The named queries on a SQLite connection within its own thread: nothing here ever waits.

What aiosql makes of a query looks at each call at what it was given; here that is settled at the opening.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

from aiosql.queries import Queries
from aiosql.types import SQLOperationType

Row = dict[str, Any]


class SqliteQueries:
    """The aiosql adapter for reading the files; what runs is `bound`."""

    is_aio_driver = True

    def process_sql(self, _name: str, _kind: Any, sql: str) -> str:
        """SQLite takes `:name` as it is, and has one writer, so that no row need be locked."""
        return sql.replace(" for_update", "")


def bound(queries: Queries) -> SimpleNamespace:
    """Each query as a callable of a connection and its parameters."""
    made = {}
    for name in queries.available_queries:
        query = getattr(queries, name)
        if query.operation in MAKERS:  # the rest are aiosql's cursors
            made[name] = MAKERS[query.operation](query.sql)
    return SimpleNamespace(**made)


class Rows:
    """Rows as dictionaries; the names are kept until the table has others."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()

    def all(self, cursor: sqlite3.Cursor) -> list[Row]:
        """All of them, to the end: a write that returns rows is not done before."""
        rows = cursor.fetchall()
        if rows and len(rows[0]) != len(self._names):
            self._names = tuple(column[0] for column in cursor.description)
        return [dict(zip(self._names, row, strict=True)) for row in rows]


def _many(sql: str) -> Callable[..., AsyncIterator[Row]]:
    read = Rows()

    async def select(connection: sqlite3.Connection, **parameters: Any) -> AsyncIterator[Row]:
        for row in read.all(connection.execute(sql, parameters)):
            yield row

    return select


def _one(sql: str) -> Callable[..., Any]:
    read = Rows()

    async def select_one(connection: sqlite3.Connection, **parameters: Any) -> Row | None:
        rows = read.all(connection.execute(sql, parameters))
        return rows[0] if rows else None

    return select_one


def _none(sql: str) -> Callable[..., Any]:
    async def run(connection: sqlite3.Connection, **parameters: Any) -> None:
        connection.execute(sql, parameters)

    return run


MAKERS: dict[SQLOperationType, Callable[[str], Callable[..., Any]]] = {
    SQLOperationType.SELECT: _many,
    SQLOperationType.SELECT_ONE: _one,
    SQLOperationType.INSERT_UPDATE_DELETE: _none,
}
