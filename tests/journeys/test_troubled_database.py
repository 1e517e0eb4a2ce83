"""A full disk, a read-only database, a database that is gone: told plainly, survived without hand work."""

import asyncio
import resource
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg  # type: ignore[import-untyped]
import pytest
from tests.journeys.processes import RINGBACK, Installation
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

ADA = "+14155550111"
TEXT = {"to": ADA, "body": "Your order is on its way."}
SEND, BODY = "/v1/actions/SendMessage", {"account": "shop"} | TEXT
KEY = {"idempotency-key": "order-1"}
FILE_SIZE = resource.RLIMIT_FSIZE


@contextmanager
def full_disk(server: asyncio.subprocess.Process) -> Iterator[None]:
    """No file of a running process can grow, its own log neither."""
    soft, hard = resource.prlimit(server.pid, FILE_SIZE)
    resource.prlimit(server.pid, FILE_SIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(server.pid, FILE_SIZE, (soft, hard))


def ledger_of(machine: Installation) -> Path:
    return next(machine.home.rglob("ringback.db"))


def rows(machine: Installation) -> dict[str, int]:
    """How many rows a sound ledger has in the tables that a send writes."""
    with closing(sqlite3.connect(ledger_of(machine))) as ledger:
        assert ledger.execute("pragma integrity_check").fetchall() == [("ok",)]
        tables = ("jobs", "attempts", "events", "messages")
        return {table: ledger.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}  # noqa: S608 - the names above


# Where it stands whose a row is, in the tables that a send writes; a place in the queue is one of them.
OWNERS = {
    "jobs": "id",
    "attempts": "job_id",
    "events": "job_id",
    "messages": "job_id",
    "pgqueuer": "dedupe_key",
}
NOTHING = dict.fromkeys(OWNERS, 0)


async def rows_beside(machine: Installation, job_id: str) -> dict[str, int]:
    """How many rows the shared ledger has that are not those of a job that was there before."""
    ledger = await asyncpg.connect(machine.database)
    try:
        return {
            table: await ledger.fetchval(
                f"select count(*) from {table} where {owner} is distinct from $1",  # noqa: S608 - the names above
                job_id,
            )
            for table, owner in OWNERS.items()
        }
    finally:
        await ledger.close()


async def asked(machine: Installation, method: str, path: str, body: Any = None) -> tuple[int, Any, str]:
    """Ask the server; its status, its content, and when to come back."""
    sent = {"authorization": f"Bearer {machine.key}", "prefer": "wait=5"} | KEY
    async with machine.http.request(method, f"{machine.url}{path}", json=body, headers=sent) as answer:
        return answer.status, await answer.json(), answer.headers.get("retry-after", "")


async def refused_for_now(machine: Installation) -> None:
    """A send is answered 503, with a problem that tells when to come back and nothing of this machine."""
    status, problem, retry_after = await asked(machine, "POST", SEND, BODY)
    assert (status, problem["title"]) == (503, "Unavailable")
    assert retry_after.isdecimal()
    assert "Try again" in problem["detail"]
    assert str(machine.home) not in str(problem)


async def sent_in_the_end(machine: Installation, within: float = 60) -> None:
    """The same request again and again, as a client would, until it is answered."""
    async with asyncio.timeout(within):
        while True:
            try:
                status, _, _ = await asked(machine, "POST", SEND, BODY)
            except aiohttp.ClientError:
                status = 0
            if status == 200:
                return
            await asyncio.sleep(0.2)


async def not_ready(machine: Installation) -> bool:
    status, said, _ = await asked(machine, "GET", "/readyz")
    return status == 503 and said["parts"]["database"] is False


async def test_on_a_full_disk_nothing_is_accepted_and_what_was_is_still_told(machine: Installation) -> None:
    async with machine.serving() as server:
        _, before = await machine.act("SendMessage", {"to": ADA, "body": "Before"})
        was = rows(machine)
        with full_disk(server):
            for _ in range(3):
                await refused_for_now(machine)
            told = await machine.job(before["id"])
            during = rows(machine)
        await sent_in_the_end(machine)

    assert told["state"] == "done"
    assert during == was
    assert sorted(await machine.on_screen(ADA)) == ["Before", TEXT["body"]]
    assert rows(machine)["jobs"] == 2


async def test_an_answer_that_comes_while_the_disk_is_full_is_recorded_once_there_is_room(
    machine: Installation,
) -> None:
    slow = {"kind": "latency", "seconds": 4, "stage": "after"}
    await machine.control("/faults", {"match": {"to": ADA}, "do": [slow]})
    async with machine.serving() as server:
        _, job = await machine.act("SendMessage", TEXT, wait=0)
        with full_disk(server):
            before = await machine.job(job["id"])
            await asyncio.sleep(6)
            during = await machine.job(job["id"])
        done = await machine.job_until(job["id"], "done")

    assert (before["state"], during["state"]) == ("running", "running")
    assert len(done["attempts"]) == 1
    assert await machine.on_screen(ADA) == [TEXT["body"]]


async def test_a_command_on_a_full_disk_says_so_and_sends_nothing(machine: Installation) -> None:
    options = ["run", "SendMessage", "--account", "shop", "--to", ADA, "--body", "Hi"]
    before = rows(machine)
    said = await run_limited(machine, "ulimit -f 0", *options)
    after = rows(machine)
    again = await machine.run(*options)

    assert said[0] in (2, 75)  # it may not even be opened
    assert "ringback.db" in said[1]
    assert "Traceback" not in said[1]
    assert after == before
    assert again.code == 0
    assert await machine.on_screen(ADA) == ["Hi"]


async def run_limited(machine: Installation, limit: str, *arguments: str) -> tuple[int, str]:
    """A command under a limit of the shell's; its exit code and what it complained of."""
    return await said_by(machine, "sh", "-c", f'{limit}; exec "$0" "$@"', RINGBACK, *arguments)


async def said_by(machine: Installation, *command: str) -> tuple[int, str]:
    child = await asyncio.create_subprocess_exec(
        *command,
        env=machine.environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(50):
            _, err = await child.communicate()
    finally:
        if child.returncode is None:  # it should have ended by itself
            child.kill()
    return child.returncode or 0, err.decode()


async def test_a_ledger_that_is_moved_away_is_missed_at_once_and_used_again_when_it_is_back(
    machine: Installation,
) -> None:
    ledger, elsewhere = ledger_of(machine), machine.home / "elsewhere.db"
    async with machine.serving():
        ledger.rename(elsewhere)
        await refused_for_now(machine)
        ready = not await not_ready(machine)
        elsewhere.rename(ledger)
        await sent_in_the_end(machine)

    assert not ready
    assert await machine.on_screen(ADA) == [TEXT["body"]]
    assert rows(machine)["jobs"] == 1


async def test_no_server_starts_on_a_ledger_that_it_can_only_read(machine: Installation) -> None:
    ledger = ledger_of(machine)
    ledger.chmod(0o444)
    code, said = await run_powerless(machine, "serve", "--port", "0")
    ledger.chmod(0o600)

    assert code == 75
    assert "readonly database" in said
    assert "Traceback" not in said
    # Root could write to whatever was left behind.
    assert (await run_powerless(machine, "keys", "create", "later"))[0] == 0
    async with machine.serving():
        await sent_in_the_end(machine)


async def run_powerless(machine: Installation, *arguments: str) -> tuple[int, str]:
    """A command for which the modes of files count, as they do not for root; its exit code and complaint."""
    return await said_by(machine, sys.executable, "-c", POWERLESS, *arguments)


# Without capabilities root is its files' owner like another (man 7 capabilities); a new program would have
# them back, so it runs in the same process.
POWERLESS = """
import ctypes, os, struct
from ringback.app import main
header = struct.pack("Ii", 0x20080522, 0)  # version 3, this thread
if os.geteuid() == 0 and ctypes.CDLL(None).capset(header, bytes(24)):
    raise SystemExit("capset failed")
main()
"""


async def test_while_postgres_is_away_nothing_is_accepted_and_afterwards_all_goes_on(
    shared: Installation, postgres: PostgresServer
) -> None:
    await shared.control("/faults", {"match": {"to": ADA}, "do": [{"kind": "rate_limit", "retry_after": 3}]})
    async with shared.serving():
        _, waiting = await shared.act("SendMessage", {"to": ADA, "body": "Before"}, wait=0)
        with postgres.stopped():
            await refused_for_now(shared)
            ready = not await not_ready(shared)
            said = await shared.run("jobs", "list")
        written = await rows_beside(shared, waiting["id"])
        await sent_in_the_end(shared)
        done = await shared.job_until(waiting["id"], "done")

    assert not ready
    assert written == NOTHING
    assert (await rows_beside(shared, waiting["id"]))["jobs"] == 1
    assert said.code in (2, 75)
    assert "cannot be opened" in said.err
    assert "Traceback" not in said.err
    assert done["attempts"][-1]["verdict"] == "done"
    assert sorted(await shared.on_screen(ADA)) == ["Before", TEXT["body"]]


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while True:
            if await true():
                return
            await asyncio.sleep(0.05)


async def only_reads(database: str) -> bool:
    """Whether whoever connects now may only read; then those who may not have heard of it are sent away."""
    session = await asyncpg.connect(database)
    try:
        heard: bool = await session.fetchval("show default_transaction_read_only") == "on"
        if heard:
            await session.execute(END_OTHERS)
    finally:
        await session.close()
    return heard


async def is_ready(machine: Installation) -> bool:
    return (await asked(machine, "GET", "/readyz"))[0] == 200


END_OTHERS = """
    select pg_terminate_backend(pid, 10000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""


async def test_a_postgres_that_became_read_only_accepts_nothing_until_it_may_be_written(
    shared: Installation, postgres: PostgresServer
) -> None:
    async with shared.serving():
        _, before = await shared.act("SendMessage", {"to": ADA, "body": "Before"})
        await postgres.run("alter system set default_transaction_read_only = on")
        try:
            await postgres.run("select pg_reload_conf()")
            # Its processes hear of it one after the other, and one that had not would have written.
            await until(lambda: only_reads(shared.database))
            await until(lambda: is_ready(shared))
            await refused_for_now(shared)
            told = await shared.job(before["id"])
            written = await rows_beside(shared, before["id"])
        finally:
            await postgres.run("alter system reset default_transaction_read_only")
            await postgres.run("select pg_reload_conf()")
        await sent_in_the_end(shared)

    assert told["state"] == "done"
    assert written == NOTHING
    assert (await rows_beside(shared, before["id"]))["jobs"] == 1
    assert sorted(await shared.on_screen(ADA)) == ["Before", TEXT["body"]]
