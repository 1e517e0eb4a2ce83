"""Ringback in somebody's own program."""

import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.shop import ADA

import ringback
from ringback.actions import catalogue
from ringback.connector import Connector
from ringback.errors import Misconfigured
from ringback.store.rows import State
from twilio_simulator.running import running
from twilio_simulator.simulator import Simulator

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home of their own; only the environment is set, as a shell would."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "RINGBACK_DATABASE",
        "RINGBACK_KEY",
        "RINGBACK_KEY_FILE",
    ):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


async def connect(rb: Connector, simulator: Simulator) -> Mapping[str, str]:
    facts = simulator.introduction()
    await rb.accounts.connect(
        {
            "name": "shop",
            "account_sid": facts["account_sid"],
            "auth_token": facts["auth_token"],
            "environment": "simulator",
            "base_url": facts["url"],
        }
    )
    return facts


async def test_a_program_connects_sends_and_hears_what_became_of_it(tmp_path: Path) -> None:
    async with running() as simulator, ringback.Ringback.open(tmp_path / "ledger.db") as rb:
        facts = await connect(rb, simulator)
        text = ringback.SendMessage(to=ADA, sender=facts["number"], body="Hi")
        outcome = await rb.run(text, account="shop", key="order-42")
        again = await rb.run(text, account="shop", key="order-42")

        assert (outcome.done, outcome.state, again.id) == (True, State.DONE, outcome.id)
        assert outcome.message is not None
        assert len(simulator.account.messages) == 1


async def test_without_a_path_the_ledger_lies_in_the_users_data_folder(home: Path) -> None:
    async with ringback.Ringback.open() as rb:
        assert await rb.accounts.list() == []

    assert (home / ".local/share/ringback/ringback.db").exists()
    assert (home / ".config/ringback/key").stat().st_mode & 0o777 == 0o600


async def test_a_sqlite_address_names_the_ledger_too(tmp_path: Path) -> None:
    async with ringback.Ringback.open(f"sqlite:///{tmp_path}/here.db", dispatch=False) as rb:
        assert await rb.ready() == {"database": True, "queue": True}

    assert (tmp_path / "here.db").exists()


async def test_a_public_url_that_cannot_serve_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="RINGBACK_PUBLIC_URL"):
        async with ringback.Ringback.open(tmp_path / "ledger.db", public_url="here"):
            pass


async def test_a_ledger_in_memory_is_refused() -> None:
    with pytest.raises(Misconfigured, match="would forget"):
        async with ringback.Ringback.open(":memory:"):
            pass


def test_every_action_is_exported_by_its_name() -> None:
    for name, action in catalogue().items():
        assert getattr(ringback, name) is action.input


@pytest.mark.parametrize("name", ["SendFax", "x", "_private", "Actions"])
def test_what_is_not_exported_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(ringback, name)


def modules_after(program: str) -> set[str]:
    """The modules that a program has loaded at its end."""
    shown = f"{program}\nimport sys; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    return set(said.stdout.split())


def test_importing_ringback_costs_next_to_nothing() -> None:
    loaded = modules_after("import ringback; ringback.__version__")

    assert not loaded & {"pydantic", "pyreqwest", "fastapi", "structlog", "aiosqlite", "asyncio"}


def test_naming_an_input_loads_no_network_and_no_store() -> None:
    loaded = modules_after("from ringback import SendMessage")

    assert "ringback.actions.send_message" in loaded
    assert "ringback.actions.verify_code" not in loaded
    assert not loaded & {"fastapi", "aiosqlite", "ringback.store"}


async def test_who_only_looks_finds_the_jobs_of_a_process_that_is_gone(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    async with running() as simulator, ringback.Ringback.open(ledger) as rb:
        facts = await connect(rb, simulator)
        text = ringback.SendMessage(to=ADA, sender=facts["number"], body="Hi")
        outcome = await rb.run(text, account="shop", wait=0)
        await rb.wait(str(outcome.id), 10)
    with sqlite3.connect(ledger) as database:
        database.execute("update jobs set state = 'running', lease_owner = 'gone', lease_until = 1")
    database.close()

    async with ringback.Ringback.open(ledger, dispatch=False) as rb:
        assert (await rb.job(str(outcome.id))).state is State.UNKNOWN
