"""When unknown jobs are looked for, who else could have made the same, and whose what is found is."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from tests.store.conftest import NOBODY, NewJobOf, a_job, an_account, ticket

from ringback.errors import Conflict
from ringback.settings import DatabasePlace
from ringback.store import Store, open_store
from ringback.store.again import Replacement
from ringback.store.endings import Ending, MadeMessage, Place, place_of
from ringback.store.jobs import FAR_FUTURE, UNPACED
from ringback.store.looks import Looks
from ringback.store.rows import Job, State

pytestmark = pytest.mark.anyio

ADA = "+15005550006"
LOST = Ending(state=State.UNKNOWN, error={"message": "no answer"})
SID = "SM" + "1" * 32
AT_ONCE = Looks(first=0, second=0, again=60_000)


@pytest.fixture
async def eager(place: DatabasePlace) -> AsyncIterator[Store]:
    """A ledger whose unknown jobs are looked for at once."""
    async with open_store(place, looks=AT_ONCE) as opened:
        await opened.accounts.insert(an_account())
        yield opened


async def unknown(store: Store, job_id: str = "job_1", state: State = State.UNKNOWN) -> Job:
    await running(store, job_id)
    await store.outcomes.record(
        first_try(job_id), Ending(state=state, error={"message": "no answer"}), "p", 3_000
    )
    return await job(store, job_id)


async def running(store: Store, job_id: str = "job_1") -> None:
    await store.jobs.accept(a_job(job_id), NOBODY)
    await store.claims.claim(ticket(job_id), None, "p", 20)


async def job(store: Store, job_id: str = "job_1") -> Job:
    found = await store.jobs.get(job_id)
    assert found is not None
    return found


def first_try(job_id: str = "job_1") -> Place:
    return Place(account_id="acc_shop", job_id=job_id, attempt=1)


async def owners(store: Store, recipient: str | None = ADA) -> list[str]:
    return sorted(owner.job.id for owner in await store.looks.owners("acc_shop", recipient))


async def test_what_becomes_unknown_is_looked_for_in_a_minute_and_then_in_ten(store: Store) -> None:
    assert (Looks().first, Looks().second, Looks().most_looks) == (60_000, 600_000, 2)

    first = await unknown(store)

    assert first.look_at is not None
    assert first.looks == 0
    assert await store.looks.take_due() == []


async def test_a_lapsed_lease_is_looked_for_as_well(eager: Store) -> None:
    await eager.jobs.accept(a_job(), NOBODY)
    await eager.claims.claim(ticket(), None, "p", -1)
    await eager.outcomes.condemn_lapsed(4_000)

    assert [taken.id for taken in await eager.looks.take_due()] == ["job_1"]


async def test_a_look_is_taken_once_whoever_asks(eager: Store) -> None:
    for number in range(5):
        await unknown(eager, f"job_{number}")

    taken = await asyncio.gather(*(eager.looks.take_due() for _ in range(4)))

    assert sorted(one.id for some in taken for one in some) == [f"job_{number}" for number in range(5)]


async def test_two_processes_share_the_looks(eager: Store, place: DatabasePlace) -> None:
    for number in range(20):
        await unknown(eager, f"job_{number}")

    async with open_store(place, looks=AT_ONCE) as other:
        taken = await asyncio.gather(eager.looks.take_due(), other.looks.take_due(), eager.looks.take_due())

    assert len([one for some in taken for one in some]) == 20


async def test_a_look_in_vain_is_counted_once_and_the_last_ends_them(eager: Store) -> None:
    await unknown(eager)
    (taken,) = await eager.looks.take_due()

    assert await eager.looks.looked(taken, "not yet", "listing", 5_000)
    assert not await eager.looks.looked(taken, "not yet", "listing", 5_000)
    (taken,) = await eager.looks.take_due()
    assert await eager.looks.looked(
        taken, "not found", "listing", 6_000, json.dumps({"message": "not found"})
    )

    last = await job(eager)
    assert (last.looks, last.look_at, last.error) == (2, FAR_FUTURE, '{"message": "not found"}')
    assert await eager.looks.take_due() == []
    _, events = await eager.jobs.timeline("job_1")
    assert [event.kind for event in events[-2:]] == ["looked_up", "looked_up"]


async def test_what_was_settled_meanwhile_is_not_looked_for(eager: Store) -> None:
    await unknown(eager)
    (taken,) = await eager.looks.take_due()
    await eager.outcomes.report(first_try(), MadeMessage(sid=SID, status="sent"), "callback", 4_000)

    assert not await eager.looks.looked(taken, "not found", "listing", 5_000)

    assert (await job(eager)).look_at is None
    assert (await job(eager)).error is None


async def test_owners_are_unknown_or_running_or_called_done_without_a_message(store: Store) -> None:
    await unknown(store, "job_1")
    await running(store, "job_2")
    await unknown(store, "job_3")
    await store.outcomes.settle(first_try("job_3"), Ending(state=State.DONE), "ada", 4_000)
    for number, state in (("4", State.NOT_SENT), ("5", State.REFUSED)):
        await unknown(store, f"job_{number}")
        await store.outcomes.settle(first_try(f"job_{number}"), Ending(state=state), "ada", 4_000)
    await unknown(store, "job_6")
    message = MadeMessage(sid=SID, status="sent")
    await store.outcomes.settle(first_try("job_6"), Ending(state=State.DONE, message=message), "ada", 4_000)
    await unknown(store, "job_7", State.REFUSED)
    await store.jobs.accept(a_job("job_8"), NOBODY)

    assert await owners(store) == ["job_1", "job_2", "job_3"]
    assert await owners(store, "+15005550007") == []
    assert await owners(store, None) == []


async def test_an_owner_knows_the_span_of_its_last_try(store: Store) -> None:
    await unknown(store)

    (owner,) = await store.looks.owners("acc_shop", ADA)

    attempts, _ = await store.jobs.timeline("job_1")
    assert (owner.started_at, owner.ended_at) == (attempts[0].started_at, 3_000)


async def test_what_proves_one_job_proves_no_other(store: Store) -> None:
    await unknown(store, "job_1")
    await unknown(store, "job_2")
    proof = Ending(state=State.DONE, result="{}", proof="VL1")

    assert await store.looks.unclaimed("acc_shop", ["VL1", "VL2"]) == {"VL1", "VL2"}
    assert await store.outcomes.settle(first_try("job_1"), proof, "listing", 4_000)
    with pytest.raises(Conflict, match="VL1 was made by another job"):
        await store.outcomes.settle(first_try("job_2"), proof, "listing", 4_000)

    assert (await job(store, "job_2")).state is State.UNKNOWN
    assert await store.looks.unclaimed("acc_shop", ["VL1", "VL2"]) == {"VL2"}


async def test_of_two_processes_that_claim_one_message_one_gets_it(
    store: Store, place: DatabasePlace
) -> None:
    await unknown(store, "job_1")
    await unknown(store, "job_2")
    ending = Ending(state=State.DONE, result="{}", message=MadeMessage(sid=SID, status="sent"))

    async with open_store(place) as other:
        ended = await asyncio.gather(
            store.outcomes.settle(first_try("job_1"), ending, "listing", 4_000),
            other.outcomes.settle(first_try("job_2"), ending, "listing", 4_000),
            return_exceptions=True,
        )

    assert sorted(str(type(one).__name__) for one in ended) == ["Conflict", "bool"]
    states = sorted([(await job(store, name)).state for name in ("job_1", "job_2")])
    assert states == [State.DONE, State.UNKNOWN]


async def test_an_answers_own_proof_is_kept_and_another_jobs_is_an_alarm(store: Store) -> None:
    done = Ending(state=State.DONE, result="{}", proof="VL1")
    for name in ("job_1", "job_2"):
        await running(store, name)
        await store.outcomes.record(first_try(name), done, "p", 3_000)

    _, first = await store.jobs.timeline("job_1")
    _, second = await store.jobs.timeline("job_2")
    assert "alarm" not in [event.kind for event in first]
    assert second[-1].kind == "alarm"


@pytest.mark.parametrize("told", ["by its callback", "by its answer"])
async def test_a_message_that_was_taken_for_another_jobs_is_an_alarm(store: Store, told: str) -> None:
    message = MadeMessage(sid=SID, status="sent")
    done = Ending(state=State.DONE, result="{}", message=message)
    await running(store, "job_2")
    await unknown(store, "job_1")
    await store.outcomes.settle(first_try("job_1"), done, "listing", 4_000)

    if told == "by its callback":
        await store.outcomes.report(first_try("job_2"), message, "callback", 5_000)
    else:
        await store.outcomes.record(first_try("job_2"), done, "p", 5_000, await job(store, "job_2"))

    _, events = await store.jobs.timeline("job_2")
    (alarm,) = [event for event in events if event.kind == "alarm"]
    assert "job_1" in alarm.detail
    assert (await job(store, "job_2")).state is State.DONE


async def test_a_job_and_the_one_in_its_place_are_written_together_or_not_at_all(
    store: Store, new_job: NewJobOf
) -> None:
    old = await unknown(store)
    other = Replacement(new_job("job_2", now=5_000), NOBODY, UNPACED)
    ending = Ending(state=State.NOT_SENT, error={"sent_again_as": "job_2"})

    assert await store.again.settle(place_of(old), ending, "ada", other)
    assert not await store.again.settle(
        place_of(old), ending, "ada", Replacement(new_job("job_3"), NOBODY, UNPACED)
    )

    assert (await job(store)).state is State.NOT_SENT
    assert (await job(store, "job_2")).state is State.WAITING
    assert await store.jobs.get("job_3") is None
