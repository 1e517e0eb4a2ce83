"""Ringback as its faces meet it: waiting, looking, withdrawing, settling."""

import asyncio
from pathlib import Path

import pytest
from tests.shop import ADA, DROPPED, DROPPED_BEFORE, HI, Shop, kinds, opened, verdicts

from ringback.actions.send_message import SendMessage
from ringback.errors import Conflict, InvalidInput, NotFound
from ringback.outcome import Outcome
from ringback.store.listing import JobFilter
from ringback.store.rows import State

pytestmark = pytest.mark.anyio
SID = "SM" + "0" * 32


async def lost(shop: Shop) -> Outcome:
    """A text whose answer never came."""
    await shop.fault(DROPPED_BEFORE)
    outcome = await shop.run()
    assert outcome.state is State.UNKNOWN
    return outcome


async def test_a_model_and_raw_inputs_do_the_same(shop: Shop) -> None:
    sender = shop.simulator.introduction()["number"]

    typed = await shop.connector.run(SendMessage(to=ADA, sender=sender, body="Hi"), account="shop")
    raw = await shop.connector.run("SendMessage", {"to": ADA, "body": "Hi"}, account="shop")

    assert (await shop.job(typed)).input == (await shop.job(raw)).input


async def test_a_job_tells_its_whole_history(shop: Shop) -> None:
    outcome = await shop.connector.run("SendMessage", HI, account="shop", key="k", requested_by="ada")

    job = await shop.job(outcome)

    assert (job.idempotency_key, job.requested_by, verdicts(job)) == ("k", "ada", ["done"])
    assert kinds(job)[:3] == ["accepted", "running", "done"]
    assert job.message is not None
    assert job.message.watched == "polling"
    assert "No public URL" in (job.message.note or "")


async def test_a_caller_who_does_not_wait_hears_that_it_is_on_its_way(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        outcome = await shop.run(wait=0.05)

        assert (outcome.state, outcome.done) == (State.WAITING, False)
        shop.connector.start()
        assert (await shop.connector.wait(str(outcome.id), 10)).done


async def test_readiness_tells_whether_jobs_are_sent(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        assert await shop.connector.ready() == {"database": True, "queue": True}
        shop.connector.start()
        assert await shop.connector.ready() == {"database": True, "queue": True, "dispatcher": True}


async def test_a_withdrawn_job_is_never_sent(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        kept, taken = await shop.run(wait=0), await shop.run(wait=0)

        withdrawn = await shop.connector.withdraw(str(taken.id), "ada")
        shop.connector.start()
        await shop.until(kept, State.DONE)

        assert withdrawn.state is State.WITHDRAWN
        assert await shop.requests() == ["CreateMessage"]
        with pytest.raises(Conflict, match="only a waiting job"):
            await shop.connector.withdraw(str(kept.id), "ada")


async def test_what_nobody_knows_is_not_found(shop: Shop) -> None:
    for ask in (
        shop.connector.job("job_none"),
        shop.connector.wait("job_none", 1),
        shop.connector.withdraw("job_none", "ada"),
        shop.connector.settle("job_none", State.DONE, "ada"),
        shop.connector.reconcile("job_none", "ada"),
    ):
        with pytest.raises(NotFound, match="no job job_none"):
            await ask


async def test_the_newest_jobs_are_listed_first(shop: Shop) -> None:
    outcomes = [await shop.run(body=str(number)) for number in range(3)]

    listed = await shop.connector.jobs(JobFilter(accounts=("shop",)), 2)

    assert [job.id for job in listed] == [outcomes[2].id, outcomes[1].id]


async def test_a_person_settles_an_unknown_job_and_is_named(shop: Shop) -> None:
    outcome = await lost(shop)

    settled = await shop.connector.settle(str(outcome.id), State.NOT_SENT, "ada")

    assert settled.state is State.NOT_SENT
    assert settled.error == {"message": "Settled as not_sent by ada."}
    assert [event["who"] for event in (await shop.job(outcome)).events][-1] == "ada"
    with pytest.raises(Conflict, match="only an unknown job"):
        await shop.connector.settle(str(outcome.id), State.DONE, "ada")


async def test_a_job_settled_with_its_message_follows_that_messages_status(shop: Shop) -> None:
    await shop.fault(DROPPED)
    outcome = await shop.run()
    sid = next(iter(shop.simulator.account.messages))

    settled = await shop.connector.settle(str(outcome.id), State.DONE, "ada", sid)
    await shop.advance(60)
    await shop.parts.polling.ask_due()

    assert settled.message is not None
    told = (await shop.job(outcome)).message
    assert told is not None
    assert (told.sid, told.status) == (sid, "delivered")


@pytest.mark.parametrize(
    ("state", "sid", "field"),
    [
        (State.WAITING, None, "state"),
        (State.RUNNING, None, "state"),
        (State.UNKNOWN, None, "state"),
        (State.WITHDRAWN, None, "state"),
        (State.DONE, "../Calls/CA1", "message_sid"),
        (State.NOT_SENT, SID, "message_sid"),
    ],
)
async def test_no_job_is_settled_as_what_cannot_be(
    shop: Shop, state: State, sid: str | None, field: str
) -> None:
    outcome = await lost(shop)

    with pytest.raises(InvalidInput) as caught:
        await shop.connector.settle(str(outcome.id), state, "ada", sid)

    assert [error.field for error in caught.value.errors] == [field]
    assert (await shop.job(outcome)).state is State.UNKNOWN


async def test_no_job_is_settled_with_the_message_of_another(shop: Shop) -> None:
    sent, outcome = await shop.run(), await lost(shop)
    assert sent.message is not None

    with pytest.raises(Conflict, match=f"another job, {sent.id}"):
        await shop.connector.settle(str(outcome.id), State.DONE, "ada", sent.message.sid)

    assert (await shop.job(outcome)).state is State.UNKNOWN


async def test_many_who_wait_for_one_job_all_hear_of_it(shop: Shop) -> None:
    outcome = await shop.run(wait=0)

    heard = await asyncio.gather(*(shop.connector.wait(str(outcome.id), 10) for _ in range(20)))

    assert {one.state for one in heard} == {State.DONE}
