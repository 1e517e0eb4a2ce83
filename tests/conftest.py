"""What every test shares."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from tests.postgres import PostgresServer, running_postgres
from tests.shop import Shop, opened
from tests.simulated import Simulated, make_account

from ringback.settings import DatabasePlace
from ringback.twilio.client import Twilio
from ringback.twilio.transport import Transport, open_transport
from twilio_simulator.running import running
from twilio_simulator.simulator import Simulator

# How fast a machine is must not decide whether a property holds.
settings.register_profile("ringback", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ringback")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than cores: journeys wait a third of their time, for leases, deadlines and processes."""
    allowed = getattr(os, "sched_getaffinity", None)  # not on macOS
    return (len(allowed(0)) if allowed else os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How `-n` shares the tests out."""
    from tests.spread import ByFile  # noqa: PLC0415 - pytest without xdist is fine, too

    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `-n`, what takes longest goes first."""
    if hasattr(config, "workerinput"):
        from tests.spread import slowest_first  # noqa: PLC0415 - see above

        items[:] = slowest_first(items)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    # The loop on which the programs themselves run.
    return ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="session")
async def transport() -> AsyncIterator[Transport]:
    """The real transport, over real sockets."""
    async with open_transport() as opened:
        yield opened


@pytest.fixture(scope="session")
async def simulator() -> AsyncIterator[Simulator]:
    """One simulator for all tests, on a free port of loopback."""
    async with running() as served:
        yield served


@pytest.fixture
async def simulated(simulator: Simulator, transport: Transport) -> Simulated:
    """A fresh account in it."""
    return await make_account(transport, simulator.url)


@pytest.fixture
def twilio(simulated: Simulated) -> Twilio:
    """The connector's client for that account."""
    return simulated.twilio


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL server for all tests."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DatabasePlace]:
    """An empty ledger on each kind of database."""
    if request.param == "sqlite":
        yield tmp_path / "ledger.db"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        async with server.database() as url:
            yield url


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """A Ringback of its own, beside a simulator of its own."""
    async with opened(tmp_path) as open_shop:
        yield open_shop
