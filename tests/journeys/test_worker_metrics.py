"""A worker's own health and metrics, as a real process."""

import asyncio
from pathlib import Path

import pytest
from tests.journeys.processes import ended, free_port, installation

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]


async def test_a_worker_tells_how_it_is_on_a_port_of_its_own(tmp_path: Path) -> None:
    async with installation(tmp_path) as machine:
        port = free_port()
        worker = await machine.start("worker", "--metrics-port", str(port))
        url = f"http://127.0.0.1:{port}"
        async with asyncio.timeout(40):
            while "metrics" not in machine.log_of(worker):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        async with machine.http.get(f"{url}/readyz") as ready, machine.http.get(f"{url}/metrics") as metrics:
            parts, text = (await ready.json())["parts"], await metrics.text()
        async with machine.http.get(f"{url}/v1/jobs") as jobs:
            assert jobs.status == 404
        await ended(worker)

    assert parts == {"database": True, "queue": True, "dispatcher": True}
    assert "ringback_jobs" in text
    assert worker.returncode == 0


async def test_a_port_that_is_taken_is_told_by_its_option(tmp_path: Path) -> None:
    async with installation(tmp_path) as machine, machine.serving(public=False):
        said = await machine.run("worker", "--metrics-port", str(machine.port))

    assert said.code == 2
    assert "--metrics-port" in said.err
