"""One try and its verdict."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from tests.postgres import PostgresServer
from tests.shop import ADA, DROPPED, DROPPED_BEFORE, LIMITED, REFUSED, Shop, kinds, opened, verdicts

from ringback.outbox.retry import Backoff
from ringback.outcome import Timeline
from ringback.settings import PostgresUrl
from ringback.store.rows import State
from ringback.twilio.transport import Limits, Request, Response, open_transport

pytestmark = pytest.mark.anyio


class Scripted:
    """A network that answers what a test wrote down, for answers that no Twilio gives."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)

    async def send(self, _request: Request) -> Response:
        return self.answers.pop(0)


async def ended(shop: Shop, action: str = "SendMessage", **inputs: Any) -> Timeline:
    """The job of an action once its tries are over."""
    return await shop.job(await shop.run(action, **inputs))


async def test_a_refusal_is_never_tried_again_and_is_explained(shop: Shop) -> None:
    await shop.fault(REFUSED)

    job = await ended(shop)

    assert (job.state, verdicts(job)) == (State.REFUSED, ["refused"])
    assert job.error is not None
    assert (job.error["code"], job.error["field"]) == (21211, "to")
    assert job.error["cause"]
    assert "E.164" in job.error["remedy"]
    assert job.attempts[0]["detail"] == job.error


async def test_too_many_requests_at_once_are_tried_again(shop: Shop) -> None:
    await shop.fault(LIMITED, {"kind": "rate_limit", "code": 0, "body": "empty"})

    job = await ended(shop)

    assert (job.state, verdicts(job)) == (State.DONE, ["not_sent", "not_sent", "done"])
    assert kinds(job).count("put_back") == 2
    assert job.error is None
    assert shop.texts == 1


async def test_a_limit_that_repeating_does_not_lift_is_a_refusal(shop: Shop) -> None:
    await shop.fault({"kind": "refusal", "code": 60203}, operation="CreateVerification")

    job = await ended(shop, "SendVerify", to=ADA)

    assert (job.state, verdicts(job)) == (State.REFUSED, ["refused"])
    assert (job.error or {})["retry_after"] > 0


async def test_tries_have_an_end(shop: Shop) -> None:
    await shop.fault(*[LIMITED] * 9)

    job = await ended(shop)

    assert (job.state, verdicts(job)) == (State.NOT_SENT, ["not_sent"] * 3)
    assert (job.error or {})["code"] == 20429
    assert shop.texts == 0


async def test_a_wait_that_twilio_asks_for_is_kept(shop: Shop) -> None:
    await shop.fault({"kind": "rate_limit", "retry_after": 600})

    outcome = await shop.run(wait=0)
    while verdicts(await shop.job(outcome)) != ["not_sent"]:
        await shop.connector.wait(str(outcome.id), 0.02)

    job = await shop.parts.store.jobs.get(str(outcome.id))
    assert job is not None
    assert job.state is State.WAITING
    assert job.due_at - job.updated_at >= 599_000


