"""Texts and numbers of finished jobs are kept for as long as the operator says."""

from datetime import timedelta

import pytest
from tests.shop import ADA, HI, Shop

from ringback.clock import machine_clock
from ringback.errors import Conflict
from ringback.outbox.retention import LONGEST_VERIFICATION, PAUSE, Retention
from ringback.store.listing import JobFilter
from ringback.store.rows import State

pytestmark = pytest.mark.anyio
KEPT = timedelta(days=90)


class Later:
    """The machine's clock, moved on by a test."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return machine_clock() + self.ahead


def age(shop: Shop, by: timedelta) -> None:
    """Let everything in the ledger have happened earlier."""
    ago = round(by.total_seconds() * 1000) + 1_000
    shop.alter("update jobs set updated_at = updated_at - ?", ago)
    shop.alter("update verifications set updated_at = updated_at - ?", ago)


async def redact(shop: Shop, keep: timedelta | None = KEPT) -> None:
    await Retention(shop.parts.store, machine_clock, keep).redact_old()


async def test_an_old_job_shows_that_it_was_redacted_and_what_became_of_it(shop: Shop) -> None:
    outcome = await shop.connector.run("SendMessage", HI, account="shop", key="order-42")
    age(shop, KEPT)

    await redact(shop)

    job = await shop.job(outcome)
    assert job.redacted_at is not None
    assert ADA not in job.model_dump_json()
    assert HI["body"] not in job.model_dump_json()
    assert (job.state, job.message) == (outcome.state, outcome.message)
    assert await shop.connector.jobs(JobFilter(recipient=ADA), 10) == []


async def test_the_same_intent_still_hears_of_a_redacted_job_and_another_is_a_conflict(shop: Shop) -> None:
    outcome = await shop.connector.run("SendMessage", HI, account="shop", key="order-42")
    age(shop, KEPT)
    await redact(shop)

    again = await shop.connector.run("SendMessage", HI, account="shop", key="order-42")

    assert (again.id, again.state) == (outcome.id, State.DONE)
    with pytest.raises(Conflict):
        await shop.connector.run("SendMessage", HI | {"body": "Bye"}, account="shop", key="order-42")
    assert shop.texts == 1


async def test_without_a_retention_everything_is_kept(shop: Shop) -> None:
    outcome = await shop.run()
    age(shop, timedelta(days=10_000))

    await redact(shop, None)

    assert (await shop.job(outcome)).input["to"] == ADA


async def test_a_verification_forgets_its_recipient_once_it_can_no_longer_be_checked(shop: Shop) -> None:
    started = await shop.run("SendVerify", to=ADA)
    sid, account = str((started.result or {})["sid"]), await shop.account()
    age(shop, KEPT)

    await redact(shop)
    kept = await shop.parts.store.verifications.by_sid(account.id, sid)
    assert kept is not None
    assert kept.recipient == ADA

    age(shop, timedelta(milliseconds=LONGEST_VERIFICATION))
    await redact(shop)
    kept = await shop.parts.store.verifications.by_sid(account.id, sid)
    assert kept is not None
    assert kept.recipient == ""


async def test_the_ledger_is_gone_through_now_and_then_not_all_the_time(shop: Shop) -> None:
    clock = Later()
    retention = Retention(shop.parts.store, clock, KEPT)
    await retention.redact_old()
    outcome = await shop.run()
    age(shop, KEPT)

    await retention.redact_old()
    assert (await shop.job(outcome)).redacted_at is None

    clock.ahead = PAUSE
    await retention.redact_old()
    assert (await shop.job(outcome)).redacted_at is not None
