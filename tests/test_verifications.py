"""The guard of verifications: deadlines, checks and sends that Twilio's API cannot set."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.gate import Withheld
from tests.shop import ADA, DROPPED, LIMITED, Shop, opened, until_logged

from ringback.errors import InvalidInput
from ringback.outcome import Outcome
from ringback.store.rows import State, Verification
from ringback.twilio import resources
from ringback.twilio.transport import open_transport
from twilio_simulator.running import running

pytestmark = pytest.mark.anyio

CHECK, CANCEL, START = "CreateVerificationCheck", "UpdateVerification", "CreateVerification"
WRONG = "000000"


async def start(shop: Shop, **configuration: Any) -> Outcome:
    """Send Ada a code with limits."""
    return await shop.run("SendVerifyWithConfiguration", to=ADA, **configuration)


async def check(shop: Shop, code: str, **named: Any) -> str:
    """What a check comes to."""
    outcome = await shop.run("VerifyCode", code=code, **(named or {"to": ADA}))
    assert outcome.state is State.DONE, outcome.error
    assert outcome.result is not None
    assert outcome.result["verified"] is (outcome.result["outcome"] == "approved")
    return str(outcome.result["outcome"])


async def kept(shop: Shop, started: Outcome) -> Verification:
    """The ledger's row."""
    assert started.result is not None
    row = await shop.parts.store.verifications.by_sid((await shop.account()).id, started.result["sid"])
    assert row is not None
    return row


async def test_a_right_code_is_approved_once(shop: Shop) -> None:
    started = await start(shop)
    code = await shop.code()

    assert await check(shop, WRONG) == "wrong_code"
    assert await check(shop, code) == "approved"
    assert await check(shop, code) == "not_found"
    assert (await kept(shop, started)).state == "approved"


async def test_a_longer_life_than_twilios_is_refused_with_the_reason(shop: Shop) -> None:
    with pytest.raises(InvalidInput, match=r"expires_in: Twilio itself drops a verification after 600 s"):
        await start(shop, expires_in=601)

    await shop.connector.accounts.change("shop", {"verification_lifetime": 1200})
    assert (await start(shop, expires_in=601)).done


async def test_after_the_deadline_a_code_is_expired_without_asking_twilio(shop: Shop) -> None:
    await start(shop, expires_in=60)
    code = await shop.code()
    await shop.advance(61)

    assert await check(shop, code) == "expired"
    assert await check(shop, code) == "expired"
    assert CHECK not in await shop.requests()


async def test_just_before_the_deadline_a_code_still_counts(shop: Shop) -> None:
    await start(shop, expires_in=60)
    code = await shop.code()
    await shop.advance(50)

    assert await check(shop, code) == "approved"


async def test_at_the_deadline_it_is_cancelled_at_twilio(shop: Shop) -> None:
    started = await start(shop, expires_in=60)
    await shop.parts.verifications.end_due()
    assert (await kept(shop, started)).state == "open"
    await shop.advance(61)

    await shop.parts.verifications.end_due()

    assert (await kept(shop, started)).state == "expired"
    assert {one.status for one in verifications_at_twilio(shop)} == {"canceled"}


