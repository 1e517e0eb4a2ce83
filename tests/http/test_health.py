import asyncio
import re
import sqlite3
from dataclasses import replace
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
import pytest
from tests.http.outside import Api, served
from tests.postgres import PostgresServer

from ringback.settings import Settings

pytestmark = pytest.mark.anyio


async def test_health_needs_no_key(api: Api) -> None:
    alive = await api.get("/healthz", key=None)
    ready = await api.get("/readyz", key=None)

    assert (alive.status, alive.body) == (200, {"status": "ok"})
    assert ready.status == 200
    assert ready.body == {"status": "ok", "parts": {"database": True, "queue": True, "dispatcher": True}}


async def test_a_server_without_its_ledger_is_alive_but_not_ready(api: Api) -> None:
    with sqlite3.connect(str(api.settings.database)) as database:
        database.execute("drop table accounts")

    assert (await api.get("/healthz", key=None)).status == 200
    answer = await api.get("/readyz", key=None)
    assert (answer.status, answer.body["parts"]) == (503, {"database": False})


async def test_a_server_that_leaves_sending_to_workers_is_ready(settings: Settings) -> None:
    async with served(settings, dispatch=False) as api:
        answer = await api.get("/readyz", key=None)

    assert (answer.status, answer.body["parts"]) == (200, {"database": True, "queue": True})


async def test_a_server_whose_dispatcher_stopped_is_not_ready(api: Api) -> None:
    await api.connector.stop()

    answer = await api.get("/readyz", key=None)

    assert (answer.status, answer.body["parts"]) == (
        503,
        {"database": True, "queue": True, "dispatcher": False},
    )


async def test_a_server_that_is_not_ready_tells_when_to_ask_again(api: Api) -> None:
    await api.connector.stop()

    assert (await api.get("/readyz", key=None)).headers["retry-after"] == "5"


async def test_a_database_without_the_queues_tables_is_not_ready(
    settings: Settings, postgres: PostgresServer
) -> None:
    async with (
        postgres.database() as url,
        served(replace(settings, database=url), dispatch=False) as api,
    ):
        before = await api.get("/readyz", key=None)
        connection = await asyncpg.connect(url.url)
        await connection.execute("drop table pgqueuer cascade")
        await connection.close()
        after = await api.get("/readyz", key=None)

    assert (before.status, before.body["parts"]) == (200, {"database": True, "queue": True})
    assert (after.status, after.body["parts"]) == (503, {"database": True, "queue": False})


async def test_an_idle_connection_is_not_closed_before_balancers_close_theirs(api: Api) -> None:
    host = urlsplit(api.url)
    reader, writer = await asyncio.open_connection(host.hostname, host.port)

    async def ask() -> bytes:
        writer.write(f"GET /healthz HTTP/1.1\r\nHost: {host.netloc}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        assert length is not None
        await reader.readexactly(int(length[1]))
        return head

    try:
        first = await ask()
        await asyncio.sleep(6)  # uvicorn's own limit is 5
        second = await ask()
    finally:
        writer.close()

    assert first.startswith(b"HTTP/1.1 200")
    assert second.startswith(b"HTTP/1.1 200")
