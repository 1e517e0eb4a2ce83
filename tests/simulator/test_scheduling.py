"""Messages for later, queues that are slow, and what is said about a message afterwards."""

from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_sending_templates import under

from twilio_simulator.clock import iso
from twilio_simulator.ruleset import Ruleset

pytestmark = pytest.mark.anyio
DAY = 24 * 3600


async def shop(local: Local, **plan: object) -> Local:
    return await local.account(**{"messaging_services": ["Shop"], **plan})


def later(local: Local, seconds: int) -> str:
    return iso(local.simulator.world.clock.now() + seconds * 1000)


def form(account: Local, seconds: int = 3600, **changed: object) -> dict[str, object]:
    service = account.facts["messaging_service"]
    whole = {
        "From": None,
        "MessagingServiceSid": service,
        "ScheduleType": "fixed",
        "SendAt": later(account, seconds),
    }
    return {**whole, **changed}


async def test_a_scheduled_message_waits_for_its_time(local: Local) -> None:
    account = await shop(local)

    message = await account.sent(**form(account))
    assert (message["status"], message["from"], message["num_segments"]) == ("scheduled", None, "0")
    assert message["date_sent"] is None

    await local.advance(3590)
    assert (await account.message(message["sid"]))["status"] == "scheduled"

    await local.advance(30)
    found = await account.message(message["sid"])
    assert (found["status"], found["from"], found["num_segments"]) == ("delivered", account.number, "1")


async def test_its_callbacks_begin_when_it_is_queued(local: Local, receiver: Receiver) -> None:
    account = await shop(local)

    await account.sent(**form(account), StatusCallback=f"{receiver.url}/status")
    await local.advance(3700)

    assert receiver.statuses == ["queued", "sent", "delivered"]


REFUSED: list[tuple[int, dict[str, object]]] = [
    (35111, {"SendAt": None}),
    (35114, {"SendAt": "tomorrow"}),
    (35114, {"seconds": 290}),
    (35114, {"seconds": 35 * DAY + 10}),
    (35126, {"ScheduleType": "optimize"}),
    (35126, {"ScheduleType": None}),
]


@pytest.mark.parametrize(("code", "changed"), REFUSED)
async def test_what_is_no_schedule_is_refused(local: Local, code: int, changed: dict[str, Any]) -> None:
    account = await shop(local)

    assert (await account.send(**form(account, **changed))).code == code


async def test_a_schedule_needs_a_service(local: Local) -> None:
    answer = await local.send(ScheduleType="fixed", SendAt=later(local, 3600))

    assert answer.code == 35118


@pytest.mark.parametrize("seconds", [301, 35 * DAY - 1])
async def test_the_limits_of_the_schedule_are_its_own(local: Local, seconds: int) -> None:
    account = await shop(local)

    assert (await account.sent(**form(account, seconds)))["status"] == "scheduled"


async def test_an_account_schedules_only_so_many(local: Local) -> None:
    account = await shop(local, most_scheduled=1)
    await account.sent(**form(account))

    assert (await account.send(**form(account))).code == 35125


async def test_send_at_alone_may_be_ignored() -> None:
    account = await shop(under(Ruleset(send_at_alone="ignore")))

    assert (await account.sent(**form(account, ScheduleType=None)))["status"] == "accepted"


async def test_a_scheduled_message_is_canceled_once(local: Local, receiver: Receiver) -> None:
    account = await shop(local)
    message = await account.sent(**form(account), StatusCallback=f"{receiver.url}/status")
    path = f"{{}}/Messages/{message['sid']}.json"

    canceled = await account.call("POST", path, {"Status": "canceled"})
    again = await account.call("POST", path, {"Status": "canceled"})
    await local.advance(4000)

    assert (canceled.status, canceled.json["status"]) == (200, "canceled")
    assert again.code == 30409
    assert (await account.message(message["sid"]))["status"] == "canceled"
    assert receiver.statuses == ["canceled"]


async def test_a_scheduled_message_is_deleted_only_when_canceled(local: Local) -> None:
    account = await shop(local)
    path = f"{{}}/Messages/{(await account.sent(**form(account)))['sid']}.json"

    assert (await account.call("DELETE", path)).code == 20009

    await account.call("POST", path, {"Status": "canceled"})
    assert (await account.call("DELETE", path)).status == 204


