"""Looking around: again and again, also after a database that was away."""

import asyncio
from collections.abc import Callable

import pytest
from tests.shop import Shop

from ringback.outbox import vitals
from ringback.twilio.observed import outcome_of

pytestmark = pytest.mark.anyio


def sampled(shop: Shop, name: str) -> float | None:
    return shop.connector.meters.registry.get_sample_value(name, {"state": "waiting"})


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - it comes by itself
            await asyncio.sleep(0.02)


async def test_the_queue_is_looked_at_from_the_start(shop: Shop) -> None:
    assert sampled(shop, "ringback_jobs") is None

    async with shop.connector.vitals.watching():
        await until(lambda: sampled(shop, "ringback_jobs") == 0)


async def test_a_database_that_is_away_ends_no_look(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.alter("alter table events rename to elsewhere")
    async with shop.connector.vitals.watching():
        await until(lambda: "look_failed" in caplog.text)
        shop.alter("alter table elsewhere rename to events")

        await until(lambda: sampled(shop, "ringback_jobs") == 0)

    assert vitals.EVERY <= 2


async def test_a_rate_that_another_process_set_is_seen_by_one_that_does_not_send(shop: Shop) -> None:
    account = await shop.account()
    await shop.parts.store.senders.set_rate(account.id, "12345", 5_000)
    assert shop.parts.throughput.rate(account.id, "12345", simulated=True) in (None, 5_000)

    await shop.connector.vitals.look()

    assert shop.parts.throughput.rate(account.id, "12345", simulated=True) == 5_000


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (201, "ok"),
        (204, "ok"),
        (400, "refused"),
        (404, "refused"),
        (429, "limited"),
        (503, "server_error"),
        (302, "odd"),
        (799, "odd"),
    ],
)
def test_an_answer_of_twilio_has_a_word(status: int, outcome: str) -> None:
    assert outcome_of(status) == outcome
