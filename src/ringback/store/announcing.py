"""Tells the other processes on a PostgreSQL database which jobs changed, so that nobody need look."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ringback.store.watch import Watch

CHANNEL = "ringback_jobs"
AT_ONCE = 100  # a notification holds 8,000 bytes, https://www.postgresql.org/docs/current/sql-notify.html
AGAIN = 2.0  # seconds until a lost connection is made anew


@asynccontextmanager
async def announcing(pool: Any, watch: Watch) -> AsyncIterator[None]:
    """Pass on what this process tells, and tell here what others pass on. Losing it only costs time."""
    told: asyncio.Queue[str] = asyncio.Queue()
    watch.outlet = told.put_nowait
    tasks = [asyncio.create_task(_pass_on(pool, told)), asyncio.create_task(_listen(pool, watch))]
    try:
        yield
    finally:
        watch.outlet = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pass_on(pool: Any, told: asyncio.Queue[str]) -> None:
    while True:
        job_ids = {await told.get()}
        while len(job_ids) < AT_ONCE and not told.empty():
            job_ids.add(told.get_nowait())
        with contextlib.suppress(Exception):  # a database that is away: whoever waits looks by himself, too
            await pool.execute("select pg_notify($1, $2)", CHANNEL, ",".join(job_ids))


async def _listen(pool: Any, watch: Watch) -> None:
    def heard(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
        for job_id in payload.split(","):
            watch.hear(job_id)

    while True:
        with contextlib.suppress(Exception):  # see above
            async with pool.acquire() as connection:
                ended = asyncio.Event()
                connection.add_termination_listener(lambda _connection, ended=ended: ended.set())
                await connection.add_listener(CHANNEL, heard)
                try:
                    await ended.wait()
                finally:
                    if not connection.is_closed():
                        await connection.remove_listener(CHANNEL, heard)
        await asyncio.sleep(AGAIN)
