"""Nothing twice, nothing lost: many sends while connections, processes and the database fail."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from tests.journeys.chaos import Chaos, Victims
from tests.journeys.processes import Installation, ended, installation
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1_200)]

SENDS = 2_000
WORKERS = 3
KILLS = 20


@asynccontextmanager
async def sending(machine: Installation) -> AsyncIterator[None]:
    """One worker that nobody kills."""
    worker = await machine.start("worker", "--public-url", machine.url)
    try:
        yield
    finally:
        await ended(worker)


async def account_for(chaos: Chaos) -> None:
    """Hold what the jobs say against what there is at Twilio, settle the rest by hand, and send it again."""
    await chaos.disarm()
    await chaos.settled(within=300)
    for job_id, state in (await chaos.states()).items():
        if state == "unknown":
            await chaos.ask_about(job_id, "reconcile")

    states, texts = await chaos.states(), await chaos.at_twilio()

    of = {chaos.jobs[number]: f"Order {number}" for number in range(chaos.sends)}
    assert len(of) == chaos.sends
    assert states.keys() == of.keys()
    assert [text for text, times in texts.items() if times > 1] == []
    assert {state for job, state in states.items() if texts[of[job]]} == {"done"}
    assert [job for job, state in states.items() if state == "done" and not texts[of[job]]] == []

    absent = [number for number in range(chaos.sends) if states[chaos.jobs[number]] != "done"]
    assert {states[chaos.jobs[number]] for number in absent} <= {"unknown", "not_sent"}
    for number in absent:
        if states[chaos.jobs[number]] == "unknown":
            await chaos.ask_about(chaos.jobs[number], "settle", {"state": "not_sent"})
    await chaos.accept_all(absent, "again")
    await chaos.settled(within=300)

    assert await chaos.at_twilio() == Counter({f"Order {number}": 1 for number in range(chaos.sends)})


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
        async with sending(shared):
            await account_for(chaos)


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
            await account_for(chaos)
