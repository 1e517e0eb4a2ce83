"""A user at a terminal: commands run in this process, what they say is caught."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from tests.simulated import Simulated

from ringback import app
from ringback.connector import Connector
from ringback.settings import embedded_place, read_settings

ADA = "+14155550111"


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Terminal:
    """One user's machine, its home in a folder of its own."""

    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    simulated: Simulated

    async def run(self, *argv: str, stdin: str = "") -> Said:
        """Run a command to its end."""
        self.monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        self.capsys.readouterr()
        # The simulator answers on this thread's loop, so the command has a thread of its own.
        code = await anyio.to_thread.run_sync(app.run, argv)
        out, err = self.capsys.readouterr()
        return Said(code, out, err)

    async def connect(self, name: str = "shop", *more: str) -> Said:
        facts = self.simulated.facts
        return await self.run(
            *("accounts", "add", name, "--environment", "simulator", "--base-url", self.simulated.url),
            *("--sid", facts["account_sid"], "--token", facts["auth_token"]),
            *("--default-sender", self.simulated.number),
            *("--default-verify-service", self.simulated.verify_service, *more),
        )

    async def send(self, *more: str, to: str = ADA, body: str = "Hi") -> Said:
        return await self.run("run", "SendMessage", "--account", "shop", "--to", to, "--body", body, *more)

    @asynccontextmanager
    async def connector(self) -> AsyncIterator[Connector]:
        """The same ledger from Python, nothing being sent."""
        async with app.open_connector(read_settings(), dispatch=False) as connector:
            yield connector

    def write(self, name: str, text: str) -> Path:
        path = embedded_place(read_settings()).parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path