async def test_nobody_listening_is_tried_again_and_then_not_sent(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        outcome = await shop.run(wait=0)
        # Port 1 of loopback: nothing listens there.
        shop.alter("update accounts set base_url = 'http://127.0.0.1:1'")
        shop.parts.dispatcher.start()
        job = await shop.until(outcome, State.NOT_SENT)

    assert verdicts(job) == ["not_sent"] * 3
    assert "refused the connection" in (job.error or {})["message"]


@pytest.mark.parametrize(
    "fault",
    [
        DROPPED,
        DROPPED_BEFORE,
        {"kind": "reset"},
        {"kind": "server_error", "status": 500},
        {"kind": "server_error", "status": 503, "body": "html"},
        {"kind": "server_error", "status": 504, "body": "empty"},
    ],
)
async def test_an_answer_that_was_lost_is_unknown_and_never_tried_again(
    shop: Shop, fault: dict[str, object]
) -> None:
    await shop.fault(fault)

    job = await ended(shop)

    assert (job.state, verdicts(job)) == (State.UNKNOWN, ["unknown"])
    assert "settle it by" in (job.error or {})["remedy"].lower()
    assert shop.texts <= 1


async def test_an_answer_that_never_comes_is_unknown(tmp_path: Path) -> None:
    async with open_transport(Limits(total=2)) as hasty, opened(tmp_path, transport=hasty) as shop:
        await shop.fault({"kind": "stall", "stage": "after"})

        job = await ended(shop)

        assert (job.state, verdicts(job), shop.texts) == (State.UNKNOWN, ["unknown"], 1)


async def test_a_ledger_that_is_away_before_anything_left_only_delays_the_job(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    async with postgres.database() as url:
        impatient = PostgresUrl(f"{url.url}&lock_timeout=50ms")
        async with opened(tmp_path, place=impatient, dispatch=False, backoff=Backoff(first=200)) as shop:
            outcome = await shop.run("SendVerify", to=ADA, wait=0)
            async with locked(url, "verifications"):
                shop.parts.dispatcher.start()
                while verdicts(await shop.job(outcome))[:1] != ["not_sent"]:
                    await shop.connector.wait(str(outcome.id), 0.02)
                assert await shop.requests() == []

            assert (await shop.until(outcome, State.DONE)).result is not None


@asynccontextmanager
async def locked(url: PostgresUrl, table: str) -> AsyncIterator[None]:
    """Nobody else may read the table."""
    other = await asyncpg.connect(url.url)
    try:
        async with other.transaction():
            await other.execute(f"lock table {table}")
            yield
    finally:
        await other.close()


async def test_a_ledger_without_a_table_is_no_reason_to_try_again_for_ever(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        outcome = await shop.run("SendVerify", to=ADA, wait=0)
        shop.alter("alter table verifications rename to mislaid")
        shop.parts.dispatcher.start()

        job = await shop.until(outcome, State.UNKNOWN)

    assert verdicts(job) == ["unknown"]
    assert "OperationalError" in (job.error or {})["message"]


async def test_our_own_mistake_after_sending_is_unknown_and_never_lost(tmp_path: Path) -> None:
    strange = Scripted(Response(201, {"content-type": "application/json"}, b'{"sid": 7}'))
    async with opened(tmp_path, transport=strange) as shop:
        job = await ended(shop)

    assert (job.state, verdicts(job), strange.answers) == (State.UNKNOWN, ["unknown"], [])
    assert "ValidationError" in (job.error or {})["message"]


async def test_a_job_that_this_version_cannot_read_is_not_sent(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        unreadable, unknown = await shop.run(wait=0), await shop.run(wait=0)
        shop.alter("update jobs set input = '{\"two\": 1}' where id = ?", unreadable.id)
        shop.alter("update jobs set action = 'SendFax' where id = ?", unknown.id)
        shop.parts.dispatcher.start()

        first = await shop.until(unreadable, State.NOT_SENT)
        second = await shop.until(unknown, State.NOT_SENT)
        assert await shop.requests() == []

    assert "cannot read the job" in (first.error or {})["message"]
    assert "SendFax" in (second.error or {})["message"]


async def test_a_job_whose_account_was_removed_is_not_sent(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        outcome = await shop.run(wait=0)
        # The register refuses this while jobs wait; a job accepted in the same instant slips through.
        await shop.parts.store.accounts.remove((await shop.account()).id, 1)
        shop.parts.dispatcher.start()
        job = await shop.until(outcome, State.NOT_SENT)

    assert "was removed" in (job.error or {})["message"]


async def test_without_its_sealing_key_a_job_is_not_sent(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        outcome = await shop.run("VerifyCode", to=ADA, code="123456", wait=0)
        shop.alter("update jobs set sealed = x'00010203'")
        shop.parts.dispatcher.start()
        job = await shop.until(outcome, State.NOT_SENT)

    assert "cannot be opened" in (job.error or {})["message"]
