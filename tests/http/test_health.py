import sqlite3

import pytest
from tests.http.outside import Api, served

from ringback.settings import Settings

pytestmark = pytest.mark.anyio


async def test_health_needs_no_key(api: Api) -> None:
    alive = await api.get("/healthz", key=None)
    ready = await api.get("/readyz", key=None)

    assert (alive.status, alive.body) == (200, {"status": "ok"})
    assert ready.status == 200
    assert ready.body == {"status": "ok", "parts": {"database": True, "dispatcher": True}}


async def test_a_server_without_its_ledger_is_alive_but_not_ready(api: Api) -> None:
    with sqlite3.connect(str(api.settings.database)) as database:
        database.execute("drop table accounts")

    assert (await api.get("/healthz", key=None)).status == 200
    answer = await api.get("/readyz", key=None)
    assert (answer.status, answer.body["parts"]) == (503, {"database": False})


async def test_a_server_that_leaves_sending_to_workers_is_ready(settings: Settings) -> None:
    async with served(settings, dispatch=False) as api:
        answer = await api.get("/readyz", key=None)

    assert (answer.status, answer.body["parts"]) == (200, {"database": True})


async def test_a_server_whose_dispatcher_stopped_is_not_ready(api: Api) -> None:
    await api.connector.stop()

    answer = await api.get("/readyz", key=None)

    assert (answer.status, answer.body["parts"]) == (503, {"database": True, "dispatcher": False})
