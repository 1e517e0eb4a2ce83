"""The least that a durable send costs in Python: what no validation, pacing or settling can go below.

A task for each send, its row as running on disk, the request, and on disk what came of it: the same four
statements on the same tables as the product's, the same client, the same sharing of commits, by prepared
rows and `executemany`. Nothing is read, checked, measured, logged or told.
"""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from bench.client import SID, TOKEN, rate
from bench.installation import ACCOUNT, BODY, SENDER, connect_account, recipients, settings_of

from ringback.twilio import resources
from ringback.twilio.client import Credentials, Twilio
from ringback.twilio.hosts import Hosts
from ringback.twilio.transport import open_transport

NOW = 1_790_000_000_000
ACCEPT = """
insert into jobs (account_id, id, action, state, idempotency_key, input_digest, input, sealed, recipient,
                  notes, attempts, due_at, lease_owner, lease_until, requested_by, sender, priority, cost,
                  turn_at, expires_at, trace, created_at, updated_at)
values (:account_id, :id, 'SendMessage', 'running', null, :digest, :input, null, :to,
        '[]', 1, :now, 'floor', :now, 'python', :sender, 0, 1,
        :now, null, null, :now, :now)
on conflict do nothing
"""
FINISH = """
update jobs set state = 'done', lease_owner = null, lease_until = null, updated_at = :now, result = :result,
                error = null, message_sid = :sid, sealed = null
where id = :id and state = 'running' and attempts = 1
"""
ATTEMPT = """
insert into attempts (account_id, job_id, number, owner, started_at, ended_at, verdict, detail)
values (:account_id, :id, 1, 'floor', :now, :now, 'done', '{}') on conflict do nothing
"""
MESSAGE = """
insert into messages (account_id, sid, job_id, attempt, status, watched, poll_at, polls,
                      created_at, updated_at)
values (:account_id, :sid, :id, 1, 'queued', 'callback', null, 0, :now, :now) on conflict do nothing
"""
Row = dict[str, Any]


@dataclass(slots=True)
class Group:
    """What shares a transaction: rows to accept, rows to finish, and who waits."""

    accept: list[Row] = field(default_factory=list)
    finish: list[Row] = field(default_factory=list)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def commit(self, connection: sqlite3.Connection) -> None:
        """Have it all on disk."""
        connection.execute("begin immediate")
        connection.executemany(ACCEPT, self.accept)
        for statement in (FINISH, ATTEMPT, MESSAGE):
            connection.executemany(statement, self.finish)
        connection.execute("commit")


class Writer:
    """One group is written in a thread while the next one gathers."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread
        self._next = Group()
        self._busy = False

    async def accept(self, row: Row) -> None:
        """Write a running job."""
        self._next.accept.append(row)
        await self._written()

    async def finish(self, row: Row) -> None:
        """Write what came of it."""
        self._next.finish.append(row)
        await self._written()

    async def _written(self) -> None:
        loop = asyncio.get_running_loop()
        self._next.waiting.append(written := loop.create_future())
        if not self._busy:
            self._busy = True
            loop.call_soon(self._write)
        await written

    def _write(self) -> None:
        group, self._next = self._next, Group()
        done = asyncio.get_running_loop().run_in_executor(self._thread, group.commit, self._connection)
        done.add_done_callback(lambda _: self._tell(group))

    def _tell(self, group: Group) -> None:
        for written in group.waiting:
            written.set_result(None)
        self._busy = bool(self._next.waiting)
        if self._busy:
            self._write()


async def floor(folder: Path, url: str, sends: int) -> float:
    """Such sends a second on a ledger made anew."""
    settings = settings_of(folder)
    await connect_account(settings, url)
    with _writer(str(settings.database)) as writer:
        async with open_transport() as transport:
            twilio = Twilio(Credentials(SID, SID, TOKEN), Hosts(base_url=url), transport)
            numbers, people = count(), iter(recipients())

            async def send() -> None:
                await asyncio.create_task(_send(writer, twilio, next(numbers), next(people)))

            return await rate(send, sends)


@contextmanager
def _writer(path: str) -> Iterator[Writer]:
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("pragma synchronous = full")
        with ThreadPoolExecutor(1) as thread:
            yield Writer(connection, thread)


async def _send(writer: Writer, twilio: Twilio, number: int, to: str) -> None:
    job = {"account_id": ACCOUNT, "id": f"job_{number:032}", "now": NOW + number}
    written = json.dumps({"to": to, "body": BODY, "sender": SENDER})
    await writer.accept(job | {"digest": bytes(32), "input": written, "to": to, "sender": SENDER})
    made = await twilio.create(resources.messages(), To=to, From=SENDER, Body=BODY)
    # The server that stands for Twilio may give all its messages one SID.
    await writer.finish(job | {"sid": f"SM{number:032}", "result": json.dumps({"status": made["status"]})})
