"""A terminal for each test."""

import os
from pathlib import Path

import pytest
from tests.cli.terminal import Terminal
from tests.simulated import Simulated


@pytest.fixture
def user(
    simulated: Simulated, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Terminal:
    """A new user: nothing set, nothing connected."""
    for name in os.environ:
        if name.startswith(("RINGBACK_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return Terminal(capsys, monkeypatch, simulated)


@pytest.fixture
async def shop(user: Terminal) -> Terminal:
    """A user with the account `shop` connected."""
    connected = await user.connect()
    assert connected.code == 0, connected.err
    return user
