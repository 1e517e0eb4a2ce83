"""A Ringback opened in this process on a real file, with an account of a real simulator named `shop`."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from tests.simulated import control

from ringback.app import join
from ringback.clock import machine_clock
from ringback.connector import Connector
from ringback.key_file import read_or_create
from ringback.outbox.attempt import Attempts
from ringback.outbox.dispatcher import Cadence, Dispatcher
from ringback.outbox.line import MemoryLine, PostgresLine
from ringback.outbox.means import QueueLine
from ringback.outbox.retry import Backoff
from ringback.outcome import Outcome, Timeline
from ringback.parts import Parts
from ringback.perform import Asked
from ringback.secrets import Keyring
from ringback.settings import DatabasePlace, PostgresUrl, Settings
from ringback.store import Store, open_store
from ringback.store.jobs import NewJob, Pacing
from ringback.store.rows import Account, State
from ringback.twilio.transport import Transport, open_transport
from twilio_simulator.running import running
from twilio_simulator.simulator import Simulator

ADA = "+14155550123"
HI = {"to": ADA, "body": "Hi Ada"}
QUICK = Cadence(look_every=0.02, sweep_every=0.02)
REFUSED = {"kind": "refusal", "code": 21211}
DROPPED = {"kind": "drop", "stage": "after"}
DROPPED_BEFORE = {"kind": "drop", "stage": "before"}
LIMITED = {"kind": "rate_limit"}
SOON = Backoff(most_tries=3, first=1, longest=5)


@dataclass(frozen=True)
class Shop:
    """The connector, its parts, and the Twilio beside it."""

    connector: Connector
    parts: Parts
    attempts: Attempts
    keyring: Keyring
    transport: Transport
    simulator: Simulator
    database: Path
    place: DatabasePlace

    async def run(self, action: str = "SendMessage", /, *, wait: float = 10, **inputs: Any) -> Outcome:
        """Run an action of the account `shop`; a text to Ada unless it says otherwise."""
        given = HI | inputs if action == "SendMessage" else inputs
        return await self.connector.run(action, given, account="shop", wait=wait)

    async def job(self, outcome: Outcome) -> Timeline:
        return await self.connector.job(str(outcome.id))

    async def until(self, outcome: Outcome, *states: State) -> Timeline:
        """The job once it is in one of the states, which it should be long before half a minute is over."""
        async with asyncio.timeout(30):
            while (job := await self.job(outcome)).state not in states:
                await self.connector.wait(str(outcome.id), 0.05)
        return job

    async def tries(self, outcomes: Sequence[Outcome]) -> list[int]:
        """How often each job was tried, once all are done."""
        return [len((await self.until(outcome, State.DONE)).attempts) for outcome in outcomes]

    async def planned(self, **inputs: Any) -> tuple[NewJob, Pacing]:
        """The row that a text would become."""
        asked = Asked(action="SendMessage", inputs=HI | inputs, account="shop")
        return self.parts.perform.planned(await self.parts.perform.prepare(asked), asked)

    @property
    def line(self) -> Any:
        """The queue that brings its jobs up."""
        return self.parts.dispatcher.means.line

    async def account(self, name: str = "shop") -> Account:
        return await self.parts.accounts.find(name)

    async def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return await control(self.transport, f"{self.simulator.url}/_sim{path}", method, body)

    async def advance(self, seconds: float) -> None:
        """Turn the clock of Twilio's world."""
        await self.control("POST", "/clock/advance", {"seconds": seconds})

    @property
    def texts(self) -> int:
        """How many texts there are at Twilio."""
        return len(self.simulator.account.messages)

    async def requests(self) -> list[str]:
        """The operations that Twilio was asked for, in order, those of connecting left out.

        The journal names one twice that was carried out and whose answer was then lost.
        """
        journal = await self.control("GET", "/requests")
        shown = [str(request["subject"]).rpartition(".")[2] for request in journal["requests"]]
        return [name for name in shown if name.startswith(("Create", "Update", "Delete", "FetchMessage"))]

    async def fault(self, *actions: Mapping[str, Any], operation: str = "CreateMessage") -> None:
        """What goes wrong with the next such requests, one action each."""
        await self.control("POST", "/faults", {"match": {"operation": operation}, "do": actions})

    async def code(self, to: str = ADA) -> str:
        """The code on its way to somebody."""
        found = await self.control("GET", f"/codes?to={to.replace('+', '%2B')}")
        return str(found["code"])

    def on_disk(self) -> bytes:
        """The bytes of the database and of its write-ahead log."""
        return b"".join(path.read_bytes() for path in sorted(self.database.parent.glob("*.db*")))

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """Another program holds the database; nobody here waits for it for long.

        On PostgreSQL the connections are lost first, and jobs can be read but not written.
        """
        if isinstance(self.place, PostgresUrl):
            async with seized(self.place):
                yield
            return
        await self.parts.store.database.write(_hurry)
        other = sqlite3.connect(self.database, isolation_level=None)
        other.execute("begin exclusive")
        try:
            yield
        finally:
            other.execute("rollback")
            other.close()

    def alter(self, statement: str, *values: object) -> None:
        """Change the database behind everybody's back."""
        with sqlite3.connect(self.database) as database:
            database.execute(statement, values)
        database.close()

    async def change(self, statement: str) -> None:
        """Change the ledger behind everybody's back, whichever kind of database it is."""
        if isinstance(self.place, PostgresUrl):
            await self.parts.store.database.pool.execute(statement)
        else:
            self.alter(statement)

    async def connect(self, name: str, simulator: Simulator | None = None, **more: Any) -> None:
        """Connect the account of a simulator under a name."""
        facts = (simulator or self.simulator).introduction()
        given = {
            "name": name,
            "account_sid": facts["account_sid"],
            "auth_token": facts["auth_token"],
            "environment": "simulator",
            "base_url": facts["url"],
            "default_sender": facts["number"],
            "default_verify_service": facts["verify_service"],
        }
        await self.connector.accounts.connect(given | more)


