"""A served Ringback for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser
from tests.chromium import chromium
from tests.http.outside import Api, served

from ringback.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database=tmp_path / "ringback.db", key_file=tmp_path / "key")


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    async with served(settings) as api:
        yield api


@pytest.fixture
async def shop(api: Api) -> Api:
    """With the account `shop` connected."""
    await api.connected()
    return api


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser
