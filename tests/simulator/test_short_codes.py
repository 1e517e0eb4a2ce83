"""Texts to short codes."""

from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_replies import twiml

pytestmark = pytest.mark.anyio
CODE = "72345"


async def writes(local: Local, body: str) -> Any:
    return await local.does("POST", f"/phones/{HANDSET}/messages", {"to": CODE, "body": body})


async def screen(local: Local) -> list[str]:
    rows = (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"]
    return [one["body"] for one in rows if one["direction"] == "in"]


async def test_a_text_to_a_short_code_is_an_inbound_message(local: Local, receiver: Receiver) -> None:
    account = await local.account(short_codes=[CODE])
    code = (await account.call("GET", "{}/SMS/ShortCodes.json")).json["short_codes"][0]
    form = {"SmsUrl": f"{receiver.url}/code", "SmsMethod": "POST"}
    await account.call("POST", f"{{}}/SMS/ShortCodes/{code['sid']}.json", form)
    receiver.answers = [twiml("<Response><Message>Thanks</Message></Response>")]

    told = await writes(local, "VOTE 1")
    await local.advance(5)

    fields = receiver.got[0].fields
    assert (receiver.got[0].path, fields["To"], fields["From"]) == ("/code", CODE, HANDSET)
    found = await account.message(told["message_sid"])
    assert (found["direction"], found["to"], found["body"]) == ("inbound", CODE, "VOTE 1")
    reply = await account.message(told["webhook"]["messages"][0])
    assert (reply["from"], reply["status"]) == (CODE, "delivered")
    assert await screen(local) == ["Thanks"]


async def test_the_accounts_inbound_url_holds_for_short_codes(local: Local, receiver: Receiver) -> None:
    account = await local.account(short_codes=[CODE], inbound_url=f"{receiver.url}/all")

    await writes(local, "Hi")
    await account.change(inbound_url="")
    told = await writes(local, "Hi")

    assert [one.path for one in receiver.got] == ["/all"]
    assert told["note"] == "No webhook URL is set for this number."
    code = (await account.call("GET", "{}/SMS/ShortCodes.json")).json["short_codes"][0]
    assert code["sms_url"] is None


async def test_a_standalone_short_code_has_to_heed_stop_itself(local: Local, receiver: Receiver) -> None:
    account = await local.account(short_codes=[CODE], inbound_url=receiver.url)

    await writes(local, "STOP")

    assert receiver.got[0].fields["Body"] == "STOP"
    assert await screen(local) == []
    assert (await account.send(From=CODE)).status == 201


async def test_advanced_opt_out_heeds_it_for_short_codes(local: Local) -> None:
    service = {"advanced_opt_out": True, "senders": [CODE]}
    account = await local.account(short_codes=[CODE], messaging_services=[service])

    await writes(local, "STOP")

    assert len(await screen(local)) == 1
    assert (await account.send(From=CODE)).code == 21610


async def test_nobody_has_other_short_codes(local: Local) -> None:
    answer = await local.control("POST", f"/phones/{HANDSET}/messages", {"to": "99999", "body": "Hi"})

    assert (answer.status, answer.json["errors"][0]["field"]) == (404, "to")
