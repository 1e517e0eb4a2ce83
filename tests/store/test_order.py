"""Transactions that take the same rows, on PostgreSQL: in one order, so that none ends another."""

import asyncio
import random
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from tests.postgres import PostgresServer
from tests.store.conftest import NOBODY, NewJobOf, an_account

from ringback.clock import machine_clock
from ringback.store import Store, open_store
from ringback.store.claims import Claimed
from ringback.store.database import of_sender
from ringback.store.endings import Ending, MadeMessage, Place
from ringback.store.jobs import NewJob, Pacing
from ringback.store.rows import State
from ringback.store.tickets import Ticket

pytestmark = pytest.mark.anyio

SENDERS = [f"+1415555010{number}" for number in range(4)]
FAST = 10_000_000


async def test_writes_that_share_a_transaction_take_their_senders_in_one_order(
    postgres: PostgresServer,
) -> None:
    taken: list[str] = []

    async def hold(store: Store, sender: str) -> None:
        async def work(c: Any) -> None:
            taken.append(sender)
            await c.execute("update senders set rate = 1 where sender = $1", sender)
            await c.execute("select pg_sleep(0.05)")

        await store.database.write(work, of_sender("acc_shop", sender))

    async with postgres.database() as url, open_store(url) as one, open_store(url) as other:
        for sender in SENDERS:
            await one.senders.hold("acc_shop", sender, 0)

        await asyncio.gather(
            *(hold(one, sender) for sender in SENDERS), *(hold(other, sender) for sender in SENDERS[::-1])
        )

    assert sorted(taken) == sorted(SENDERS * 2)  # what a deadlock ends is done once more, a second later


async def renew(store: Store, running: set[str]) -> None:
    """What a dispatcher does for as long as it runs."""
    while True:
        await store.claims.renew(running, "p", 20)
        await asyncio.sleep(0.01)


async def life(ours: Store, theirs: Store, new: NewJob, running: set[str]) -> None:
    """A job of a sender with a pace: its callback comes to another process while its answer is recorded."""
    await ours.jobs.accept(new, NOBODY, Pacing(FAST))
    ticket = Ticket(job_id=new.id, account_id="acc_shop", sender=new.sender)
    claimed = await theirs.claims.claim(ticket, FAST, "p", 20)
    assert isinstance(claimed, Claimed)
    running.add(claimed.job.id)
    sid = f"SM{claimed.job.id}"
    place = Place(account_id="acc_shop", job_id=claimed.job.id, attempt=1)
    queued, sent = MadeMessage(sid=sid, status="queued"), MadeMessage(sid=sid, status="sent")
    done = Ending(state=State.DONE, result="{}", message=queued)
    await asyncio.gather(
        theirs.outcomes.record(place, done, "p", machine_clock()),
        ours.outcomes.report(place, sent, "callback", machine_clock()),
    )


async def deadlocks(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        told = "select deadlocks from pg_stat_database where datname = current_database()"
        return int(await connection.fetchval(told))
    finally:
        await connection.close()


async def test_claims_outcomes_and_callbacks_of_two_processes_never_wait_for_each_other(
    postgres: PostgresServer, new_job: NewJobOf
) -> None:
    async with postgres.database() as url:
        async with open_store(url) as one, open_store(url) as other:
            await one.accounts.insert(an_account())
            chance, room, running = random.Random(7), asyncio.Semaphore(48), set[str]()  # noqa: S311 - no secret
            renewing = [asyncio.create_task(renew(store, running)) for store in (one, other)]

            async def some(number: int) -> None:
                async with room:
                    both = chance.sample([one, other], 2)
                    sender = chance.choice(SENDERS)
                    new = new_job(f"job_{number}", now=machine_clock() - 100, sender=sender, cost=1)
                    await life(both[0], both[1], new, running)

            await asyncio.gather(*(some(number) for number in range(240)))
            for task in renewing:
                task.cancel()
            jobs = [await one.jobs.get(f"job_{number}") for number in range(240)]
        ended = await deadlocks(url.url)  # a connection tells its statistics when it is closed, at the latest

    assert {job.state for job in jobs if job is not None} == {State.DONE}
    assert ended == 0
