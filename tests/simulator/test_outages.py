"""Nobody listens for a while."""

import asyncio

import pytest
from tests.simulator.local import Local

from twilio_simulator.running import running
from twilio_simulator.simulator import Simulator

pytestmark = pytest.mark.anyio


async def reached(local: Local) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", int(local.simulator.url.rpartition(":")[2]))
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


async def test_connections_are_refused_for_a_while_and_the_world_lives_on(local: Local) -> None:
    await local.sent()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(local.simulator.url.rpartition(":")[2]))

    await local.does("POST", "/outage", {"seconds": 0.3})
    assert await asyncio.wait_for(reader.read(), 3) == b""
    writer.close()
    assert not await reached(local)
    await asyncio.sleep(0.6)

    assert await reached(local)
    assert len((await local.call("GET", "{}/Messages.json")).json["messages"]) == 1


async def test_a_simulator_that_stops_during_an_outage_stays_closed() -> None:
    async with running() as simulator:
        local = Local(simulator)
        await local.does("POST", "/outage", {"seconds": 0.1})
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.2)

    assert not await reached(local)


@pytest.mark.parametrize("content", [{}, {"seconds": 0}, {"seconds": "long"}, {"seconds": 1, "to": 2}])
async def test_wrong_outages_are_refused(local: Local, content: dict[str, object]) -> None:
    assert (await local.control("POST", "/outage", content)).status == 400


async def test_a_simulator_in_process_has_no_connections_to_refuse() -> None:
    answer = await Local(Simulator()).control("POST", "/outage", {"seconds": 1})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "seconds")
