from typing import Any

import pytest
from tests.simulator.local import Local

pytestmark = pytest.mark.anyio


async def listed(local: Local, query: str = "") -> list[Any]:
    page = (await local.call("GET", f"{{}}/IncomingPhoneNumbers.json{query}")).json
    numbers: list[Any] = page["incoming_phone_numbers"]
    return numbers


async def test_numbers_are_listed_with_their_capabilities(local: Local) -> None:
    number = (await listed(local))[0]

    assert (number["phone_number"], number["friendly_name"]) == (local.number, "(415) 555-0100")
    assert number["capabilities"] == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert (number["sms_url"], number["sms_method"]) == ("", "POST")


async def test_numbers_are_filtered_and_paged(local: Local) -> None:
    account = await local.account(
        numbers=["+12125550150", {"phone_number": "+13105550151", "friendly_name": "LA"}]
    )

    assert [one["phone_number"] for one in await listed(account, "?PhoneNumber=310")] == ["+13105550151"]
    assert [one["phone_number"] for one in await listed(account, "?FriendlyName=LA")] == ["+13105550151"]
    assert await listed(account, "?Beta=true") == []
    assert len(await listed(account, "?PageSize=1")) == 1


async def test_a_numbers_urls_are_set_and_cleared(local: Local) -> None:
    sid = (await listed(local))[0]["sid"]
    path = f"{{}}/IncomingPhoneNumbers/{sid}.json"
    wanted = {
        "SmsUrl": "http://127.0.0.1/in",
        "SmsMethod": "GET",
        "FriendlyName": "Shop",
        "VoiceCallerIdLookup": "true",
    }

    changed = (await local.call("POST", path, wanted)).json
    cleared = (await local.call("POST", path, {"SmsUrl": ""})).json

    assert (changed["sms_url"], changed["sms_method"], changed["friendly_name"]) == (
        "http://127.0.0.1/in",
        "GET",
        "Shop",
    )
    assert changed["voice_caller_id_lookup"] is True
    assert (cleared["sms_url"], cleared["friendly_name"]) == ("", "Shop")


@pytest.mark.parametrize(
    "path",
    [
        "{}/IncomingPhoneNumbers/PN" + "0" * 32 + ".json",
        "{}/OutgoingCallerIds/PN" + "0" * 32 + ".json",
        "{}/Messages/SM" + "0" * 32 + "/Media.json",
        "/v1/Services/MG" + "0" * 32,
        "/v2/Channels/Senders/XE" + "0" * 32,
        "/v2/Attempts/VL" + "0" * 32,
    ],
)
async def test_what_the_account_does_not_have_is_not_found(local: Local, path: str) -> None:
    answer = await local.call("GET", path)

    assert (answer.status, answer.code) == (404, 20404)
    assert answer.json["message"].endswith("was not found")


async def test_senders_are_listed_by_channel(local: Local) -> None:
    async def senders(channel: str) -> list[str]:
        page = (await local.call("GET", f"/v2/Channels/Senders?Channel={channel}")).json
        return [one["sender_id"] for one in page["senders"]]

    assert await senders("whatsapp") == [local.whatsapp]
    assert await senders("rcs") == []
    assert (await local.call("GET", "/v2/Channels/Senders")).status == 400
