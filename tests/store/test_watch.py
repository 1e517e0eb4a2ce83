"""Whoever waits for a job hears of its change, also when another process made it."""

import asyncio

import pytest
from tests.postgres import PostgresServer

from ringback.store import Store, open_store

pytestmark = pytest.mark.anyio


async def test_a_change_wakes_those_who_wait_for_that_job_only(store: Store) -> None:
    with store.watch.on("job_1") as change, store.watch.on("job_2") as other:
        store.watch.tell("job_1")

        assert change.happened
        assert not other.happened


async def test_waiting_ends_with_the_change_and_without_one_with_the_time(store: Store) -> None:
    with store.watch.on("job_1") as change:
        asyncio.get_running_loop().call_later(0.01, store.watch.tell, "job_1")
        async with asyncio.timeout(30):
            await change.within(60)
            await change.within(0.01)

        assert not change.happened


async def test_another_process_on_postgres_is_told(postgres: PostgresServer) -> None:
    async with postgres.database() as url, open_store(url) as here, open_store(url) as there:
        with there.watch.on("job_1") as change:
            async with asyncio.timeout(30):
                while not change.happened:  # the first may be told before the other listens
                    here.watch.tell("job_1")
                    await asyncio.sleep(0.02)
