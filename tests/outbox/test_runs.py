"""What was claimed and could not be begun in time is not sent any more: it waits again, or has expired."""

from pathlib import Path

import pytest
from tests.shop import Shop, kinds, opened

from ringback.clock import iso, machine_clock
from ringback.outbox.runs import Runs
from ringback.outcome import Outcome
from ringback.store.claims import Claimed
from ringback.store.rows import State
from ringback.store.tickets import Ticket

pytestmark = pytest.mark.anyio

LEASE = 15.0
HOUR = 3_600_000


async def run_after(shop: Shop, outcome: Outcome, milliseconds: int, lease: float = LEASE) -> float | None:
    """Claim a job and run it as a process would that was stopped for so long in between."""
    job, means = await shop.parts.store.jobs.get(str(outcome.id)), shop.parts.dispatcher.means
    assert job is not None
    ticket = Ticket(job_id=job.id, account_id=job.account_id, sender=job.sender)
    claimed = await shop.parts.store.claims.claim(ticket, None, means.owner, lease)
    assert isinstance(claimed, Claimed)
    return await Runs(means, lease, 1)(claimed, machine_clock() - milliseconds)


async def test_a_job_whose_lease_is_nearly_over_before_it_leaves_waits_again(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        again = await run_after(shop, outcome := await shop.run(wait=0), 14_000)

        job = await shop.job(outcome)

    assert (again, job.state, shop.texts) == (1.0, State.WAITING, 0)
    assert kinds(job) == ["accepted", "running", "put_back"]


async def test_a_job_that_expired_between_its_claim_and_its_send_is_withdrawn(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        outcome = await shop.run(expires_at=iso(machine_clock() + HOUR), wait=0)
        await run_after(shop, outcome, 2 * HOUR, lease=HOUR)  # a lease that would last

        shop.alter("update jobs set expires_at = 1")
        shop.connector.start()
        job = await shop.until(outcome, State.WITHDRAWN)

    assert (job.state, shop.texts) == (State.WITHDRAWN, 0)


async def test_a_job_that_is_run_in_time_is_sent(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        outcome = await shop.run(expires_at=iso(machine_clock() + HOUR), wait=0)
        await run_after(shop, outcome, 2_000)

        assert ((await shop.job(outcome)).state, shop.texts) == (State.DONE, 1)
