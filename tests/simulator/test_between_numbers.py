"""Messages from one number of this world to another: on the other side they are inbound ones."""

import asyncio
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_replies import twiml
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # has no types

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import LEDGER
from twilio_simulator.life.opt_outs import ANSWERS
from twilio_simulator.sdk import connect

pytestmark = pytest.mark.anyio
HERE, THERE = "+12125550101", "+12125550102"


@pytest.fixture
async def other(local: Local, receiver: Receiver) -> Local:
    """Another account, with a number that listens."""
    return await local.account(numbers=[THERE], inbound_url=f"{receiver.url}/in")


async def inbound(account: Local) -> list[Any]:
    rows = (await account.call("GET", "{}/Messages.json")).json["messages"]
    return [one for one in rows if one["direction"] == "inbound"]


async def phones(local: Local) -> set[str]:
    return {one["number"] for one in (await local.does("GET", "/phones"))["phones"] if "sim" not in one}


async def test_a_text_to_another_accounts_number_is_an_inbound_message_there(
    local: Local, other: Local, receiver: Receiver
) -> None:
    sender = connect(local.simulator.url, local.sid, local.token)
    reader = connect(local.simulator.url, other.sid, other.token)

    sent = await asyncio.to_thread(
        sender.messages.create, to=THERE, from_=local.number, body="Are you there?"
    )
    await local.advance(5)

    found = await asyncio.to_thread(reader.messages.list)
    assert [(one.direction, one.status, one.body) for one in found] == [
        ("inbound", "received", "Are you there?")
    ]
    assert (found[0].from_, found[0].to, found[0].account_sid) == (local.number, THERE, other.sid)
    assert found[0].sid != sent.sid
    assert (await local.message(sent.sid))["status"] == "delivered"
    got = receiver.got[0]
    assert (got.fields["MessageSid"], got.fields["Body"]) == (found[0].sid, "Are you there?")
    validator = RequestValidator(other.token)
    assert validator.validate(f"{receiver.url}/in", got.fields, got.headers["x-twilio-signature"])
    for client in (sender, reader):
        client.http_client.close()


async def test_two_numbers_of_one_account_write_to_each_other(local: Local) -> None:
    account = await local.account(numbers=[HERE, THERE])

    await account.sent(From=HERE, To=THERE)
    await local.advance(5)

    assert [(one["from"], one["to"]) for one in await inbound(account)] == [(HERE, THERE)]


@pytest.mark.usefixtures("other")
async def test_a_reply_comes_back_as_a_text(local: Local, receiver: Receiver) -> None:
    receiver.answers = [twiml("<Response><Message>Yes?</Message></Response>")]

    await local.sent(To=THERE)
    await local.advance(5)

    assert [(one["from"], one["body"]) for one in await inbound(local)] == [(THERE, "Yes?")]


async def test_media_come_along(local: Local, other: Local, receiver: Receiver) -> None:
    receiver.answers = [Reply(200, b"a picture", content_type="image/png") for _ in range(3)]

    sent = await local.sent(To=THERE, MediaUrl=[f"{receiver.url}/cat.png"])
    await local.advance(5)

    message = (await inbound(other))[0]
    media = (await other.call("GET", f"{{}}/Messages/{message['sid']}/Media.json")).json["media_list"][0]
    assert (message["sid"][:2], message["num_media"]) == ("MM", "1")
    assert media["parent_sid"] == message["sid"] != sent["sid"]
    store = (await other.call("GET", f"{{}}/Messages/{message['sid']}/Media/{media['sid']}")).headers[
        "location"
    ]
    file = await local.control("GET", store.removeprefix(f"{local.simulator.url}/_sim"))
    assert file.body == b"a picture"


async def test_a_stop_word_between_numbers_stops(local: Local, other: Local, receiver: Receiver) -> None:
    await local.sent(To=THERE, Body="STOP")
    await local.advance(5)

    assert receiver.got[0].fields["Body"] == "STOP"
    assert (await other.send(From=THERE, To=local.number)).code == 21610
    await local.sent(To=THERE, Body="START")
    await local.advance(5)
    assert (await other.send(From=THERE, To=local.number)).status == 201


async def test_the_answer_to_a_keyword_fails_as_machine_made(local: Local, receiver: Receiver) -> None:
    one = await local.account(numbers=[HERE], inbound_url=f"{receiver.url}/one")
    two = await local.account(numbers=[THERE], inbound_url=f"{receiver.url}/two")

    await one.sent(From=HERE, To=THERE, Body="HELP")
    await local.advance(5)

    answer = (await inbound(one))[0]
    assert (answer["from"], answer["body"]) == (THERE, ANSWERS["HELP"])
    assert (answer["status"], answer["error_code"]) == ("failed", 30039)
    assert answer["error_message"] == LEDGER[30039].text
    assert [got.path for got in receiver.got] == ["/two"]
    alert = (await local.does("GET", f"/alerts?account={one.sid}"))["alerts"][0]
    assert (alert["code"], alert["level"], alert["resource_sid"]) == (30039, "warning", answer["sid"])
    assert len(await inbound(two)) == 1


async def test_programs_that_answer_each_other_come_to_an_end(local: Local, receiver: Receiver) -> None:
    one = await local.account(numbers=[HERE], inbound_url=f"{receiver.url}/one")
    two = await local.account(numbers=[THERE], inbound_url=f"{receiver.url}/two")
    receiver.answers = [twiml("<Response><Message>Over to you</Message></Response>") for _ in range(80)]

    await one.sent(From=HERE, To=THERE)
    await local.does("POST", "/clock/run-until-idle", {"seconds": 3600})

    assert len(receiver.got) == 31
    rows = [
        row
        for account in (one, two)
        for row in (await account.call("GET", "{}/Messages.json")).json["messages"]
        if row["direction"] == "outbound-reply"
    ]
    assert sorted(row["status"] for row in rows) == ["delivered"] * 30 + ["failed"]
    assert [row["error_code"] for row in rows if row["status"] == "failed"] == [14107]


async def test_whatsapp_between_senders_opens_the_window(local: Local, receiver: Receiver) -> None:
    other = await local.account(inbound_url=f"{receiver.url}/in")
    shop = await local.account(
        friendly_name="The shop",
        templates=[
            {"friendly_name": "Hello", "types": {"twilio/text": {"body": "Hello"}}, "status": "approved"}
        ],
    )
    template = shop.facts["templates"][0]["sid"]

    await shop.sent(To=other.whatsapp, From=shop.whatsapp, Body=None, ContentSid=template)
    await local.advance(5)
    back = await other.sent(To=shop.whatsapp, From=other.whatsapp, Body="Thanks")
    await local.advance(5)

    assert (await inbound(other))[0]["from"] == shop.whatsapp
    assert receiver.got[0].fields["ProfileName"] == "The shop"
    assert (await other.message(back["sid"]))["status"] == "read"
    assert [one["body"] for one in await inbound(shop)] == ["Thanks"]


async def test_what_is_not_delivered_does_not_arrive(local: Local, other: Local) -> None:
    await local.does("PATCH", f"/phones/{THERE}", {"state": "off"})

    await local.sent(To=THERE)
    await local.advance(5)

    assert await inbound(other) == []


async def test_texts_that_move_at_once_arrive_at_once(local: Local, other: Local, receiver: Receiver) -> None:
    await local.change(progress="immediate")

    await local.sent(To=THERE)
    await local.simulator.webhooks.settled()

    assert [one["status"] for one in await inbound(other)] == ["received"]
    assert len(receiver.got) == 1


@pytest.mark.usefixtures("other")
async def test_a_program_has_no_phone(local: Local) -> None:
    await local.sent(To=THERE)
    await local.sent(To=HANDSET)
    await local.advance(5)

    assert local.number not in await phones(local)
    assert HANDSET in await phones(local)


@pytest.mark.parametrize("status", ["suspended", "closed"])
async def test_an_account_that_is_not_active_is_not_asked(
    local: Local, other: Local, receiver: Receiver, status: str
) -> None:
    await other.change(status=status)

    await local.sent(To=THERE)
    await local.sent(To=THERE, Body="STOP")
    await local.advance(5)

    assert receiver.got == []
    alerts = (await local.does("GET", f"/alerts?account={other.sid}"))["alerts"]
    assert [one["code"] for one in alerts] == [10001, 10001]
    assert await inbound(local) == []


async def test_phones_cannot_text_a_number_for_calls(local: Local) -> None:
    await local.account(numbers=[{"phone_number": THERE, "capabilities": ["voice"]}])

    answer = await local.control("POST", f"/phones/{HANDSET}/messages", {"to": THERE, "body": "Hi"})

    assert (answer.status, answer.json["errors"][0]["field"]) == (404, "to")


async def test_a_code_of_verify_arrives_as_a_text(local: Local, other: Local, receiver: Receiver) -> None:
    await local.start(THERE)
    await local.start(other.whatsapp.removeprefix("whatsapp:"), Channel="whatsapp")
    await local.start(HANDSET)
    await local.advance(1)

    code = await local.code(THERE)
    assert [code in one["body"] for one in await inbound(other) if one["to"] == THERE] == [True]
    assert [one.fields["To"] for one in receiver.got] == [THERE, other.whatsapp]
    assert (await local.check(code, To=THERE)).json["status"] == "approved"
