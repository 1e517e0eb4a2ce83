"""A server that is told to stop keeps nobody waiting, and sends no answer that a client would repeat."""

import asyncio
import signal
from typing import Any

import pytest
from tests.journeys.processes import Installation

pytestmark = pytest.mark.anyio

ADA = "+14155550123"
SLOW = {"kind": "latency", "seconds": 7, "stage": "before"}  # longer than a stopping server is patient


async def until_asked(machine: Installation) -> None:
    """Until Twilio has been asked."""
    async with asyncio.timeout(40):
        book = await machine.control("/faults")
        while not any(fault["used"] for fault in book["faults"]):
            await asyncio.sleep(0.05)
            book = await machine.control("/faults")


async def stopped_meanwhile(machine: Installation, action: str, inputs: dict[str, Any]) -> Any:
    """What a caller hears who waits for an answer of Twilio that comes only after the server has stopped."""
    async with machine.serving() as server:
        asking = asyncio.create_task(machine.act(action, inputs, wait=30))
        await until_asked(machine)
        server.send_signal(signal.SIGTERM)
        answer = await asking
        await server.wait()
        assert "Traceback" not in machine.log_of(server)
    return answer


async def test_who_waits_for_a_job_hears_that_it_is_on_its_way_and_it_is_recorded(
    machine: Installation,
) -> None:
    await machine.control("/faults", {"match": {"operation": "CreateMessage"}, "do": [SLOW]})

    status, job = await stopped_meanwhile(machine, "SendMessage", {"to": ADA, "body": "Hi Ada"})

    assert (status, job["state"]) == (202, "running")
    assert (await machine.run("jobs", "list", "--json")).json[0]["state"] == "done"


async def test_who_waits_for_what_is_only_read_is_told_to_ask_again(machine: Installation) -> None:
    await machine.control("/faults", {"match": {"operation": "ListMessage"}, "do": [SLOW]})

    status, problem = await stopped_meanwhile(machine, "ListMessages", {})

    assert status == 503
    assert "is stopping" in problem["detail"]
