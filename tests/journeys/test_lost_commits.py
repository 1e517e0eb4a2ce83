"""Connections cut between a commit and its answer: who wrote cannot know it, and all comes right."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg  # type: ignore[import-untyped]
import pytest
from tests.journeys.chaos import SEED, Chaos, Dice
from tests.journeys.processes import Installation
from tests.journeys.severing import Severing, severing
from tests.postgres import PostgresServer

from ringback.settings import PostgresUrl
from ringback.store import open_store

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

SENDS = 300
SHARE = 0.2
TROUBLE: list[Dice] = [
    ({"operation": "CreateMessage"}, {"kind": "drop", "stage": "after"}, 0.1),
    ({"operation": "CreateMessage"}, {"kind": "reset", "stage": "before"}, 0.05),
    ({"operation": "CreateMessage"}, {"kind": "refusal", "code": 21611}, 0.03),  # tried again
    ({"webhook": "status"}, {"kind": "duplicate", "times": 1}, 0.1),
]
# What is logged by who was not answered: a caller is told to ask again, what a try came to is written again.
LOSSES = ("cannot_serve", "write_failed")


@asynccontextmanager
async def severed(machine: Installation, postgres: PostgresServer) -> AsyncIterator[Severing]:
    """Who is started within may not be answered by the ledger; in the end nothing in it is amiss."""
    direct = machine.database
    async with severing(postgres.socket, SEED) as proxy:
        machine.database = proxy.url_of(direct)
        yield proxy
    async with open_store(PostgresUrl(direct)) as store:
        census = await store.backlog.look()
    assert (census.waiting, census.running, census.alarms) == (0, 0, 0)


async def accept_in_the_dark(chaos: Chaos, proxy: Severing) -> None:
    """All are accepted while commits are not answered, until callers and tries have noticed."""
    proxy.share = SHARE
    await chaos.accept_all(range(SENDS), "first")
    unseen = set(LOSSES)
    async with asyncio.timeout(60):
        while unseen:
            await asyncio.sleep(0.1)
            unseen = {loss for loss in unseen if not noticed(chaos.machine, loss)}
    proxy.share = 0
    assert min(proxy.unheard, proxy.undone) > 0


def noticed(machine: Installation, loss: str) -> bool:
    return any(loss in log.read_text() for log in machine.logs.values())


async def put_back_unsent(database: str) -> int:
    """How many jobs were taken without a word of it."""
    ledger = await asyncpg.connect(database)
    try:
        found: int = await ledger.fetchval("select count(*) from events where kind = 'not_begun'")
        return found
    finally:
        await ledger.close()


async def test_a_server_that_is_not_told_of_its_commits_sends_everything_once(
    shared: Installation, postgres: PostgresServer
) -> None:
    chaos, direct = Chaos(shared, SENDS), shared.database
    # No callback can make good what the server fails to write itself.
    async with severed(shared, postgres) as proxy, shared.serving(public=False):
        await accept_in_the_dark(chaos, proxy)

        assert await chaos.settled(within=60) == Counter(done=SENDS)
        await chaos.account_for()
    assert await put_back_unsent(direct) > 0


async def test_workers_that_are_not_told_of_their_commits_send_nothing_twice_when_twilio_fails_them_too(
    shared: Installation, postgres: PostgresServer
) -> None:
    chaos = Chaos(shared, SENDS)
    async with (
        severed(shared, postgres) as proxy,
        shared.serving("--no-dispatch"),
        shared.working(),
        shared.working(),
    ):
        await chaos.arm(TROUBLE)
        await accept_in_the_dark(chaos, proxy)
        await chaos.account_for()
