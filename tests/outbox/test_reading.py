"""Jobs that change something are settled by reading at Twilio what they change."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.shop import ADA, DROPPED, DROPPED_BEFORE, Shop, kinds, opened

from ringback.clock import iso
from ringback.outcome import Outcome, Timeline
from ringback.settings import DatabasePlace
from ringback.store.jobs import FAR_FUTURE
from ringback.store.rows import State, Verification
from ringback.twilio import resources
from ringback.twilio.resources import Product, Resource

pytestmark = pytest.mark.anyio

CHANGES = {
    "CancelMessage": "UpdateMessage",
    "RedactMessage": "UpdateMessage",
    "DeleteMessage": "DeleteMessage",
}
RESET = {"kind": "reset", "stage": "before"}
DUE = f"update jobs set look_at = 1 where state = 'unknown' and look_at < {FAR_FUTURE}"  # noqa: S608 - ours


@pytest.fixture
async def ledger(tmp_path: Path, place: DatabasePlace) -> AsyncIterator[Shop]:
    """A Ringback on each kind of database."""
    async with opened(tmp_path, place=place) as shop:
        yield shop


async def later(shop: Shop, looks: int = 1) -> None:
    """The time to look has come, and somebody looks."""
    for _ in range(looks):
        await shop.change(DUE)
        await shop.parts.reconcile.look_up_due()


async def message(shop: Shop, action: str) -> str:
    """The SID of a message that the action can change."""
    if action == "CancelMessage":
        return await scheduled(shop)
    sent = (await shop.run()).message
    await shop.advance(60)
    assert sent is not None
    return sent.sid


async def scheduled(shop: Shop) -> str:
    twilio = await shop.parts.accounts.open(await shop.account())
    service = await twilio.create(resources.messaging_services(), FriendlyName="Pool")
    number = await anext(twilio.items(resources.incoming_numbers()))
    pool = Resource(Product.MESSAGING, f"/v1/Services/{service['sid']}/PhoneNumbers")
    await twilio.create(pool, PhoneNumberSid=number["sid"])
    send_at = iso(await twilio.world_time() + 86_400_000)
    outcome = await shop.run(sender=service["sid"], send_at=send_at, scheduled_by="twilio")
    assert outcome.message is not None
    return outcome.message.sid


async def lost(shop: Shop, action: str, fault: dict[str, str] = DROPPED) -> Outcome:
    """A change whose answer did not come, nor one to the look that follows; by default it was carried out."""
    sid = await message(shop, action)
    await shop.fault(fault, operation=CHANGES[action])
    await shop.fault(DROPPED, operation="FetchMessage")
    outcome = await shop.run(action, sid=sid)
    assert outcome.state is State.UNKNOWN
    return outcome


async def lost_cancel(shop: Shop, fault: dict[str, str] = DROPPED, **named: Any) -> Outcome:
    await shop.fault(fault, operation="UpdateVerification")
    outcome = await shop.run("CancelVerify", **(named or {"to": ADA}))
    assert outcome.state is State.UNKNOWN
    return outcome


async def started(shop: Shop) -> str:
    """The SID of a verification."""
    outcome = await shop.run("SendVerify", to=ADA)
    return str((outcome.result or {})["sid"])


async def kept(shop: Shop, sid: str) -> Verification:
    found = await shop.parts.store.verifications.by_sid((await shop.account()).id, sid)
    assert found is not None
    return found


def message_of(job: Timeline) -> str:
    return str(job.events[-1]["detail"]["message"])


@pytest.mark.parametrize("action", CHANGES)
async def test_what_is_as_it_was_to_be_is_done(ledger: Shop, action: str) -> None:
    outcome = await lost(ledger, action)

    await later(ledger)

    job = await ledger.job(outcome)
    assert job.state is State.DONE
    assert (job.result or {})["matched_by"] == "reading"
    assert (job.events[-1]["kind"], job.events[-1]["who"]) == ("settled", "reading")
    assert "matched by reading" in message_of(job)


@pytest.mark.parametrize("action", CHANGES)
@pytest.mark.parametrize("fault", [RESET, DROPPED_BEFORE], ids=["reset", "dropped"])
async def test_what_was_not_carried_out_after_ten_minutes_counts_as_not_sent(
    shop: Shop, action: str, fault: dict[str, str]
) -> None:
    outcome = await lost(shop, action, fault)

    await later(shop)
    first = await shop.job(outcome)
    await later(shop)

    assert first.state is State.UNKNOWN
    assert message_of(first).endswith(f"not as {action} was to make it. It is read again in 10 minutes.")
    job = await shop.job(outcome)
    assert job.state is State.NOT_SENT
    error = job.error or {}
    assert error["message"].startswith("Read at Twilio after 10 minutes")
    assert error["cause"] == (outcome.error or {})["message"]
    assert f"run {action} anew" in error["remedy"]
    assert (await shop.run(action, **job.input)).state is State.DONE


@pytest.mark.parametrize("by_sid", [False, True], ids=["by recipient", "by SID"])
async def test_a_verification_that_only_a_cancellation_can_have_ended_was_canceled(
    ledger: Shop, *, by_sid: bool
) -> None:
    sid = await started(ledger)
    named: dict[str, Any] = {"verification_sid": sid} if by_sid else {"to": ADA}
    outcome = await lost_cancel(ledger, **named)

    await later(ledger)

    job = await ledger.job(outcome)
    assert (job.state, kinds(job)[-1]) == (State.DONE, "settled")
    canceled = {"sid": sid, "to": ADA, "channel": "sms", "status": "canceled", "matched_by": "reading"}
    assert job.result == canceled
    assert (await kept(ledger, sid)).state == "canceled"


async def test_a_verification_that_lives_was_not_canceled(shop: Shop) -> None:
    sid = await started(shop)
    outcome = await lost_cancel(shop, RESET)

    await later(shop)
    assert (await shop.job(outcome)).state is State.UNKNOWN
    await later(shop)

    assert (await shop.job(outcome)).state is State.NOT_SENT
    assert (await kept(shop, sid)).state == "open"
    right = await shop.run("VerifyCode", to=ADA, code=await shop.code())
    assert (right.result or {})["verified"] is True


async def test_a_verification_that_was_approved_was_not_canceled(shop: Shop) -> None:
    await started(shop)
    outcome = await lost_cancel(shop, RESET)
    await shop.run("VerifyCode", to=ADA, code=await shop.code())

    await later(shop, looks=2)

    assert (await shop.job(outcome)).state is State.NOT_SENT


async def test_an_approval_that_ringback_did_not_see_is_not_taken_for_a_cancellation(shop: Shop) -> None:
    sid = await started(shop)
    outcome = await lost_cancel(shop, RESET)
    twilio, service = (
        await shop.parts.accounts.open(await shop.account()),
        (await kept(shop, sid)).service_sid,
    )
    await twilio.create(resources.verification_checks(service), To=ADA, Code=await shop.code())

    await later(shop, looks=2)

    assert (await shop.job(outcome)).state is State.NOT_SENT


async def expired(shop: Shop, _sid: str) -> None:
    await shop.advance(601)


async def used_up(shop: Shop, sid: str) -> None:
    shop.alter("update verifications set checks = 5 where sid = ?", sid)


async def canceled_at_its_deadline(shop: Shop, sid: str) -> None:
    shop.alter("update verifications set state = 'expired' where sid = ?", sid)


async def started_elsewhere(shop: Shop, sid: str) -> None:
    shop.alter("delete from verifications where sid = ?", sid)


@pytest.mark.parametrize("happened", [expired, used_up, canceled_at_its_deadline, started_elsewhere])
async def test_a_verification_that_may_have_ended_otherwise_is_left_to_a_person(
    shop: Shop, happened: Any
) -> None:
    sid = await started(shop)
    outcome = await lost_cancel(shop, verification_sid=sid)
    await happened(shop, sid)

    await later(shop, looks=2)

    job = await shop.job(outcome)
    assert (job.state, kinds(job).count("looked_up")) == (State.UNKNOWN, 1)
    assert "nothing tells whether it was canceled, approved or expired" in (job.error or {})["message"]


async def test_of_a_recipient_without_a_verification_of_ours_there_is_none_to_read(shop: Shop) -> None:
    sid = await started(shop)
    outcome = await lost_cancel(shop)
    await started_elsewhere(shop, sid)

    await later(shop)

    assert "started no verification of this recipient" in ((await shop.job(outcome)).error or {})["message"]


async def test_the_verification_that_was_canceled_is_not_the_one_that_was_started_after_it(
    shop: Shop,
) -> None:
    first = await started(shop)
    outcome = await lost_cancel(shop)
    second = await started(shop)
    assert first != second

    await later(shop)

    job = await shop.job(outcome)
    assert (job.state, (job.result or {})["sid"]) == (State.DONE, first)
    assert [(await kept(shop, sid)).state for sid in (first, second)] == ["canceled", "open"]


@pytest.mark.parametrize("action", ["CancelMessage", "RedactMessage"])
async def test_of_a_message_without_a_record_nothing_tells(shop: Shop, action: str) -> None:
    outcome = await lost(shop, action)
    twilio = await shop.parts.accounts.open(await shop.account())
    await twilio.delete(resources.message((await shop.job(outcome)).input["sid"]))

    await later(shop, looks=2)

    job = await shop.job(outcome)
    assert (job.state, kinds(job).count("looked_up")) == (State.UNKNOWN, 1)
    assert "has no record of it any more" in (job.error or {})["message"]
    assert "Settle the job" in (job.error or {})["remedy"]


async def test_a_twilio_that_cannot_be_asked_costs_no_look(shop: Shop) -> None:
    outcome = await lost(shop, "RedactMessage")
    await shop.fault({"kind": "server_error"}, operation="FetchMessage")

    await later(shop)

    row = await shop.parts.store.jobs.get(str(outcome.id))
    assert row is not None
    assert (row.state, row.looks) == (State.UNKNOWN, 0)
    await later(shop)
    assert (await shop.job(outcome)).state is State.DONE


async def test_a_read_that_is_refused_stops_no_other(shop: Shop) -> None:
    jobs = [await lost(shop, "RedactMessage"), await lost(shop, "RedactMessage")]
    await shop.fault({"kind": "refusal", "code": 20008}, operation="FetchMessage")

    await later(shop)
    states = [(await shop.job(job)).state for job in jobs]
    await later(shop)

    assert sorted(states) == [State.DONE, State.UNKNOWN]
    assert [(await shop.job(job)).state for job in jobs] == [State.DONE, State.DONE]


async def test_a_read_that_is_refused_twice_is_left_to_a_person(shop: Shop) -> None:
    job = await lost(shop, "RedactMessage")
    refusal = {"kind": "refusal", "code": 20008}
    await shop.fault(refusal, refusal, refusal, operation="FetchMessage")

    for _ in range(3):
        await later(shop)

    told = await shop.job(job)
    assert (told.state, kinds(told).count("looked_up")) == (State.UNKNOWN, 2)
    assert (told.error or {})["message"].startswith("Twilio would not tell what became of this job.")


async def test_a_person_who_asks_hears_what_was_read_and_settles_nothing_too_early(shop: Shop) -> None:
    done, undone = await lost(shop, "RedactMessage"), await lost(shop, "RedactMessage", RESET)

    states = [(await shop.connector.reconcile(str(job.id), "ada")).state for job in (done, undone, undone)]

    assert states == [State.DONE, State.UNKNOWN, State.UNKNOWN]
    assert (await shop.job(done)).events[-1]["who"] == "ada"
    assert message_of(await shop.job(undone)) == "Read at Twilio, it is not as RedactMessage was to make it."
