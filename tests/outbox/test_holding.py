"""What Twilio's own limits come to: one sender waits, the others go on, an account gets less room."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.shop import ADA, Shop, kinds, opened

from ringback.outbox.flights import Room
from ringback.outbox.retry import Backoff
from ringback.outcome import Outcome
from ringback.store.rows import State
from ringback.twilio.resources import Product, Resource
from ringback.twilio.transport import Request, Response, Transport, open_transport

pytestmark = pytest.mark.anyio

FULL = {"kind": "refusal", "code": 21611}
LONG = 600  # seconds; no test waits so long
SLOW = Backoff(first=LONG * 1_000, longest=LONG * 1_000)


async def strike(shop: Shop, sender: str, action: dict[str, Any]) -> None:
    await shop.control("POST", "/faults", {"match": {"from": sender}, "do": [action]})


async def put_back(shop: Shop, outcome: Outcome) -> None:
    async with asyncio.timeout(30):
        while "put_back" not in kinds(await shop.job(outcome)):
            await shop.connector.wait(str(outcome.id), 0.02)


@pytest.mark.parametrize("action", [{"kind": "rate_limit", "retry_after": LONG}, FULL])
@pytest.mark.parametrize("per_second", [None, 50.0])
async def test_one_sender_is_held_and_another_goes_on(
    tmp_path: Path, action: dict[str, Any], per_second: float | None
) -> None:
    async with opened(tmp_path, backoff=SLOW) as shop:
        sender = str((await shop.account()).default_sender)
        await shop.connector.set_throughput("shop", sender, per_second)
        await strike(shop, sender, action)

        first = await shop.run(wait=0)
        await put_back(shop, first)
        second = await shop.run(wait=0)
        other = await shop.run(sender="Ada-Shop", to="+447400123456")

        assert other.state is State.DONE
        assert kinds(await shop.job(second)) == ["accepted"]

        await shop.change("update senders set held_until = 0")
        await shop.change("update jobs set due_at = 1, turn_at = 1 where state = 'waiting'")
        ended = [await shop.until(outcome, State.DONE) for outcome in (first, second)]

    assert [len(job.attempts) for job in ended] == [2, 1]


@dataclass
class Busy:
    """A balancer before Twilio that answers the first text itself, with a 429 of its own."""

    network: Transport
    answered: bool = False

    async def send(self, request: Request) -> Response:
        if request.method == "POST" and not self.answered:
            self.answered = True
            return Response(429, {}, b"")
        return await self.network.send(request)


async def test_a_429_without_a_code_holds_the_sender_too(tmp_path: Path) -> None:
    async with open_transport() as network, opened(tmp_path, transport=Busy(network), backoff=SLOW) as shop:
        first = await shop.run(wait=0)
        await put_back(shop, first)

        second = await shop.run(wait=0.3)

    assert second.state is State.WAITING


async def test_the_sender_of_a_last_try_is_held_too(tmp_path: Path) -> None:
    async with opened(tmp_path, backoff=replace(SLOW, most_tries=1)) as shop:
        await strike(shop, str((await shop.account()).default_sender), FULL)

        first, second = await shop.run(), await shop.run(wait=0.3)

    assert (first.state, second.state) == (State.NOT_SENT, State.WAITING)


async def test_a_429_narrows_the_accounts_room_to_twilios_own_count(shop: Shop) -> None:
    account, flights = await shop.account(), shop.parts.dispatcher.means.flights
    assert flights.limit(account.id) == Room().start
    await shop.fault({"kind": "rate_limit"})

    job = await shop.job(await shop.run())

    assert job.state is State.DONE
    assert job.attempts[0]["detail"]["concurrent_requests"] == 1
    assert flights.limit(account.id) < 3


async def test_a_verifications_own_limit_narrows_no_room(shop: Shop) -> None:
    account, flights = await shop.account(), shop.parts.dispatcher.means.flights
    refusal = {"kind": "refusal", "code": 60203}
    await shop.fault(refusal, operation="CreateVerification")

    refused = await shop.run("SendVerify", to=ADA)

    assert refused.state is State.REFUSED
    assert flights.limit(account.id) == Room().start


async def test_a_rate_limit_of_a_verify_service_is_refused_and_narrows_no_room(shop: Shop) -> None:
    account, flights = await shop.account(), shop.parts.dispatcher.means.flights
    twilio = await shop.parts.accounts.open(account)
    service = Resource(Product.VERIFY, f"/v2/Services/{account.default_verify_service}/RateLimits")
    limit = await twilio.create(service, UniqueName="user")
    buckets = Resource(Product.VERIFY, f"{service.path}/{limit['sid']}/Buckets")
    await twilio.create(buckets, Max=1, Interval=60)

    asked = [
        await shop.run("SendVerifyWithConfiguration", to=ADA, rate_limits={"user": "42"}) for _ in range(3)
    ]

    assert [one.state for one in asked] == [State.DONE, State.REFUSED, State.REFUSED]
    assert (asked[1].error or {})["field"] == "rate_limits"
    assert 0 < (asked[1].error or {})["retry_after"] <= 60
    assert flights.limit(account.id) == Room().start


async def test_a_message_that_was_sent_too_fast_slows_its_sender(shop: Shop) -> None:
    sender = str((await shop.account()).default_sender)
    await shop.connector.set_throughput("shop", sender, 50)
    await shop.fault({"kind": "outcome", "status": "undelivered", "code": 63018})
    outcome = await shop.run()

    await shop.advance(600)
    await shop.connector.refresh(str(outcome.id))

    (queue,) = await shop.parts.store.senders.queues()
    assert 50_000_000 < queue.slowed_until - queue.now <= 60_000_000
