"""Messages that leave later: kept here or at Twilio, and refused when it is too late."""

from datetime import timedelta
from typing import Any

import pytest
from tests.shop import HI, Shop, kinds

from ringback.actions.send_message import SendMessage
from ringback.clock import iso, machine_clock, moment
from ringback.errors import Conflict, InvalidInput
from ringback.outbox.polling import Polling
from ringback.outcome import Outcome
from ringback.store.rows import State
from ringback.twilio import resources
from ringback.twilio.resources import Product, Resource

pytestmark = pytest.mark.anyio
HOUR = 3_600_000


async def refused(shop: Shop, action: str = "SendMessage", **inputs: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        await shop.run(action, **inputs)
    return {error.field: error.message for error in caught.value.errors}


async def pool(shop: Shop) -> str:
    """A Messaging Service with the account's number."""
    twilio = await shop.parts.accounts.open(await shop.account())
    made = await twilio.create(resources.messaging_services(), FriendlyName="Pool")
    number = shop.simulator.introduction()["number"]
    (held,) = [row async for row in twilio.items(resources.incoming_numbers(), PhoneNumber=number)]
    numbers = Resource(Product.MESSAGING, f"/v1/Services/{made['sid']}/PhoneNumbers")
    await twilio.create(numbers, PhoneNumberSid=held["sid"])
    return str(made["sid"])


async def scheduled_at_twilio(shop: Shop) -> Outcome:
    """A message that Twilio keeps for two days of its own world."""
    world = await shop.parts.accounts.world_time(await shop.account())
    sender = await pool(shop)
    return await shop.run(sender=sender, send_at=iso(world + 48 * HOUR), scheduled_by="twilio")


async def test_a_message_to_send_later_waits_and_nobody_waits_with_it(shop: Shop) -> None:
    later = machine_clock() + HOUR

    outcome = await shop.run(send_at=iso(later), wait=30)

    assert (outcome.state, outcome.due_at) == (State.WAITING, iso(later))
    assert shop.texts == 0


async def test_a_message_to_send_later_is_told_the_same_at_once_as_when_it_is_asked_about(shop: Shop) -> None:
    outcome = await shop.run(send_at=iso(machine_clock() + HOUR))

    job = await shop.job(outcome)
    assert (outcome.due_at, outcome.expected_at) == (job.due_at, job.expected_at)
    assert job.expected_at is None


async def test_a_message_leaves_at_its_instant_and_not_before(shop: Shop) -> None:
    send_at = machine_clock() + 2_000

    outcome = await shop.run(send_at=moment(send_at))

    assert outcome.state is State.DONE
    job = await shop.job(outcome)
    assert job.attempts[0]["started_at"] >= iso(send_at)
    assert job.due_at is None


async def test_the_model_takes_instants_of_python(shop: Shop) -> None:
    later = moment(machine_clock()) + timedelta(hours=1)
    wanted = SendMessage(to=HI["to"], sender="+14155550101", body="Hi", send_at=later, priority="bulk")

    outcome = await shop.connector.run(wanted, account="shop")

    job = await shop.job(outcome)
    assert (job.state, job.input["priority"]) == (State.WAITING, "bulk")


async def test_a_keyword_may_stand_for_an_instant(shop: Shop) -> None:
    later = iso(machine_clock() + HOUR)
    inputs = HI | {"send_at": "{{when}}", "priority": "{{how}}"}

    outcome = await shop.connector.run(
        "SendMessage", inputs, account="shop", keywords={"when": later, "how": "bulk"}
    )

    assert outcome.due_at == later


async def test_what_is_past_is_told_with_the_other_bad_fields(shop: Shop) -> None:
    past = iso(machine_clock() - 1_000)

    said = await refused(shop, to="nobody", send_at=past, expires_at=past)

    assert set(said) == {"to", "send_at", "expires_at"}
    assert "is past" in said["send_at"]
    assert await shop.connector.counts() == {}


async def test_explain_refuses_what_is_past_too(shop: Shop) -> None:
    with pytest.raises(InvalidInput, match="is past"):
        await shop.connector.explain(
            "SendMessage", HI | {"expires_at": iso(machine_clock() - 1_000)}, account="shop"
        )


async def test_a_key_that_is_asked_about_again_hears_of_its_job_after_the_instants_of_its_input(
    shop: Shop,
) -> None:
    soon = iso(machine_clock() + 2_000)
    inputs = HI | {"send_at": soon}

    first = await shop.connector.run("SendMessage", inputs, account="shop", key="order-42")
    again = await shop.connector.run("SendMessage", inputs, account="shop", key="order-42")

    assert (again.id, again.state) == (first.id, State.DONE)
    with pytest.raises(Conflict):
        await shop.connector.run("SendMessage", inputs | {"body": "Bye"}, account="shop", key="order-42")
    with pytest.raises(InvalidInput, match="is past"):
        await shop.connector.run("SendMessage", inputs, account="shop", key="order-43")
    assert shop.texts == 1


async def test_twilio_keeps_a_message_when_asked_and_gives_it_back(shop: Shop) -> None:
    outcome = await scheduled_at_twilio(shop)

    assert outcome.state is State.DONE
    assert outcome.message is not None
    assert outcome.message.status == "scheduled"
    canceled = await shop.run("CancelMessage", sid=outcome.message.sid)
    assert (canceled.state, (canceled.result or {})["status"]) == (State.DONE, "canceled")
    await shop.advance(72 * HOUR / 1_000)
    assert shop.simulator.account.messages[outcome.message.sid].status == "canceled"


async def test_twilios_window_is_that_of_twilios_world(shop: Shop) -> None:
    sender = await pool(shop)
    await shop.advance(3 * 24 * HOUR / 1_000)

    said = await refused(shop, sender=sender, send_at=iso(machine_clock() + 48 * HOUR), scheduled_by="twilio")

    assert "from 15 minutes to 35 days ahead" in said["send_at"]


async def test_a_cancellation_whose_answer_is_lost_is_settled_within_its_try(shop: Shop) -> None:
    outcome = await scheduled_at_twilio(shop)
    assert outcome.message is not None
    lost = [{"kind": "drop", "stage": "before"}, {"kind": "drop", "stage": "after"}]
    await shop.fault(*lost, operation="UpdateMessage")

    canceled = await shop.run("CancelMessage", sid=outcome.message.sid)

    assert canceled.state is State.DONE
    assert [kind for kind in kinds(await shop.job(canceled)) if kind != "running"] == [
        "accepted",
        "put_back",
        "done",
    ]


async def test_a_message_that_was_sent_is_refused_to_be_canceled(shop: Shop) -> None:
    sent = await shop.run()
    assert sent.message is not None

    canceled = await shop.run("CancelMessage", sid=sent.message.sid)

    assert canceled.state is State.REFUSED
    assert (canceled.error or {})["code"] == 30409


async def test_a_code_may_expire_too(shop: Shop) -> None:
    said = await refused(shop, "SendVerify", to=HI["to"], expires_at=iso(machine_clock() - 1))

    assert set(said) == {"expires_at"}


async def test_what_twilio_keeps_is_followed_until_it_was_sent_days_later(shop: Shop) -> None:
    outcome, ahead = await scheduled_at_twilio(shop), 48 * HOUR
    polling = Polling(shop.parts.store, shop.parts.accounts, lambda: machine_clock() + ahead)

    await polling.ask_due()
    told = (await shop.job(outcome)).message
    assert told is not None
    assert told.status == "scheduled"
    assert told.next_poll_at is not None

    await shop.advance(49 * HOUR / 1_000)
    ahead += 2 * HOUR
    await polling.ask_due()
    told = (await shop.job(outcome)).message
    assert told is not None
    assert (told.status, told.next_poll_at) == ("delivered", None)
