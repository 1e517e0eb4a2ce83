"""Claims: one process runs a job, a sender's slot goes to its first, leases lapse by the database's clock."""

import asyncio
from itertools import pairwise

import pytest
from tests.store.conftest import NOBODY, NewJobOf, ticket

from ringback.clock import machine_clock
from ringback.store import Store
from ringback.store.claims import HORIZON, Claimed, Later
from ringback.store.jobs import Pacing
from ringback.store.rows import State
from ringback.store.tickets import Ticket

pytestmark = pytest.mark.anyio

SENDER = "+14155550101"
ONE_A_SECOND = 1_000
A_SECOND = 1_000_000  # microseconds, as those of a sender are


def paced(job_id: str) -> Ticket:
    return Ticket(job_id=job_id, account_id="acc_shop", sender=SENDER)


async def claim(store: Store, job_id: str, rate: int | None = ONE_A_SECOND) -> Claimed | Later | None:
    return await store.claims.claim(paced(job_id) if rate else ticket(job_id), rate, "p", 20)


async def free_at(store: Store) -> int:
    """When the sender of what waits is free again; how far away that is depends on the machine."""
    (queue,) = await store.senders.queues()
    return queue.free_at


async def accept(
    store: Store, new_job: NewJobOf, job_id: str, rate: int = ONE_A_SECOND, cost: int = 1, **more: object
) -> None:
    new = new_job(job_id, now=machine_clock() - 1_000, sender=SENDER, cost=cost, **more)
    assert await store.jobs.accept(new, NOBODY, Pacing(rate)) is not None


async def test_only_one_claim_of_a_job_succeeds(store: Store, new_job: NewJobOf) -> None:
    await store.jobs.accept(new_job(), NOBODY)

    claims = await asyncio.gather(*(store.claims.claim(ticket(), None, f"p{n}", 20) for n in range(8)))

    taken = [claim for claim in claims if isinstance(claim, Claimed)]
    assert len(taken) == 1
    assert taken[0].job.state is State.RUNNING
    assert taken[0].job.attempts == 1


async def test_a_job_is_not_claimed_before_it_is_due(store: Store, new_job: NewJobOf) -> None:
    now = machine_clock()
    await store.jobs.accept(new_job(now=now, due_at=now + 60_000), NOBODY)

    later = await store.claims.claim(ticket(), None, "p", 20)

    assert isinstance(later, Later)
    assert 50 < later.seconds <= 60
    assert await store.claims.turns((0, ""), 1, 10) == []
    assert [turn.ticket.job_id for turn in await store.claims.turns((0, ""), 70, 10)] == ["job_1"]


async def test_a_job_from_a_machine_whose_clock_is_ahead_is_due_at_once(
    store: Store, new_job: NewJobOf
) -> None:
    ahead = machine_clock() + 60_000
    await store.jobs.accept(new_job("job_free", now=ahead), NOBODY)
    await store.jobs.accept(new_job("job_paced", now=ahead, sender=SENDER, cost=1), NOBODY, Pacing(1_000))

    assert isinstance(await claim(store, "job_free", None), Claimed)
    assert isinstance(await claim(store, "job_paced"), Claimed)


async def test_an_expired_job_is_never_claimed(store: Store, new_job: NewJobOf) -> None:
    now = machine_clock()
    await store.jobs.accept(new_job(now=now - 100, expires_at=now - 1), NOBODY)

    assert await store.claims.claim(ticket(), None, "p", 20) is None
    assert await claim(store, "job_1") is None


async def test_a_senders_second_slot_is_a_second_later_and_its_third_is_queued_for(
    store: Store, new_job: NewJobOf
) -> None:
    for number, cost in enumerate((1, 600, 1)):
        await accept(store, new_job, f"job_{number}", cost=cost)

    first = await claim(store, "job_0")
    free_first = await free_at(store)
    second = await claim(store, "job_1")
    free_second = await free_at(store)
    third = await claim(store, "job_2")

    assert isinstance(first, Claimed)
    assert first.wait == 0
    assert isinstance(second, Claimed)
    assert second.wait <= 1
    assert free_second - free_first >= 600 * A_SECOND
    assert isinstance(third, Later)
    assert third.seconds > 500


