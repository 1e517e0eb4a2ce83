"""Codes whose answer was lost, and checks whose answer was lost, found in Verify's list of attempts."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.outbox.elsewhere import Listing, looking_over
from tests.shop import ADA, DROPPED, DROPPED_BEFORE, Shop, kinds

from ringback.outcome import Outcome
from ringback.store.listing import JobFilter
from ringback.store.rows import State
from ringback.twilio import resources

pytestmark = pytest.mark.anyio

MAIL = "ada@example.org"
CHECK = "CreateVerificationCheck"


async def lost_code(
    shop: Shop, fault: Mapping[str, str] = DROPPED, action: str = "SendVerify", **inputs: Any
) -> Outcome:
    await shop.fault(fault, operation="CreateVerification")
    outcome = await shop.run(action, **{"to": ADA, **inputs})
    assert outcome.state is State.UNKNOWN
    return outcome


async def lost_check(shop: Shop, code: str, fault: dict[str, str] = DROPPED, **inputs: Any) -> Outcome:
    await shop.fault(fault, operation=CHECK)
    outcome = await shop.run("VerifyCode", **(inputs or {"to": ADA}), code=code)
    assert outcome.state is State.UNKNOWN
    assert outcome.result == {"verified": False}
    return outcome


async def reconciled(shop: Shop, outcome: Outcome) -> Outcome:
    return await shop.connector.reconcile(str(outcome.id), "ada")


def verification(shop: Shop) -> Any:
    service = next(iter(shop.simulator.account.verify_services.values()))
    return next(iter(service.verifications.values()))


@pytest.mark.parametrize(
    "inputs", [{}, {"channel": "auto"}, {"channel": "call"}, {"channel": "email", "to": MAIL}], ids=str
)
async def test_a_lost_code_is_settled_by_the_attempt_that_is_found(
    shop: Shop, inputs: dict[str, Any]
) -> None:
    await shop.control("PATCH", f"/accounts/{shop.simulator.account.sid}", {"email_integration": True})
    outcome = await lost_code(shop, **inputs)

    found = await reconciled(shop, outcome)

    assert found.state is State.DONE
    made, result = verification(shop), found.result or {}
    assert (result["sid"], result["attempt_sid"]) == (made.sid, made.attempts[0].sid)
    assert (result["status"], result["sends"], result["matched_by"]) == ("pending", 1, "listing")
    event = (await shop.job(outcome)).events[-1]
    assert (event["kind"], event["detail"]["matched_by"]) == ("settled", "listing")


async def test_a_code_that_never_left_is_not_found(shop: Shop) -> None:
    outcome = await lost_code(shop, DROPPED_BEFORE)

    assert (await reconciled(shop, outcome)).state is State.UNKNOWN
    assert "No such code was found" in (await shop.job(outcome)).events[-1]["detail"]["message"]


async def test_the_codes_of_other_jobs_prove_nothing(shop: Shop) -> None:
    await shop.run("SendVerify", to=ADA)

    assert (await reconciled(shop, await lost_code(shop, DROPPED_BEFORE))).state is State.UNKNOWN


async def test_two_lost_codes_and_two_attempts_settle_each_other(shop: Shop) -> None:
    first, second = await lost_code(shop), await lost_code(shop)

    await reconciled(shop, first)

    results = [(await shop.job(one)).result or {} for one in (first, second)]
    assert [result["sid"] for result in results] == [verification(shop).sid] * 2
    assert [result["attempt_sid"] for result in results] == [one.sid for one in verification(shop).attempts]
    assert [result["sends"] for result in results] == [1, 2]


async def test_two_lost_codes_and_one_attempt_stay_unknown(shop: Shop) -> None:
    first, second = await lost_code(shop), await lost_code(shop, DROPPED_BEFORE)

    assert (await reconciled(shop, first)).state is State.UNKNOWN
    assert (await reconciled(shop, second)).state is State.UNKNOWN


async def another_service(shop: Shop) -> str:
    twilio = await shop.parts.accounts.open(await shop.account())
    return str((await twilio.create(resources.verify_services(), FriendlyName="Second"))["sid"])


async def test_lost_codes_of_two_services_are_each_found_with_its_own(shop: Shop) -> None:
    second = await another_service(shop)
    lost = [await lost_code(shop), await lost_code(shop, service_sid=second)]

    found = [await reconciled(shop, outcome) for outcome in lost]

    assert [outcome.state for outcome in found] == [State.DONE] * 2
    services = [(outcome.result or {})["service_sid"] for outcome in found]
    assert services == [(await shop.account()).default_verify_service, second]


async def test_what_another_service_sent_proves_no_code_of_this_one(shop: Shop) -> None:
    second = await another_service(shop)
    absent = await lost_code(shop, DROPPED_BEFORE)
    sent = await lost_code(shop, service_sid=second)
    twilio = await shop.parts.accounts.open(await shop.account())
    await twilio.create(resources.verifications(second), To=ADA, Channel="sms")  # by another program

    for outcome in (absent, sent):
        assert (await reconciled(shop, outcome)).state is State.UNKNOWN


def with_a_stranger(attempts: Any) -> Any:
    """Another program's delivery, of which Twilio does not tell whom it went to."""
    return {**attempts, "attempts": [{**attempts["attempts"][0], "sid": "VL1", "channel_data": None}]}


