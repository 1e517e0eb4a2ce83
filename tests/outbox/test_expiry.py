"""A message that waited too long is withdrawn by the sweep of a running dispatcher."""

import asyncio
from pathlib import Path

import pytest
from tests.shop import DROPPED_BEFORE, LIMITED, Shop, kinds, opened

from ringback.clock import iso, machine_clock
from ringback.outbox.retry import Backoff
from ringback.store.rows import State

pytestmark = pytest.mark.anyio

# What has to be tried or to wait first must not expire meanwhile, however slow the machine is.
FAR_OFF = "2100-01-01T00:00:00Z"
EXPIRE = "update jobs set expires_at = ?"


async def test_what_is_past_its_instant_at_the_start_never_leaves(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        waiting = await shop.run(expires_at=FAR_OFF, wait=0)
        assert waiting.state is State.WAITING

        past = machine_clock() - 1
        shop.alter(EXPIRE, past)
        shop.connector.start()
        job = await shop.until(waiting, State.WITHDRAWN)

        assert kinds(job) == ["accepted", "withdrawn"]
        assert iso(past) in (job.error or {})["message"]
        assert job.events[-1]["who"] == "expiry"
        assert shop.texts == 0


async def test_a_message_put_back_for_later_than_it_may_leave_is_withdrawn(tmp_path: Path) -> None:
    slow = Backoff(most_tries=3, first=60_000)
    async with opened(tmp_path, dispatch=False, backoff=slow) as shop:
        await shop.fault(LIMITED)
        shop.connector.start()

        waiting = await shop.run(expires_at=FAR_OFF, wait=0)
        async with asyncio.timeout(30):
            while "put_back" not in kinds(await shop.job(waiting)):
                await shop.connector.wait(str(waiting.id), 0.02)
        shop.alter(EXPIRE, 1)
        job = await shop.until(waiting, State.WITHDRAWN)

        assert kinds(job) == ["accepted", "running", "put_back", "withdrawn"]
        assert shop.texts == 0


async def test_an_unknown_outcome_does_not_expire(shop: Shop) -> None:
    await shop.fault(DROPPED_BEFORE)
    unknown = await shop.run(expires_at=FAR_OFF, wait=0)
    await shop.until(unknown, State.UNKNOWN)

    shop.alter(EXPIRE, 1)
    await shop.parts.expiry.withdraw_expired()

    assert (await shop.job(unknown)).state is State.UNKNOWN