async def test_a_slot_goes_to_the_highest_priority_whoever_holds_the_ticket(
    store: Store, new_job: NewJobOf
) -> None:
    await accept(store, new_job, "job_bulk", priority=-10)
    await accept(store, new_job, "job_normal")
    await accept(store, new_job, "job_code", priority=10)

    first, second = await claim(store, "job_bulk"), await claim(store, "job_bulk")

    assert isinstance(first, Claimed)
    assert isinstance(second, Claimed)
    assert [first.job.id, second.job.id] == ["job_code", "job_normal"]


async def test_a_slot_that_comes_after_a_job_expires_is_taken_and_paid_for_by_the_next(
    store: Store, new_job: NewJobOf
) -> None:
    await first_slot_taken(store, new_job)
    await accept(store, new_job, "job_soon", priority=10, expires_at=await just_before_the_next(store))
    await accept(store, new_job, "job_long", cost=500)
    before = await free_at(store)

    second = await claim(store, "job_soon")

    assert isinstance(second, Claimed)
    assert second.job.id == "job_long"
    await accept(store, new_job, "job_last")
    assert await free_at(store) - before >= 500 * A_SECOND
    last = await claim(store, "job_last")
    assert isinstance(last, Later)
    assert last.seconds > 300


async def test_a_slot_that_nobody_can_use_is_given_back(store: Store, new_job: NewJobOf) -> None:
    await first_slot_taken(store, new_job)
    await accept(store, new_job, "job_soon", expires_at=await just_before_the_next(store))
    assert await claim(store, "job_soon") is None
    assert await claim(store, "job_soon") is None

    await accept(store, new_job, "job_last")

    assert isinstance(await claim(store, "job_last"), Claimed)


async def first_slot_taken(store: Store, new_job: NewJobOf) -> None:
    """The sender is busy, so that whoever comes next waits for its slot."""
    await store.senders.set_rate("acc_shop", SENDER, ONE_A_SECOND)
    await accept(store, new_job, "job_0")
    assert isinstance(await claim(store, "job_0"), Claimed)


async def just_before_the_next(store: Store) -> int:
    """When a job expires that is still due now and whose slot comes too late, in milliseconds."""
    return await free_at(store) // 1_000 - 1


async def test_many_processes_together_keep_one_senders_rate(store: Store, new_job: NewJobOf) -> None:
    rate = 100_000  # a hundred a second
    for number in range(60):
        await accept(store, new_job, f"job_{number}", rate)

    started = machine_clock()
    claims = await asyncio.gather(*(claim(store, f"job_{number}", rate) for number in range(60)))
    took = (machine_clock() - started) / 1_000

    waits = sorted(claim.wait for claim in claims if isinstance(claim, Claimed))
    assert len(waits) == 60
    assert 0.59 - took <= waits[-1] <= 0.6
    assert len({claim.job.id for claim in claims if isinstance(claim, Claimed)}) == 60


async def test_turns_of_a_sender_are_spread_when_its_jobs_are_accepted(
    store: Store, new_job: NewJobOf
) -> None:
    slow = 10  # a slot every 100 s: one that comes a moment late is still that one
    for number in range(5):
        await accept(store, new_job, f"job_{number}", slow)

    turns = await store.claims.turns((0, ""), 600, 10)

    places = [turn.at - turns[0].at for turn in turns]
    assert [round(place / 100_000) for place in places] == [0, 1, 2, 3, 4]


async def test_a_job_of_many_segments_takes_as_many_slots(store: Store, new_job: NewJobOf) -> None:
    await accept(store, new_job, "job_long", cost=700)
    await accept(store, new_job, "job_next")

    assert isinstance(await claim(store, "job_long"), Claimed)
    later = await claim(store, "job_next")

    assert isinstance(later, Later)
    assert later.seconds > 500


async def test_a_held_sender_sends_nothing_and_another_is_not_held(store: Store, new_job: NewJobOf) -> None:
    await accept(store, new_job, "job_1")
    await store.senders.hold("acc_shop", SENDER, 30)
    other = new_job("job_2", now=machine_clock(), sender="+14155550102", cost=1)
    await store.jobs.accept(other, NOBODY, Pacing(ONE_A_SECOND))

    held = await claim(store, "job_1")
    free = await store.claims.claim(
        Ticket(job_id="job_2", account_id="acc_shop", sender="+14155550102"), ONE_A_SECOND, "p", 20
    )

    assert isinstance(held, Later)
    assert 25 < held.seconds <= 31
    assert isinstance(free, Claimed)


