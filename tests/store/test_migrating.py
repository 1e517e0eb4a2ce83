"""Migrations: schema.sql and the numbered scripts make the same tables, on both engines."""

import asyncio
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from tests.postgres import PostgresServer
from tests.store.conftest import an_account

from ringback.clock import machine_clock
from ringback.errors import Misconfigured
from ringback.outbox.line import install_queue
from ringback.settings import PostgresUrl
from ringback.store import open_store
from ringback.store.database import split_statements
from ringback.store.migrating import schema, scripts
from ringback.store.postgres import migrate_postgres

pytestmark = pytest.mark.anyio


def statements(texts: Iterable[str]) -> list[str]:
    return [statement for text in texts for statement in split_statements(text)]


def sqlite_shape(statements: list[str]) -> Any:
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(statement)
    tables = [
        name
        for (name,) in connection.execute("select name from sqlite_master where type = 'table' order by name")
    ]
    columns = {
        table: sorted(tuple(row[1:]) for row in connection.execute(f"pragma table_info({table})"))
        for table in tables
    }
    indexes = sorted(
        (table, row[1], row[2], row[4], tuple(connection.execute(f"pragma index_xinfo({row[1]})").fetchall()))
        for table in tables
        for row in connection.execute(f"pragma index_list({table})")
    )
    conditions = sorted(
        (name, " ".join(sql.split()))
        for name, sql in connection.execute(
            "select name, sql from sqlite_master where type = 'index' and sql > ''"
        )
    )
    connection.close()
    # The place of a column among its neighbours is the order in which versions came, and means nothing.
    return columns, [index[:4] for index in indexes], conditions


async def postgres_shape(url: PostgresUrl, statements: list[str]) -> Any:
    connection = await asyncpg.connect(url.url)
    try:
        for statement in statements:
            await connection.execute(statement)
        columns = await connection.fetch(
            "select table_name, column_name, data_type, is_nullable, column_default "
            "from information_schema.columns where table_schema = 'public' order by 1, 2"
        )
        indexes = await connection.fetch(
            "select indexdef from pg_indexes where schemaname = 'public' order by 1"
        )
        return [tuple(row) for row in columns], [tuple(row) for row in indexes]
    finally:
        await connection.close()


def test_schema_and_migrations_make_the_same_sqlite_database() -> None:
    assert sqlite_shape(statements([schema()])) == sqlite_shape(statements(scripts().values()))


async def test_schema_and_migrations_make_the_same_postgres_database(postgres: PostgresServer) -> None:
    by_schema, by_scripts = await postgres.empty_database(), await postgres.empty_database()
    try:
        made = await postgres_shape(by_schema, statements([schema()]))

        assert made[0]
        assert made == await postgres_shape(by_scripts, statements(scripts().values()))
    finally:
        await postgres.drop(by_schema)
        await postgres.drop(by_scripts)


async def test_a_ledger_of_the_first_version_is_brought_up_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as connection:
        for statement in split_statements(scripts()[1]):
            connection.execute(statement)
        connection.execute(
            "insert into accounts (id, name, account_sid, auth_token, environment, verification_lifetime,"
            " report, created_at, updated_at)"
            " values ('acc_1', 'old', 'AC1', x'00', 'simulator', 600, '{}', 1, 1)"
        )
        connection.execute(
            "insert into jobs (account_id, id, action, state, input_digest, input, notes, attempts, due_at,"
            " requested_by, created_at, updated_at)"
            " values ('acc_1', 'job_1', 'SendMessage', 'unknown', x'00', '{}', '[]', 1, 1, 'ada', 1, 2)"
        )
    connection.close()

    looked_for = []
    for _ in range(2):
        async with open_store(path) as store:
            account = await store.accounts.by_name("old")
            looked_for += [job.id for job in await store.looks.take_due()]

    assert account is not None
    assert account.not_found_means == "unknown"
    assert looked_for == ["job_1"]


async def test_many_processes_may_migrate_the_same_postgres_database_at_once(
    postgres: PostgresServer,
) -> None:
    url = await postgres.empty_database()
    try:
        applied = await asyncio.gather(
            *(migrate_postgres(url, machine_clock(), install_queue) for _ in range(5))
        )

        assert sorted(applied) == [[], [], [], [], sorted(scripts())]
        async with open_store(url) as store:
            assert await store.accounts.insert(an_account())
    finally:
        await postgres.drop(url)


async def test_a_postgres_database_without_its_tables_names_the_command(postgres: PostgresServer) -> None:
    url = await postgres.empty_database()
    try:
        with pytest.raises(Misconfigured, match="ringback migrate --database postgresql://"):
            async with open_store(url):
                pass
    finally:
        await postgres.drop(url)


async def test_a_postgres_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(Misconfigured) as refused:
        async with open_store(PostgresUrl("postgresql://ringback:pass-word@127.0.0.1:1/ringback")):
            pass

    assert "127.0.0.1:1/ringback" in refused.value.message
    assert "pass-word" not in refused.value.message