async def test_a_delivery_to_nobody_by_name_is_nobodys_code(shop: Shop) -> None:
    outcome = await lost_code(shop)
    reconcile = looking_over(shop, Listing(shop.transport, "/Attempts", with_a_stranger))
    job = await shop.parts.store.jobs.get(str(outcome.id))
    assert job is not None

    await reconcile(job, "ada")

    assert "No such code was found" in (await shop.job(outcome)).events[-1]["detail"]["message"]


async def test_what_was_found_is_kept_to_its_deadline_and_limits(shop: Shop) -> None:
    outcome = await lost_code(
        shop, action="SendVerifyWithConfiguration", expires_in=120, max_checks=1, custom_code="271828"
    )
    await reconciled(shop, outcome)

    account = await shop.account()
    kept = await shop.parts.store.verifications.by_sid(account.id, verification(shop).sid)

    assert kept is not None
    assert (kept.deadline_is_ours, kept.max_checks, kept.sends, kept.state) == (1, 1, 1, "open")
    assert kept.deadline - kept.started_at == 120_000
    wrong = await shop.run("VerifyCode", to=ADA, code="000000")
    assert (wrong.result or {})["outcome"] == "wrong_code"
    late = await shop.run("VerifyCode", to=ADA, code="271828")
    assert (late.result or {})["outcome"] == "too_many_checks"


@pytest.mark.parametrize("by_sid", [False, True], ids=["by recipient", "by SID"])
async def test_a_lost_check_of_the_right_code_is_settled_as_verified(shop: Shop, *, by_sid: bool) -> None:
    sid = (await shop.run("SendVerify", to=ADA)).result or {}
    inputs = {"verification_sid": sid["sid"]} if by_sid else {"to": ADA}
    outcome = await lost_check(shop, await shop.code(), **inputs)

    found = await reconciled(shop, outcome)

    assert found.state is State.DONE
    result = found.result or {}
    assert (result["verified"], result["outcome"], result["matched_by"]) == (True, "approved", "listing")
    assert await state_of(shop, sid["sid"]) == "approved"


async def test_a_check_that_was_right_is_found_although_its_code_was_tried_again(shop: Shop) -> None:
    sent = (await shop.run("SendVerify", to=ADA)).result or {}
    code = await shop.code()
    outcome = await lost_check(shop, code)
    again = await shop.run("VerifyCode", to=ADA, code=code)

    found = await reconciled(shop, outcome)

    assert (again.result or {})["outcome"] == "not_found"
    assert (found.state, (found.result or {})["verified"]) == (State.DONE, True)
    assert await state_of(shop, sent["sid"]) == "approved"


