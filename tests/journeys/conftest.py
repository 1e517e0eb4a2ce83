"""A new user's machine for each journey."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.journeys.processes import Installation, installation
from tests.postgres import PostgresServer

pytest.register_assert_rewrite("tests.journeys.chaos")  # it accounts for what its journeys did

ON_EACH_DATABASE = pytest.mark.parametrize("machine", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
async def machine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation; on an embedded ledger, unless its test is one `ON_EACH_DATABASE`."""
    kind = getattr(request, "param", "sqlite")
    opened = on_postgres(request.getfixturevalue("postgres"), tmp_path) if kind == "postgres" else None
    async with opened or installation(tmp_path) as installed:
        yield installed


@pytest.fixture
async def shared(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Installation]:
    """An installation on PostgreSQL."""
    async with on_postgres(postgres, tmp_path) as installed:
        yield installed


@asynccontextmanager
async def on_postgres(server: PostgresServer, home: Path) -> AsyncIterator[Installation]:
    async with server.database() as url, installation(home, url.url) as installed:
        yield installed
