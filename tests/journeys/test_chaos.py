"""Nothing twice, nothing lost: many sends while connections, processes and the database fail."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path

import pytest
from tests.journeys.chaos import Chaos, Victims
from tests.journeys.processes import Installation, installation
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1_200)]

SENDS = 2_000
WORKERS = 3
KILLS = 20


async def test_three_workers_killed_each_second_and_postgres_restarted(
    shared: Installation, postgres: PostgresServer
) -> None:
    chaos = Chaos(shared, SENDS)
    victims = Victims(
        start=lambda: shared.start("worker", "--public-url", shared.url),
        count=WORKERS,
        works=lambda child: "attempt_ended" in shared.log_of(child),
        chance=chaos.chance,
    )
    await chaos.arm()
    async with shared.serving("--no-dispatch"):
        killing = asyncio.create_task(victims.kill_again_and_again())
        accepting = asyncio.create_task(chaos.accept_all(range(SENDS), "first"))
        await asyncio.sleep(4)
        await asyncio.to_thread(postgres.restart)
        await accepting
        await chaos.settled(within=600)
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
        assert victims.killed >= 3
        async with shared.working():
            await chaos.account_for()


async def test_one_embedded_process_killed_twenty_times(tmp_path: Path) -> None:
    async with installation(tmp_path) as machine:
        chaos = Chaos(machine, SENDS)
        await chaos.arm()
        accepting = asyncio.create_task(chaos.accept_all(range(SENDS), "first"))
        for _ in range(KILLS):
            async with machine.serving() as server:
                await asyncio.sleep(chaos.chance.uniform(0.3, 1.2))
                server.send_signal(signal.SIGKILL)
                await server.wait()
        async with machine.serving():
            await accepting
            await chaos.account_for()