async def test_an_open_connector_ends_them_by_itself(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        shop.connector.start()
        await start(shop, expires_in=60)
        await shop.advance(61)

        await shop.control("GET", "/wait?kind=verification.ended&timeout=30")
        assert await shop.requests() == [START, CANCEL]


def verifications_at_twilio(shop: Shop) -> list[Any]:
    services = shop.simulator.account.verify_services.values()
    return [one for service in services for one in service.verifications.values()]


async def test_a_resend_does_not_lengthen_the_deadline(shop: Shop) -> None:
    started = await start(shop, expires_in=100)
    deadline = (await kept(shop, started)).deadline
    await shop.advance(60)

    again = await start(shop, expires_in=100)

    row = await kept(shop, again)
    assert (row.sid, row.deadline, row.sends) == ((await kept(shop, started)).sid, deadline, 2)


async def test_a_resend_may_shorten_the_deadline(shop: Shop) -> None:
    await start(shop)
    await start(shop, expires_in=60)
    await shop.advance(61)

    assert await check(shop, await shop.code()) == "expired"


async def test_after_the_deadline_a_new_start_sends_a_new_code(shop: Shop) -> None:
    first = await start(shop, expires_in=60, max_sends=1)
    await shop.advance(61)

    second = await start(shop, expires_in=60, max_sends=1)

    assert second.done
    assert (await kept(shop, first)).state == "expired"
    assert (await kept(shop, second)).sid != (await kept(shop, first)).sid
    assert await check(shop, await shop.code()) == "approved"
    assert await shop.requests() == [START, CANCEL, START, CHECK]


async def test_a_start_that_cannot_end_the_old_code_sends_nothing(shop: Shop) -> None:
    await start(shop, expires_in=60)
    await shop.advance(61)
    await shop.fault(*[{"kind": "server_error"}] * 9, operation=CANCEL)

    outcome = await start(shop, expires_in=60)

    assert outcome.state is State.NOT_SENT
    assert "could not be cancelled at Twilio" in (outcome.error or {})["message"]
    assert (await shop.requests()).count(START) == 1


async def test_no_more_checks_than_allowed_reach_twilio(shop: Shop) -> None:
    await start(shop, max_checks=2)

    heard = [await check(shop, WRONG) for _ in range(3)]

    assert heard == ["wrong_code", "wrong_code", "too_many_checks"]
    assert await check(shop, await shop.code()) == "too_many_checks"
    assert (await shop.requests()).count(CHECK) == 2


async def test_of_two_checks_at_once_only_the_last_allowed_one_leaves(shop: Shop) -> None:
    started = await start(shop, max_checks=1)
    code = await shop.code()

    heard = await asyncio.gather(check(shop, code), check(shop, code))

    assert sorted(heard) == ["approved", "too_many_checks"]
    assert (await shop.requests()).count(CHECK) == 1
    assert (await kept(shop, started)).state == "approved"


async def test_a_code_that_may_not_be_checked_again_is_not_sent_again(shop: Shop) -> None:
    await start(shop, max_checks=1)
    await check(shop, WRONG)

    refused = await start(shop, max_checks=1)

    assert refused.state is State.REFUSED
    assert (refused.error or {})["field"] == "max_checks"
    await shop.run("CancelVerify", to=ADA)
    assert (await start(shop, max_checks=1)).done
    assert await check(shop, await shop.code()) == "approved"


async def test_twilios_own_limit_of_checks_is_told_as_such(shop: Shop) -> None:
    await start(shop)

    heard = [await check(shop, WRONG) for _ in range(6)]

    assert heard == ["wrong_code"] * 5 + ["too_many_checks"]
    assert await check(shop, WRONG) == "too_many_checks"
    assert (await shop.requests()).count(CHECK) == 6


async def test_no_more_sends_than_allowed_reach_twilio(shop: Shop) -> None:
    first = await start(shop, max_sends=2)
    assert (await start(shop, max_sends=2)).done

    third = await start(shop, max_sends=2)

    assert third.state is State.REFUSED
    assert (third.error or {})["field"] == "max_sends"
    assert (await shop.requests()).count(START) == 2
    assert (await kept(shop, first)).sends == 2


async def test_of_two_resends_at_once_only_the_last_allowed_one_leaves(shop: Shop) -> None:
    await start(shop, max_sends=2)

    states = sorted(one.state for one in await asyncio.gather(*(start(shop) for _ in range(4))))

    assert states == [State.DONE] + [State.REFUSED] * 3
    assert (await shop.requests()).count(START) == 2


async def test_a_resend_whose_answer_was_lost_counts_and_one_that_was_refused_does_not(shop: Shop) -> None:
    first = await start(shop, max_sends=3)
    await shop.fault({"kind": "refusal", "code": 60203}, DROPPED, operation=START)

    assert (await start(shop)).state is State.REFUSED
    assert (await kept(shop, first)).sends == 1
    assert (await start(shop)).state is State.UNKNOWN
    assert (await kept(shop, first)).sends == 2


async def test_sends_are_counted_for_each_verification_alone(shop: Shop) -> None:
    await start(shop, max_sends=1)
    await check(shop, await shop.code())

    assert (await start(shop, max_sends=1)).done


async def test_a_404_past_twilios_own_lifetime_is_expired(shop: Shop) -> None:
    await start(shop)
    await shop.advance(601)

    assert await check(shop, WRONG) == "expired"
    assert CHECK in await shop.requests()


async def test_a_404_after_five_checks_is_too_many_checks(shop: Shop) -> None:
    await start(shop)
    for _ in range(5):
        await check(shop, WRONG)
    forget(shop)

    assert await check(shop, WRONG) == "too_many_checks"


async def test_a_404_of_a_living_verification_is_not_found(shop: Shop) -> None:
    started = await start(shop)
    forget(shop)

    assert await check(shop, WRONG) == "not_found"
    assert (await kept(shop, started)).state == "canceled"


def forget(shop: Shop) -> None:
    """Somebody else ended everything at Twilio."""
    for one in verifications_at_twilio(shop):
        one.status = "approved"


async def test_what_was_not_started_here_is_not_found(shop: Shop) -> None:
    assert await check(shop, WRONG) == "not_found"
    assert await check(shop, WRONG, verification_sid="VE" + "0" * 32) == "not_found"


async def test_one_started_elsewhere_is_checked_at_twilio(shop: Shop) -> None:
    service = next(iter(shop.simulator.account.verify_services))
    account = await shop.account()
    twilio = await shop.parts.accounts.open(account)
    await twilio.create(resources.verifications(service), To=ADA, Channel="sms")

    assert await check(shop, await shop.code()) == "approved"


async def test_a_check_whose_answer_was_lost_is_unknown_and_not_verified(shop: Shop) -> None:
    await start(shop)
    await shop.fault(DROPPED, operation=CHECK)

    lost = await shop.run("VerifyCode", to=ADA, code=await shop.code())

    assert (lost.state, lost.result) == (State.UNKNOWN, {"verified": False})
    assert len((await shop.job(lost)).attempts) == 1


async def test_a_check_that_was_not_carried_out_does_not_count(shop: Shop) -> None:
    started = await start(shop, max_checks=1)
    await shop.fault(LIMITED, operation=CHECK)

    assert await check(shop, await shop.code()) == "approved"
    assert (await kept(shop, started)).checks == 1


async def test_a_check_by_sid_meets_the_same_limits(shop: Shop) -> None:
    started = await start(shop, max_checks=1)
    sid = (await kept(shop, started)).sid

    assert await check(shop, WRONG, verification_sid=sid) == "wrong_code"
    assert await check(shop, await shop.code(), verification_sid=sid) == "too_many_checks"


async def test_what_a_check_came_to_is_kept_once_the_database_is_free_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        open_transport() as network,
        opened(tmp_path, transport=(answers := Withheld(network, "/VerificationCheck"))) as shop,
    ):
        started = await start(shop)
        checking = await shop.run("VerifyCode", to=ADA, code=await shop.code(), wait=0)
        await answers.arrived.acquire()
        async with shop.busy():
            answers.open.set()
            await until_logged(caplog, "write_failed")

        job = await shop.until(checking, State.DONE, State.UNKNOWN)

        assert (job.result or {})["verified"] is True
        assert (await kept(shop, started)).state == "approved"