async def test_a_check_that_was_right_is_found_although_its_deadline_has_passed(shop: Shop) -> None:
    started = await shop.run("SendVerifyWithConfiguration", to=ADA, expires_in=60)
    sid = (started.result or {})["sid"]
    outcome = await lost_check(shop, await shop.code())
    shop.alter("update verifications set deadline = started_at")
    await shop.parts.verifications.end_due()
    assert await state_of(shop, sid) == "expired"

    found = await reconciled(shop, outcome)

    assert (found.state, (found.result or {})["verified"]) == (State.DONE, True)
    assert await state_of(shop, sid) == "approved"


async def state_of(shop: Shop, sid: str) -> str:
    kept = await shop.parts.store.verifications.by_sid((await shop.account()).id, sid)
    assert kept is not None
    return kept.state


@pytest.mark.parametrize("fault", [DROPPED, DROPPED_BEFORE], ids=["arrived", "never arrived"])
async def test_a_lost_check_of_a_wrong_code_is_never_a_success(shop: Shop, fault: dict[str, str]) -> None:
    await shop.run("SendVerify", to=ADA)
    outcome = await lost_check(shop, "000000", fault)

    found = await reconciled(shop, outcome)

    assert (found.state, found.result) == (State.UNKNOWN, {"verified": False})


async def test_a_wrong_code_is_not_taken_for_the_right_one_that_came_after(shop: Shop) -> None:
    await shop.run("SendVerify", to=ADA)
    wrong = await lost_check(shop, "000000")
    right = await shop.run("VerifyCode", to=ADA, code=await shop.code())

    found = await reconciled(shop, wrong)

    assert (right.result or {})["verified"] is True
    assert (found.state, found.result) == (State.UNKNOWN, {"verified": False})


async def test_of_two_lost_checks_nobody_knows_which_was_right(shop: Shop) -> None:
    sent = (await shop.run("SendVerify", to=ADA)).result or {}
    wrong = await lost_check(shop, "000000")
    right = await lost_check(shop, await shop.code(), verification_sid=sent["sid"])

    for check in (wrong, right):
        assert (await reconciled(shop, check)).result == {"verified": False}
    event = (await shop.job(right)).events[-1]
    assert "1 approval at Twilio fit 2 jobs" in event["detail"]["message"]


async def test_an_approval_that_ringback_did_not_start_proves_no_check(shop: Shop) -> None:
    await shop.run("SendVerify", to=ADA)
    outcome = await lost_check(shop, await shop.code())
    shop.alter("delete from verifications")

    assert (await reconciled(shop, outcome)).result == {"verified": False}


async def test_a_code_that_is_not_found_is_not_sent_again_by_itself(shop: Shop) -> None:
    await shop.connector.accounts.change("shop", {"not_found_means": "send_again"})
    outcome = await lost_code(shop, DROPPED_BEFORE)

    for _ in range(2):
        shop.alter("update jobs set look_at = 1 where state = 'unknown'")
        await shop.parts.reconcile.look_up_due()

    job = await shop.job(outcome)
    assert (job.state, len(await shop.connector.jobs(JobFilter(), 10))) == (State.NOT_SENT, 1)
    assert "Send it again under a new intent." in (job.error or {})["remedy"]


async def test_a_lost_check_that_was_not_found_says_to_check_anew(shop: Shop) -> None:
    await shop.run("SendVerify", to=ADA)
    outcome = await lost_check(shop, "000000")

    for _ in range(2):
        shop.alter("update jobs set look_at = 1 where state = 'unknown'")
        await shop.parts.reconcile.look_up_due()

    job = await shop.job(outcome)
    assert (job.state, job.result) == (State.UNKNOWN, {"verified": False})
    assert "check the code anew" in json.dumps(job.error)
    assert kinds(job)[-2:] == ["looked_up", "looked_up"]
