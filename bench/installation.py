"""What the benches of whole installations share: an account, jobs by the thousand, their end."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path

from bench.client import SID, TOKEN

from ringback.app import open_connector
from ringback.clock import machine_clock
from ringback.connector import Connector
from ringback.key_file import read_or_create
from ringback.settings import DatabasePlace, Settings
from ringback.store import open_store
from ringback.store.rows import Account, State

RINGBACK = str(Path(sys.executable).with_name("ringback"))
SENDER, BODY = "+14155550101", "Your order 42 has left us and comes on Friday."
ACCOUNT = "acc_shop"
CALLERS = 256  # who ask at the same time
FIRST_NUMBER = 2_550_000


def settings_of(folder: Path, database: DatabasePlace | None = None) -> Settings:
    """An installation in a folder, of the embedded ledger unless another is given."""
    return Settings(
        database=database or folder / "ledger.db",
        key_file=folder / "key",
        public_url="http://127.0.0.1:9",  # no bench's server calls back, and nothing is to be polled
    )


def environment(settings: Settings) -> dict[str, str]:
    """The same for a process of its own."""
    place = settings.database if isinstance(settings.database, Path) else settings.database.url
    return dict(os.environ) | {
        "RINGBACK_DATABASE": str(place),
        "RINGBACK_KEY_FILE": str(settings.key_file),
        "RINGBACK_PUBLIC_URL": str(settings.public_url),
    }


async def connect_account(settings: Settings, url: str) -> None:
    """Put the account `shop` there, whose Twilio is at `url`; nothing is tested there."""
    keyring = read_or_create(settings.key_file, may_create=True)
    now = machine_clock()
    account = Account(
        id=ACCOUNT,
        name="shop",
        account_sid=SID,
        auth_token=keyring.seal(TOKEN.encode(), f"accounts/{ACCOUNT}/auth_token"),
        api_key_sid=None,
        api_key_secret=None,
        environment="simulator",
        region=None,
        edge=None,
        base_url=url,
        default_sender=SENDER,
        default_country=None,
        default_verify_service=None,
        verification_lifetime=600,
        report="{}",
        created_at=now,
        updated_at=now,
        removed_at=None,
    )
    async with open_store(settings.database) as store:
        await store.accounts.insert(account)


@asynccontextmanager
async def connected(folder: Path, url: str) -> AsyncIterator[Connector]:
    """A connector on an embedded ledger that does not send until it is started."""
    settings = settings_of(folder)
    await connect_account(settings, url)
    async with connected_to(settings) as connector:
        yield connector


def connected_to(settings: Settings) -> AbstractAsyncContextManager[Connector]:
    """A connector on what is there already, that does not send until it is started."""
    return open_connector(settings, dispatch=False)


def recipients(first: int = 0) -> Iterable[str]:
    """Numbers that may be written to."""
    return (f"+1415{FIRST_NUMBER + number:07}" for number in count(first))


async def accept(connector: Connector, jobs: int) -> None:
    """Have so many texts accepted, by callers who do not wait for what comes of them."""
    left = iter(zip(range(jobs), recipients(), strict=False))

    async def caller() -> None:
        for _, to in left:
            inputs = {"to": to, "body": BODY}
            outcome = await connector.run("SendMessage", inputs, account="shop", wait=0)
            assert outcome.state in (State.WAITING, State.RUNNING, State.DONE), outcome

    await asyncio.gather(*(caller() for _ in range(CALLERS)))


async def drained(connector: Connector, within: float, look_every: float = 0.5) -> None:
    """Until no job waits or runs. Raises `TimeoutError`."""
    async with asyncio.timeout(within):
        while True:
            counts = await connector.counts()
            if not counts.get("waiting") and not counts.get("running"):
                break
            await asyncio.sleep(look_every)
    assert counts.keys() == {"done"}, counts


def skipped(reason: str) -> int:
    """Say loudly that a bench measured nothing, and why."""
    print(f"SKIPPED: {Path(sys.argv[0]).name} {reason}")
    return 0


def machine() -> str:
    """What else this machine was doing, which every figure depends on."""
    load = os.getloadavg()[0]
    return f"{len(os.sched_getaffinity(0))} cores, load {load:.1f} at the start"
