"""A browser in front of a simulator."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser
from tests.chromium import chromium


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened
