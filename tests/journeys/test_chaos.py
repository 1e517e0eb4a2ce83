"""Nothing twice, nothing lost: many sends while connections, processes and the database fail."""

import asyncio
import signal
from pathlib import Path

import pytest
from tests.journeys.chaos import RENTED, Chaos, Victims, census_of, said_in_all
from tests.journeys.processes import Installation, installation
from tests.postgres import PostgresServer

from ringback.store.backlog import Census

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1_200)]

SENDS = 2_000
HALF = SENDS // 2
WORKERS = 3
KILLS = 20
CHUNK = SENDS // KILLS
NOTHING_LEFT = Census(waiting=0, running=0, unknown=0, alarms=0, oldest=0)


async def test_three_workers_killed_each_second_and_postgres_restarted(
    shared: Installation, postgres: PostgresServer
) -> None:
    chaos = Chaos(shared, SENDS)
    victims = Victims(
        start=lambda: shared.start("worker", "--public-url", shared.url),
        count=WORKERS,
        works=lambda child: "attempt_ended" in shared.log_of(child),
        done=lambda: said_in_all(shared, "attempt_ended"),
        chance=chaos.chance,
    )
    await chaos.arm()
    async with shared.serving("--no-dispatch"):
        async with victims.killed_again_and_again():
            await chaos.accept_all(range(HALF), "first")
            assert (await chaos.counts())["waiting"] > 0
            accepting = asyncio.create_task(chaos.accept_all(range(HALF, SENDS), "first"))
            await chaos.accepted(HALF + 1)
            await asyncio.to_thread(postgres.restart)
            await accepting
            await chaos.settled(within=600)
        async with shared.working():
            await chaos.account_for()
    # Callers met the restart, and no stretch of the work was left in peace.
    assert chaos.put_off > 0
    assert len(victims.kills) >= KILLS
    assert victims.longest_peace() < SENDS // 5
    assert said_in_all(shared, "lease_lapsed") > 0
    assert await census_of(shared) == NOTHING_LEFT


async def test_one_embedded_process_killed_twenty_times(tmp_path: Path) -> None:
    async with installation(tmp_path) as machine:
        chaos = Chaos(machine, SENDS)
        await chaos.rent(RENTED)
        await chaos.arm()
        accepting = []
        for first in range(0, SENDS, CHUNK):
            chunk = range(first, first + CHUNK)
            async with machine.serving() as server:
                await asyncio.sleep(chaos.chance.uniform(0, 0.5))  # for what waited before
                accepting.append(asyncio.create_task(chaos.accept_all(chunk, "first")))
                await chaos.accepted(first + chaos.chance.randrange(CHUNK // 2))
                server.send_signal(signal.SIGKILL)
                assert len(chaos.jobs) < first + CHUNK
                await server.wait()
        async with machine.serving():
            await asyncio.gather(*accepting)
            await chaos.account_for()
        # Kills met callers who were not answered, and jobs that ran.
        assert chaos.cut >= KILLS
        assert said_in_all(machine, "lease_lapsed") > 0
        assert await census_of(machine) == NOTHING_LEFT
