"""A message that waited too long is withdrawn by the sweep of a running dispatcher."""

from pathlib import Path

import pytest
from tests.shop import DROPPED_BEFORE, LIMITED, Shop, kinds, opened

from ringback.clock import iso, machine_clock
from ringback.outbox.retry import Backoff
from ringback.store.rows import State

pytestmark = pytest.mark.anyio


async def test_what_is_past_its_instant_at_the_start_never_leaves(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        expires_at = iso(machine_clock() + 50)
        waiting = await shop.run(expires_at=expires_at, wait=0.2)
        assert waiting.state is State.WAITING

        shop.connector.start()
        job = await shop.until(waiting, State.WITHDRAWN)

        assert kinds(job) == ["accepted", "withdrawn"]
        assert expires_at in (job.error or {})["message"]
        assert job.events[-1]["who"] == "expiry"
        assert shop.texts == 0


async def test_a_message_put_back_for_later_than_it_may_leave_is_withdrawn(tmp_path: Path) -> None:
    slow = Backoff(most_tries=3, first=60_000)
    async with opened(tmp_path, dispatch=False, backoff=slow) as shop:
        await shop.fault(LIMITED)
        shop.connector.start()

        waiting = await shop.run(expires_at=iso(machine_clock() + 1_500), wait=0)
        job = await shop.until(waiting, State.WITHDRAWN)

        assert kinds(job) == ["accepted", "running", "put_back", "withdrawn"]
        assert shop.texts == 0


async def test_an_unknown_outcome_does_not_expire(shop: Shop) -> None:
    await shop.fault(DROPPED_BEFORE)
    unknown = await shop.run(expires_at=iso(machine_clock() + 1_000), wait=5)
    assert unknown.state is State.UNKNOWN

    await shop.parts.expiry.withdraw_expired()

    assert (await shop.job(unknown)).state is State.UNKNOWN