async def test_a_slowed_sender_takes_twice_the_time(store: Store, new_job: NewJobOf) -> None:
    rate = 10_000
    for number in range(4):
        await accept(store, new_job, f"job_{number}", rate)
    await store.senders.heed("job_0", 63018)

    claims, free = [], []
    for number in range(3):
        claims.append(await claim(store, f"job_{number}", rate))
        free.append(await free_at(store))

    waits = [claim.wait for claim in claims if isinstance(claim, Claimed)]
    assert len(waits) == 3
    assert waits[2] <= 0.4
    assert [later - before >= A_SECOND // 5 for before, later in pairwise(free)] == [True, True]


async def test_only_a_rate_limits_code_slows_a_sender(store: Store, new_job: NewJobOf) -> None:
    await accept(store, new_job, "job_0", set_rate := 10_000)
    await store.senders.set_rate("acc_shop", SENDER, set_rate)
    await store.senders.heed("job_0", 30003)
    await store.senders.heed("job_0", None)

    assert [queue.slowed_until for queue in await store.senders.queues()] == [0]


async def test_what_twilio_asked_to_wait_waits_without_a_pace_too(store: Store, new_job: NewJobOf) -> None:
    for number, sender in enumerate((SENDER, "+14155550102")):
        new = new_job(f"job_{number}", now=machine_clock() - 1_000, sender=sender, cost=1)
        await store.jobs.accept(new, NOBODY)
    await store.senders.hold("acc_shop", SENDER, 30)

    held, free = [await claim(store, f"job_{number}", None) for number in range(2)]

    assert isinstance(held, Later)
    assert 25 < held.seconds <= 31
    assert isinstance(free, Claimed)


async def test_a_lease_lapses_by_the_databases_clock_unless_it_is_renewed(
    store: Store, new_job: NewJobOf
) -> None:
    await store.jobs.accept(new_job("job_kept"), NOBODY)
    await store.jobs.accept(new_job("job_lost"), NOBODY)
    for name in ("job_kept", "job_lost"):
        await store.claims.claim(ticket(name), None, "p", 0.2)
    await store.claims.renew(["job_kept"], "p", 20)
    await store.claims.renew(["job_lost"], "somebody else", 20)
    await asyncio.sleep(0.25)

    assert await store.outcomes.condemn_lapsed(0) == ["job_lost"]


async def test_the_queue_of_a_sender_tells_what_waits(store: Store, new_job: NewJobOf) -> None:
    for number in range(4):
        await accept(store, new_job, f"job_{number}")
    await store.senders.set_rate("acc_shop", SENDER, 2_000)
    await store.senders.set_rate("acc_shop", "Ringback", 500)

    queues = {queue.sender: queue for queue in await store.senders.queues("shop")}

    assert (queues[SENDER].jobs, queues[SENDER].cost, queues[SENDER].rate) == (4, 4, 2_000)
    assert (queues["Ringback"].jobs, queues["Ringback"].rate) == (0, 500)
    assert await store.senders.own_rates() == {("acc_shop", SENDER): 2_000, ("acc_shop", "Ringback"): 500}
    assert await store.senders.queues("other") == []


async def test_a_claim_that_knows_only_an_old_rate_keeps_to_the_one_that_was_set(
    store: Store, new_job: NewJobOf
) -> None:
    slow = 50  # a slot every 20 s
    for number in range(4):
        await accept(store, new_job, f"job_{number}", slow)
    assert isinstance(await claim(store, "job_0", slow), Claimed)

    await store.senders.set_rate("acc_shop", SENDER, 30_000, slow)
    await accept(store, new_job, "job_4", slow)

    assert len(await store.claims.turns((0, ""), HORIZON, 10)) == 4
    last = [await claim(store, f"job_{number}", slow) for number in range(1, 5)][-1]
    assert isinstance(last, Claimed)
    assert last.wait <= 0.2  # 4 slots of 33 ms and what is left of the first


async def test_a_key_that_is_asked_about_again_takes_no_turn(store: Store, new_job: NewJobOf) -> None:
    slow = 10  # a turn that was taken wrongly would move the next by 100 s
    for number in range(5):
        new = new_job(f"job_{number}", key="same", now=machine_clock() - 1_000, sender=SENDER, cost=1)
        await store.jobs.accept(new, NOBODY, Pacing(slow))
    await accept(store, new_job, "job_next", slow)

    first, second = await store.claims.turns((0, ""), 3_600, 10)

    assert second.at - first.at < 150_000