async def _hurry(connection: sqlite3.Connection) -> None:
    connection.execute("pragma busy_timeout = 50")


@asynccontextmanager
async def seized(place: PostgresUrl) -> AsyncIterator[None]:
    """Every other connection is ended, and no job can be changed."""
    other = await asyncpg.connect(place.url)
    try:
        async with other.transaction():
            await other.execute(END_OTHERS)
            await other.execute("lock table jobs in exclusive mode")
            yield
    finally:
        await other.close()


END_OTHERS = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""


def line_of(store: Store) -> QueueLine:
    """The queue that belongs to a ledger."""
    pool = store.database.pool
    return PostgresLine(pool) if pool is not None else MemoryLine()


@asynccontextmanager
async def opened(  # noqa: PLR0913 - each test changes one thing
    folder: Path,
    *,
    place: DatabasePlace | None = None,
    dispatch: bool = True,
    public_url: str | None = None,
    transport: Transport | None = None,
    cadence: Cadence = QUICK,
    backoff: Backoff = SOON,
) -> AsyncIterator[Shop]:
    """Open it, quick to look and to try again; jobs go over `transport` where one is given.

    With `dispatch` jobs are sent; deadlines and statuses are looked after only when a test says so. The
    ledger is a file in `folder` unless a place is given.
    """
    file = place if isinstance(place, Path) else folder / "ringback.db"
    settings = Settings(database=place or file, key_file=folder / "key", public_url=public_url)
    async with (
        running() as simulator,
        open_store(settings.database) as store,
        open_transport() as network,
    ):
        keyring = read_or_create(settings.key_file, may_create=True)
        line = line_of(store)
        parts = join(settings, store, keyring, network, line)
        sending = join(settings, store, keyring, transport or network, line)
        attempts = Attempts(
            accounts=sending.accounts,
            verifications=sending.verifications,
            keyring=keyring,
            clock=machine_clock,
            public_url=public_url,
            backoff=backoff,
        )
        dispatcher = Dispatcher(replace(parts.dispatcher.means, attempts=attempts, owner="tests"), cadence)
        perform = replace(parts.perform, desk=dispatcher.at_once)
        parts = replace(parts, dispatcher=dispatcher, perform=perform)
        shop = Shop(Connector(parts), parts, attempts, keyring, network, simulator, file, settings.database)
        service = next(iter(simulator.account.verify_services.values()))
        service.custom_code_enabled = True
        await shop.connect("shop")
        if dispatch:
            parts.dispatcher.start()
        try:
            yield shop
        finally:
            await shop.connector.stop()


async def until_logged(caplog: pytest.LogCaptureFixture, event: str) -> None:
    """Until it has been logged."""
    async with asyncio.timeout(30):
        while True:
            if event in caplog.text:
                return
            await asyncio.sleep(0.02)


def kinds(job: Timeline) -> list[str]:
    """What happened to a job, by the kinds of its events."""
    return [str(event["kind"]) for event in job.events]


def verdicts(job: Timeline) -> Sequence[str | None]:
    """How each try of a job ended."""
    return [attempt["verdict"] for attempt in job.attempts]
