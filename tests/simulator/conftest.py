"""A fresh world for each test, and a server for its webhooks."""

from collections.abc import AsyncIterator

import pytest
from tests.simulator.local import Local, Receiver, receiving

from twilio_simulator.running import running
from twilio_simulator.simulator import Options, Simulator


@pytest.fixture
async def fresh() -> AsyncIterator[Simulator]:
    async with running(Options(seed=1, check_responses=True)) as simulator:
        yield simulator
    assert simulator.rest.gate is not None
    assert simulator.rest.gate.problems == []


@pytest.fixture
def local(fresh: Simulator) -> Local:
    """The seed account; its time stands still, so that nothing moves unless a test moves it."""
    fresh.world.clock.freeze()
    return Local(fresh)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened
