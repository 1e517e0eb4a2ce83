"""Settling a job as not sent and sending it again, in one step."""

from typing import Any

import pytest
from tests.shop import ADA, DROPPED, DROPPED_BEFORE, Shop, kinds

from ringback.errors import Conflict, InvalidInput
from ringback.outcome import Outcome
from ringback.store.endings import MadeMessage, place_of
from ringback.store.listing import JobFilter
from ringback.store.rows import State

pytestmark = pytest.mark.anyio


async def lost(
    shop: Shop, action: str = "SendMessage", operation: str = "CreateMessage", **inputs: Any
) -> str:
    await shop.fault(DROPPED_BEFORE, operation=operation)
    outcome = await shop.run(action, **inputs)
    assert outcome.state is State.UNKNOWN
    return str(outcome.id)


async def again(shop: Shop, job_id: str) -> Outcome:
    return await shop.connector.settle(job_id, State.NOT_SENT, "ada", send_again=True)


async def test_what_was_not_sent_is_sent_again_as_a_new_job_and_both_tell_of_each_other(shop: Shop) -> None:
    old = await lost(shop, media_urls=["https://example.org/a.png"])

    settled = await again(shop, old)

    error = settled.error or {}
    new = await shop.connector.wait(error["sent_again_as"], 10)
    assert (settled.id, settled.state, new.state) == (old, State.NOT_SENT, State.DONE)
    assert error["message"] == f"Settled as not_sent by ada, and sent again as {new.id}."
    before, after = await shop.connector.job(old), await shop.connector.job(str(new.id))
    assert before.events[-1]["detail"]["sent_again_as"] == new.id
    assert after.events[1]["kind"] == "sent_again"
    assert after.events[1]["detail"]["in_place_of"] == old
    assert (after.input, after.requested_by, after.idempotency_key) == (before.input, "ada", None)
    assert shop.texts == 1


async def test_it_is_sent_again_once(shop: Shop) -> None:
    old = await lost(shop)

    await again(shop, old)
    with pytest.raises(Conflict, match="job is not_sent; only an unknown job"):
        await again(shop, old)

    assert len(await shop.connector.jobs(JobFilter(), 10)) == 2


async def test_only_what_was_not_sent_is_sent_again(shop: Shop) -> None:
    old = await lost(shop)

    with pytest.raises(InvalidInput, match="settle it as not_sent"):
        await shop.connector.settle(old, State.DONE, "ada", send_again=True)

    assert (await shop.connector.job(old)).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("action", "operation", "inputs", "name"),
    [
        ("VerifyCode", "CreateVerificationCheck", {"to": ADA, "code": "123456"}, "code"),
        (
            "SendVerifyWithConfiguration",
            "CreateVerification",
            {"to": ADA, "custom_code": "271828"},
            "custom_code",
        ),
    ],
    ids=["a check", "a code of one's own"],
)
async def test_what_had_secrets_cannot_be_sent_again_and_says_why(
    shop: Shop, action: str, operation: str, inputs: dict[str, Any], name: str
) -> None:
    old = await lost(shop, action, operation, **inputs)

    with pytest.raises(Conflict, match=f"its {name} was erased when its try ended"):
        await again(shop, old)

    assert (await shop.connector.job(old)).state is State.UNKNOWN
    assert (await shop.connector.settle(old, State.NOT_SENT, "ada")).state is State.NOT_SENT


async def test_a_code_of_twilios_own_making_is_sent_again(shop: Shop) -> None:
    settled = await again(shop, await lost(shop, "SendVerify", "CreateVerification", to=ADA))

    new = await shop.connector.wait((settled.error or {})["sent_again_as"], 10)
    assert new.state is State.DONE


async def test_what_has_expired_is_not_sent_late(shop: Shop) -> None:
    old = await lost(shop, expires_at="2100-01-01T00:00:00Z")
    shop.alter("update jobs set expires_at = 1")

    with pytest.raises(Conflict, match="passed its expires_at"):
        await again(shop, old)


async def test_what_was_due_then_is_due_now(shop: Shop) -> None:
    old = await lost(shop)
    shop.alter("update jobs set input = json_set(input, '$.send_at', '2026-01-01T00:00:00Z')")

    settled = await again(shop, old)

    new = await shop.connector.wait((settled.error or {})["sent_again_as"], 10)
    assert new.state is State.DONE


async def test_another_account_of_the_same_name_does_not_send_it(shop: Shop) -> None:
    old = await lost(shop)
    await shop.connector.accounts.remove("shop")
    await shop.connect("shop")

    with pytest.raises(Conflict, match="another has its name"):
        await again(shop, old)


async def test_a_late_message_of_the_settled_job_is_an_alarm(shop: Shop) -> None:
    await shop.fault(DROPPED)
    old = str((await shop.run()).id)
    await again(shop, old)

    row = await shop.parts.store.jobs.get(old)
    assert row is not None
    (sid, *_) = shop.simulator.account.messages
    await shop.parts.store.outcomes.report(
        place_of(row), MadeMessage(sid=sid, status="sent"), "callback", shop.parts.clock()
    )

    job = await shop.connector.job(old)
    assert (job.state, kinds(job)[-1]) == (State.NOT_SENT, "alarm")
