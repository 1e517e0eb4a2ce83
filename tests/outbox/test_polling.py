"""Asking Twilio for a status where no callback can reach us, or one was missed."""

from pathlib import Path

import pytest
from tests.shop import Shop, kinds, opened

from ringback.clock import machine_clock
from ringback.outbox.polling import Polling
from ringback.outbox.retry import MISSED_AFTER, POLL_AFTER, POLL_FOR
from ringback.outcome import MessageView, Outcome
from ringback.store.rows import State
from ringback.store.statuses import CALLBACK_WITHIN

pytestmark = pytest.mark.anyio
FETCH = "FetchMessage"


class Later:
    """The machine's clock, moved on by a test."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return machine_clock() + self.ahead


async def sent(shop: Shop) -> Outcome:
    """A text that stays queued until the world's clock is turned."""
    await shop.control("POST", "/clock/freeze", {})
    outcome = await shop.run()
    assert outcome.state is State.DONE
    return outcome


def polling(shop: Shop, clock: Later) -> Polling:
    return Polling(shop.parts.store, shop.parts.accounts, clock)


async def message(shop: Shop, outcome: Outcome) -> MessageView:
    told = (await shop.job(outcome)).message
    assert told is not None
    return told


async def test_polling_brings_what_became_of_a_message_and_stops(shop: Shop) -> None:
    outcome, clock = await sent(shop), Later()
    clock.ahead = POLL_AFTER[0]
    await shop.advance(60)

    for _ in range(3):
        await polling(shop, clock).ask_due()
        clock.ahead += POLL_AFTER[-1]

    told = await message(shop, outcome)
    assert (told.status, told.next_poll_at) == ("delivered", None)
    assert (await shop.requests()).count(FETCH) == 1
    assert kinds(await shop.job(outcome))[-1] == "status"


async def test_an_unchanged_status_is_asked_for_ever_more_rarely(shop: Shop) -> None:
    outcome, clock = await sent(shop), Later()

    for waited in POLL_AFTER[:4]:
        clock.ahead += waited
        await polling(shop, clock).ask_due()
        clock.ahead -= 500
        await polling(shop, clock).ask_due()
        clock.ahead += 1_000

    assert (await shop.requests()).count(FETCH) == 4
    assert (await message(shop, outcome)).status == "queued"
    assert kinds(await shop.job(outcome)).count("status") == 0


async def test_a_failure_comes_with_its_code_explained(shop: Shop) -> None:
    outcome, clock = await sent(shop), Later()
    told = await message(shop, outcome)
    await shop.control("POST", f"/messages/{told.sid}/status", {"status": "sending"})
    await shop.control("POST", f"/messages/{told.sid}/status", {"status": "undelivered", "error_code": 30005})
    clock.ahead = POLL_AFTER[0]

    await polling(shop, clock).ask_due()

    told = await message(shop, outcome)
    assert told.status == "undelivered"
    assert told.error is not None
    assert (told.error["code"], told.error["remedy"]) == (30005, "Check the number with the recipient.")


async def test_a_message_that_is_gone_at_twilio_is_not_asked_for_again(shop: Shop) -> None:
    outcome, clock = await sent(shop), Later()
    shop.simulator.account.messages.clear()
    clock.ahead = POLL_AFTER[0]

    await polling(shop, clock).ask_due()

    assert (await message(shop, outcome)).next_poll_at is None


async def test_a_refused_token_or_a_failing_twilio_only_delays_it(shop: Shop) -> None:
    outcome, clock = await sent(shop), Later()
    await shop.fault({"kind": "refusal", "code": 20003}, {"kind": "server_error"}, operation=FETCH)
    await shop.advance(60)

    for _ in range(3):
        clock.ahead += 10_000
        await polling(shop, clock).ask_due()

    assert (await message(shop, outcome)).status == "delivered"


async def test_it_is_given_up_once_twilio_has_given_the_message_up(shop: Shop) -> None:
    outcome, clock = await sent(shop), Later()
    clock.ahead = POLL_FOR + 1

    await polling(shop, clock).ask_due()

    told = await message(shop, outcome)
    assert (told.status, told.next_poll_at) == ("queued", None)


async def test_messages_of_a_removed_account_are_not_asked_for(shop: Shop) -> None:
    outcome, clock = await sent(shop), Later()
    await shop.connector.accounts.remove("shop")
    clock.ahead = POLL_AFTER[0]

    await polling(shop, clock).ask_due()

    assert (await message(shop, outcome)).next_poll_at is None
    assert FETCH not in await shop.requests()


async def test_two_processes_do_not_ask_the_same(shop: Shop) -> None:
    await sent(shop)
    clock = Later()
    clock.ahead = POLL_AFTER[0]
    due = await shop.parts.store.polls.due(clock(), 5)

    claims = [await shop.parts.store.polls.claim(due[0], clock() + 60_000) for _ in range(2)]

    assert claims == [True, False]


async def test_with_a_public_url_twilio_calls_instead(tmp_path: Path) -> None:
    async with opened(tmp_path, public_url="https://ringback.example.org") as shop:
        outcome = await shop.run()
        told = await message(shop, outcome)

        assert (told.watched, told.note) == ("callback", None)
        account = (await shop.account()).id
        created = next(iter(shop.simulator.account.messages.values()))
        assert created.callback is not None
        assert f"https://ringback.example.org/hooks/{account}/status/{outcome.id}/1" in str(created.callback)
        assert await shop.parts.store.polls.due(machine_clock() + CALLBACK_WITHIN // 2, 9) == []


async def test_a_missed_callback_is_made_up_for(tmp_path: Path) -> None:
    async with opened(tmp_path, public_url="https://ringback.example.org") as shop:
        outcome, clock = await sent(shop), Later()
        await shop.advance(60)
        clock.ahead = CALLBACK_WITHIN + 1_000

        for _ in range(3):
            await polling(shop, clock).ask_due()
            clock.ahead += MISSED_AFTER[-1]

        told = await message(shop, outcome)
        assert (told.status, told.watched, told.next_poll_at) == ("delivered", "callback", None)
        assert (await shop.requests()).count(FETCH) == 1


async def test_where_no_receipt_comes_it_is_asked_a_few_times(tmp_path: Path) -> None:
    async with opened(tmp_path, public_url="https://ringback.example.org") as shop:
        outcome, clock = await sent(shop), Later()
        clock.ahead = CALLBACK_WITHIN

        while (await message(shop, outcome)).next_poll_at is not None:
            clock.ahead += 600_000
            await polling(shop, clock).ask_due()

        assert (await shop.requests()).count(FETCH) == 5


async def test_somebody_who_looks_hears_the_status_as_it_is_now(shop: Shop) -> None:
    outcome = await sent(shop)
    await shop.advance(60)

    await shop.connector.refresh(str(outcome.id))

    assert (await message(shop, outcome)).status == "delivered"