async def test_cancelling_closes_it_here_and_at_twilio(shop: Shop) -> None:
    started = await start(shop)
    code = await shop.code()

    canceled = await shop.run("CancelVerify", to=ADA)

    assert canceled.done
    assert (await kept(shop, started)).state == "canceled"
    assert await check(shop, code) == "not_found"


async def test_a_silent_simulator_keeps_no_other_deadline_from_being_kept(shop: Shop) -> None:
    async with running() as other:
        await shop.connect("away", other)
        await shop.connector.run("SendVerifyWithConfiguration", {"to": ADA, "expires_in": 60}, account="away")
    started = await start(shop, expires_in=120)
    await shop.advance(121)

    await shop.parts.verifications.end_due()

    assert (await kept(shop, started)).state == "expired"


async def test_a_removed_account_keeps_no_other_deadline_from_being_kept(shop: Shop) -> None:
    await shop.connect("gone")
    await shop.connector.run("SendVerifyWithConfiguration", {"to": ADA, "expires_in": 60}, account="gone")
    await shop.connector.accounts.remove("gone")
    started = await start(shop, expires_in=120)
    await shop.advance(121)

    await shop.parts.verifications.end_due()

    assert (await kept(shop, started)).state == "expired"


async def test_a_check_that_nobody_answers_any_more_is_not_verified(shop: Shop) -> None:
    await shop.run("SendVerify", to=ADA)
    await shop.fault({"kind": "latency", "seconds": 1}, operation="CreateVerificationCheck")

    waiting = await shop.connector.run("VerifyCode", {"to": ADA, "code": "123456"}, account="shop", wait=0)

    assert waiting.state is State.RUNNING
    assert waiting.result == {"verified": False}
