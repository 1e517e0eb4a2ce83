"""An installation on a real database, beside the real simulator."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.accounts.desk import Desk, Detour

from ringback.settings import Settings
from ringback.store import open_store
from ringback.twilio.transport import Transport
from twilio_simulator.simulator import Simulator


@pytest.fixture
async def desk(tmp_path: Path, transport: Transport, simulator: Simulator) -> AsyncIterator[Desk]:
    settings = Settings(database=tmp_path / "ringback.db", key_file=tmp_path / "key")
    async with open_store(str(settings.database)) as store:
        yield Desk(store, Detour(transport, simulator.url), settings, simulator.url)


@pytest.fixture
def nowhere() -> str:
    """An address of this machine where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"
