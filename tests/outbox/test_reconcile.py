"""Settling an unknown send by Twilio's list."""

import asyncio
from typing import Any

import pytest
from tests.shop import ADA, DROPPED, DROPPED_BEFORE, Shop, kinds

from ringback.errors import Conflict, NotSent
from ringback.outcome import Outcome
from ringback.store.rows import State
from ringback.twilio import resources

pytestmark = pytest.mark.anyio


async def lost(shop: Shop, fault: dict[str, str] = DROPPED, **inputs: Any) -> Outcome:
    """A text whose answer did not come; by default it was sent all the same."""
    await shop.fault(fault)
    outcome = await shop.run(**inputs)
    assert outcome.state is State.UNKNOWN
    return outcome


async def reconciled(shop: Shop, outcome: Outcome) -> Outcome:
    return await shop.connector.reconcile(str(outcome.id), "ada")


async def test_one_message_that_fits_settles_the_job(shop: Shop) -> None:
    outcome = await lost(shop)

    found = await reconciled(shop, outcome)

    assert found.state is State.DONE
    assert found.message is not None
    assert [found.message.sid] == list(shop.simulator.account.messages)
    assert (found.result or {})["matched_by"] == "listing"
    assert (await shop.job(outcome)).events[-1]["who"] == "ada"


async def test_no_message_leaves_it_unknown_with_a_note(shop: Shop) -> None:
    outcome = await lost(shop, DROPPED_BEFORE)

    assert (await reconciled(shop, outcome)).state is State.UNKNOWN
    event = (await shop.job(outcome)).events[-1]
    assert event["kind"] == "looked_up"
    assert "does not prove that there is none" in event["detail"]["message"]


async def test_two_equal_jobs_and_two_messages_settle_each_other(shop: Shop) -> None:
    first, second = await lost(shop), await lost(shop)

    assert (await reconciled(shop, first)).state is State.DONE
    assert (await shop.job(second)).state is State.DONE


async def test_two_messages_that_fit_one_job_leave_it_to_a_person(shop: Shop) -> None:
    outcome = await lost(shop)
    account = await shop.account()
    twilio = await shop.parts.accounts.open(account)
    await twilio.create(resources.messages(), {"From": account.default_sender}, To=ADA, Body="Hi Ada")

    assert (await reconciled(shop, outcome)).state is State.UNKNOWN
    assert "2 messages at Twilio fit this job" in (await shop.job(outcome)).events[-1]["detail"]["message"]


async def test_a_message_of_another_job_is_not_taken(shop: Shop) -> None:
    await shop.run()

    assert (await reconciled(shop, await lost(shop, DROPPED_BEFORE))).state is State.UNKNOWN


async def test_many_who_look_at_once_for_equal_jobs_take_each_message_once(shop: Shop) -> None:
    jobs = [await lost(shop) for _ in range(3)]

    await asyncio.gather(*(reconciled(shop, job) for job in jobs), return_exceptions=True)

    found = [(await shop.job(job)).message for job in jobs]
    assert {message.sid for message in found if message} == set(shop.simulator.account.messages)


@pytest.mark.parametrize(
    "other", [{"body": "Bye"}, {"to": "+14155550124"}], ids=["another text", "another recipient"]
)
async def test_another_text_or_recipient_does_not_fit(shop: Shop, other: dict[str, str]) -> None:
    outcome = await lost(shop, DROPPED_BEFORE)
    await lost(shop, DROPPED, **other)

    assert (await reconciled(shop, outcome)).state is State.UNKNOWN


async def test_a_text_from_before_the_job_does_not_fit(shop: Shop) -> None:
    account = await shop.account()
    twilio = await shop.parts.accounts.open(account)
    from_shop = {"From": account.default_sender}
    await twilio.create(resources.messages(), from_shop, To=ADA, Body="Hi Ada")
    await shop.advance(600)

    assert (await reconciled(shop, await lost(shop, DROPPED_BEFORE))).state is State.UNKNOWN


async def test_a_whatsapp_message_is_found_too(shop: Shop) -> None:
    sender = shop.simulator.introduction()["whatsapp_sender"].removeprefix("whatsapp:")
    await shop.fault(DROPPED)
    outcome = await shop.run("SendWhatsappTextMessage", to=ADA, sender=sender, body="Hi Ada")
    assert outcome.state is State.UNKNOWN

    assert (await reconciled(shop, outcome)).state is State.DONE


async def test_only_what_is_unknown_and_of_a_kind_that_is_known_can_be_looked_for(shop: Shop) -> None:
    done, fax = await shop.run(), await lost(shop)
    shop.alter("update jobs set action = 'SendFax' where id = ?", fax.id)

    with pytest.raises(Conflict, match="only an unknown job"):
        await reconciled(shop, done)
    with pytest.raises(Conflict, match="makes nothing to look for"):
        await reconciled(shop, fax)


async def test_a_twilio_that_cannot_be_asked_changes_nothing(shop: Shop) -> None:
    outcome = await lost(shop)
    await shop.fault({"kind": "server_error"}, operation="ListMessage")
    before = kinds(await shop.job(outcome))

    with pytest.raises(NotSent):
        await reconciled(shop, outcome)

    assert kinds(await shop.job(outcome)) == before


async def test_of_a_removed_account_nothing_can_be_looked_up(shop: Shop) -> None:
    outcome = await lost(shop)
    await shop.connector.accounts.remove("shop")

    with pytest.raises(Conflict, match="was removed"):
        await reconciled(shop, outcome)
