"""How fast senders may send: by kind, as set, and when a queue is expected to be done."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.shop import Shop, opened

from ringback.cli.wording import local
from ringback.clock import iso
from ringback.errors import InvalidInput, NotFound
from ringback.outbox.throughput import SANDBOX, Rates
from ringback.store.rows import State
from ringback.store.senders import TOO_FAST

pytestmark = pytest.mark.anyio

SERVICE = "MG" + "1" * 32
KINDS = [
    ("+14155550100", 1),
    ("+442071838750", 10),
    ("+18005550100", 3),
    ("+18885550100", 3),
    ("12345", 100),
    ("Ada-Shop", 10),
    ("whatsapp:+14155550100", 80),
    (SANDBOX, 1 / 3),
    (SERVICE, None),
]


@pytest.mark.parametrize(("sender", "per_second"), KINDS)
def test_each_kind_of_sender_has_its_rate(sender: str, per_second: float | None) -> None:
    assert Rates().of(sender) == per_second


async def test_a_simulators_senders_are_unpaced_unless_a_rate_is_set(shop: Shop) -> None:
    throughput, account = shop.parts.throughput, await shop.account()
    assert throughput.pacing(account, "+14155550100").rate is None

    await throughput.set(account, "+14155550100", 0.5)

    assert throughput.pacing(account, "+14155550100").rate == 500
    assert throughput.rate(account.id, "+14155550101", simulated=False) == 1_000
    assert throughput.rate(account.id, None, simulated=False) is None


@pytest.mark.parametrize("per_second", [0, 0.0001, 10_001, float("nan"), float("inf"), -1])
async def test_a_rate_that_no_sender_has_is_refused(shop: Shop, per_second: float) -> None:
    with pytest.raises(InvalidInput) as refused:
        await shop.connector.set_throughput("shop", "not a sender!", per_second)

    assert [error.field for error in refused.value.errors] == ["sender", "per_second"]


async def test_a_sender_is_known_however_it_is_written(shop: Shop) -> None:
    await shop.connector.set_throughput("shop", "WhatsApp: +1 (415) 555-0100", 5)

    (facts,) = await shop.connector.senders()

    assert (facts.sender, facts.account, facts.per_second, facts.set) == (
        "whatsapp:+14155550100",
        "shop",
        5,
        True,
    )


async def test_a_senders_kinds_rate_holds_again_once_its_own_is_taken_away(shop: Shop) -> None:
    await shop.connector.set_throughput("shop", "12345", 5)

    facts = await shop.connector.set_throughput("shop", "12345", None)

    assert (facts.per_second, facts.set) == (None, False)
    assert await shop.connector.senders("shop") == []


async def test_senders_of_an_unknown_account_are_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await shop.connector.senders("nobody")
    with pytest.raises(NotFound):
        await shop.connector.set_throughput("nobody", "12345", 5)


async def test_a_queue_tells_when_it_is_expected_to_be_done_and_each_job_its_turn(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        sender = str((await shop.account()).default_sender)
        await shop.connector.set_throughput(
            "shop", sender, 0.01
        )  # seconds of a busy machine are nothing to it
        outcomes = [await shop.run(body=str(number), wait=0) for number in range(3)]

        (facts,) = await shop.connector.senders("shop")

    assert (facts.waiting, facts.segments, facts.held_until) == (3, 3, None)
    assert [outcome.state for outcome in outcomes] == [State.WAITING] * 3
    assert outcomes[0].expected_at is None
    second, third = [local(str(outcome.expected_at)) for outcome in outcomes[1:]]
    assert timedelta(seconds=80) < third - second < timedelta(seconds=120)
    assert timedelta(seconds=80) < local(str(facts.done_by)) - third < timedelta(seconds=120)


@pytest.mark.parametrize(("jobs", "seconds"), [(3, 60), (10, 130)], ids=["all of it", "its first minute"])
async def test_what_a_slowed_sender_sends_at_half_its_pace_takes_twice_as_long(
    tmp_path: Path, jobs: int, seconds: int
) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        sender = str((await shop.account()).default_sender)
        await shop.connector.set_throughput("shop", sender, 0.1)
        for number in range(jobs):
            outcome = await shop.run(body=str(number), wait=0)
        before = local(iso(shop.parts.clock()))
        await shop.parts.store.senders.heed(str(outcome.id), TOO_FAST)

        (facts,) = await shop.connector.senders("shop")
        after = local(iso(shop.parts.clock()))

    takes, done_by = timedelta(seconds=seconds), local(str(facts.done_by))
    assert before + takes <= done_by <= after + takes


async def test_a_rate_that_another_process_took_away_is_shown_no_more(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        account = await shop.account()
        sender = str(account.default_sender)
        await shop.connector.set_throughput("shop", sender, 5)
        await shop.run(wait=0)
        await shop.parts.store.senders.set_rate(account.id, sender, None)

        (facts,) = await shop.connector.senders("shop")

    assert (facts.per_second, facts.set, facts.done_by) == (None, False, None)


async def test_a_held_sender_says_until_when(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        account = await shop.account()
        await shop.run(wait=0)
        await shop.parts.store.senders.hold(account.id, str(account.default_sender), 60)

        (facts,) = await shop.connector.senders()

    assert facts.held_until is not None
    assert facts.done_by is None
    assert facts.per_second is None
