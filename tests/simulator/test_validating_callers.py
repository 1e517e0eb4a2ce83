"""A number becomes a verified one by a call."""

import asyncio
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver

from twilio_simulator.sdk import connect

pytestmark = pytest.mark.anyio
PATH = "{}/OutgoingCallerIds.json"
TYPED = f"/phones/{HANDSET}/validation"


async def asked(local: Local, **form: str) -> Any:
    answer = await local.call("POST", PATH, {"PhoneNumber": HANDSET, **form})
    assert answer.status == 200, answer.body
    return answer.json


async def callers(local: Local) -> list[str]:
    page = (await local.call("GET", PATH)).json
    return [one["phone_number"] for one in page["outgoing_caller_ids"]]


async def test_the_right_code_typed_on_the_phone_verifies_it(local: Local, receiver: Receiver) -> None:
    request = await asked(local, FriendlyName="Ada", StatusCallback=f"{receiver.url}/told")
    await local.advance(1)

    typed = await local.does("POST", TYPED, {"code": request["validation_code"]})

    assert (typed["verified"], await callers(local)) == (True, [HANDSET])
    await local.simulator.webhooks.settled()
    told = receiver.got[0].fields
    assert (told["VerificationStatus"], told["CallSid"]) == ("success", request["call_sid"])
    assert told["OutgoingCallerIdSid"].startswith("PN")
    assert (await local.call("POST", PATH, {"PhoneNumber": HANDSET})).code == 21450


async def test_a_wrong_code_fails_and_tells_so(local: Local, receiver: Receiver) -> None:
    await asked(local, StatusCallback=receiver.url, StatusCallbackMethod="GET")
    await local.advance(1)

    typed = await local.does("POST", TYPED, {"code": "7"})

    assert (typed["verified"], await callers(local)) == (False, [])
    await local.simulator.webhooks.settled()
    assert "VerificationStatus=failed" in receiver.got[0].path
    assert (await local.control("POST", TYPED, {"code": "7"})).status == 404
    assert (await local.control("POST", TYPED, {"code": "x"})).json["errors"][0]["field"] == "code"


async def test_the_phone_rings_after_the_delay_and_for_a_minute(local: Local) -> None:
    request = await asked(local, CallDelay="30")
    code = {"code": request["validation_code"]}
    assert (await local.control("POST", TYPED, code)).status == 404
    await local.advance(35)
    screen = (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"]
    assert screen[0]["channel"] == "call"

    await local.advance(60)

    assert (await local.control("POST", TYPED, code)).status == 404


async def test_a_phone_that_is_off_does_not_ring(local: Local) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"state": "off"})
    request = await asked(local)
    await local.advance(1)

    answer = await local.control("POST", TYPED, {"code": request["validation_code"]})

    assert answer.status == 404


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"PhoneNumber": "1"}, 21401),
        ({"StatusCallback": "nowhere"}, 21402),
        ({"CallDelay": "61"}, 21454),
        ({"CallDelay": "soon"}, 21454),
        ({"PhoneNumber": "+14155550100"}, 21449),
    ],
)
async def test_a_wrong_request_rings_nobody(local: Local, form: dict[str, str], code: int) -> None:
    assert (await local.call("POST", PATH, {"PhoneNumber": HANDSET, **form})).code == code


async def test_verified_callers_are_renamed_and_removed_through_the_sdk(local: Local) -> None:
    await local.does("POST", f"/accounts/{local.sid}/verified-callers", {"number": HANDSET})
    client = connect(local.simulator.url, local.sid, local.token)

    def program() -> tuple[str, bool, int]:
        sid = client.outgoing_caller_ids.list(phone_number=HANDSET)[0].sid
        renamed = client.outgoing_caller_ids(sid).update(friendly_name="Ada").friendly_name
        assert client.outgoing_caller_ids(sid).fetch().friendly_name == "Ada"
        deleted = client.outgoing_caller_ids(sid).delete()
        request = client.validation_requests.create(phone_number=HANDSET)
        assert len(request.validation_code) == 6
        return renamed, deleted, len(client.outgoing_caller_ids.list())

    assert await asyncio.to_thread(program) == ("Ada", True, 0)
    client.http_client.close()