async def test_the_opt_out_is_asked_when_the_time_has_come(local: Local) -> None:
    account = await shop(local)
    message = await account.sent(**form(account))
    await local.does("POST", f"/phones/{HANDSET}/messages", {"to": account.number, "body": "stop"})

    await local.advance(3700)

    found = await account.message(message["sid"])
    assert (found["status"], found["error_code"]) == ("failed", 21610)


async def test_a_service_that_lost_its_senders_fails_late(local: Local) -> None:
    account = await shop(local)
    message = await account.sent(**form(account))
    service = account.facts["messaging_service"]
    number = account.facts["numbers"][0]["sid"]
    assert (await account.call("DELETE", f"/v1/Services/{service}/PhoneNumbers/{number}")).status == 204

    await local.advance(3700)

    assert (await account.message(message["sid"]))["error_code"] == 21703


async def test_a_sender_keeps_its_pace(local: Local) -> None:
    account = await local.account(segments_per_second=1)
    sids = [(await account.sent())["sid"] for _ in range(5)]

    await local.advance(2.2)
    found = [(await account.message(sid))["date_sent"] is not None for sid in sids]

    assert found == [True, True, False, False, False]


async def test_what_waits_longer_than_its_validity_expires(local: Local) -> None:
    account = await local.account(segments_per_second=0.1)
    first, second = await account.sent(), await account.sent(ValidityPeriod="5")

    await local.advance(20)

    assert (await account.message(first["sid"]))["status"] == "delivered"
    found = await account.message(second["sid"])
    assert (found["status"], found["error_code"]) == ("failed", 30036)


async def test_a_queue_that_is_too_long_overflows(local: Local) -> None:
    account = await shop(local, segments_per_second=0.001)
    for _ in range(37):
        await account.sent()

    answer = await account.send()
    message = await account.sent(From=None, MessagingServiceSid=account.facts["messaging_service"])
    await local.advance(1)

    assert answer.code == 21611
    assert (await account.message(message["sid"]))["error_code"] == 30001


async def test_a_full_service_fails_late(local: Local) -> None:
    account = await shop(local)
    service = account.facts["messaging_service"]
    await local.does("PATCH", f"/accounts/{account.sid}", {"full_queues": [service]})

    message = await account.sent(From=None, MessagingServiceSid=service)
    await local.advance(5)

    found = await account.message(message["sid"])
    assert (found["status"], found["error_code"]) == ("failed", 30001)


async def test_feedback_is_taken(local: Local) -> None:
    message = await local.sent(ProvideFeedback="true")
    path = f"{{}}/Messages/{message['sid']}/Feedback.json"

    answer = await local.call("POST", path, {"Outcome": "confirmed"})

    assert answer.status == 200
    assert answer.json["outcome"] == "confirmed"
    assert answer.json["message_sid"] == message["sid"]
    assert (await local.call("POST", path, {"Outcome": "great"})).code == 20422
    assert (await local.call("POST", f"{{}}/Messages/SM{'0' * 32}/Feedback.json", {})).status == 404


async def test_the_ruleset_may_refuse_to_redact_in_flight() -> None:
    world = under(Ruleset(redaction_in_flight="refuse"))
    message = await world.sent(Body="between us")
    path = f"{{}}/Messages/{message['sid']}.json"

    assert (await world.call("POST", path, {"Body": ""})).code == 20009

    await world.advance(10)
    assert (await world.call("POST", path, {"Body": ""})).json["body"] == ""


async def test_the_sandbox_sends_one_message_in_three_seconds(local: Local) -> None:
    await local.does("POST", f"/accounts/{local.sid}/sandbox", {"join": [HANDSET]})
    form = {"To": f"whatsapp:{HANDSET}", "From": "whatsapp:+14155238886"}
    sids = [(await local.sent(**form))["sid"] for _ in range(3)]

    await local.advance(4)

    assert [(await local.message(sid))["date_sent"] is not None for sid in sids] == [True, True, False]


async def test_a_fallback_sender_needs_what_no_service_has_here(local: Local) -> None:
    account = await shop(local)
    service = {"From": None, "MessagingServiceSid": account.facts["messaging_service"]}

    assert (await account.send(FallbackFrom="+12125550101")).code == 21664
    assert (await account.send(**service, FallbackFrom="+12125550101")).code == 21667
    assert (await account.send(**service, FallbackFrom="!")).code == 21665
