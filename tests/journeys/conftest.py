"""A new user's machine for each journey."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.journeys.processes import Installation, installation


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(tmp_path) as installed:
        yield installed
