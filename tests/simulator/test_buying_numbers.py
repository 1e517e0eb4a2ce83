"""Numbers bought, moved and given back; short codes; numbers that are for sale."""

import asyncio
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local

from twilio_simulator.sdk import connect

pytestmark = pytest.mark.anyio
LIST = "{}/IncomingPhoneNumbers.json"


async def test_numbers_are_found_bought_and_given_back_through_the_sdk(local: Local) -> None:
    client = connect(local.simulator.url, local.sid, local.token)

    def program() -> dict[str, Any]:
        free = client.available_phone_numbers("US").local.list(area_code=212, limit=2)
        bought = client.incoming_phone_numbers.create(
            phone_number=free[0].phone_number, sms_url="http://127.0.0.1/in", friendly_name="New York"
        )
        by_area = client.incoming_phone_numbers.create(area_code="310")
        toll_free = client.available_phone_numbers("US").toll_free.list(limit=1)[0].phone_number
        client.incoming_phone_numbers.toll_free.create(phone_number=toll_free)
        again = client.available_phone_numbers("US").local.list(area_code=212, limit=1)
        message = client.messages.create(to=HANDSET, from_=bought.phone_number, body="Hi")
        found = {
            "bought": (bought.phone_number, bought.sms_url, bought.friendly_name),
            "area": by_area.phone_number[:5],
            "free": again[0].phone_number,
            "sent": message.status,
            "toll_free": [one.phone_number for one in client.incoming_phone_numbers.toll_free.list()],
            "gone": client.incoming_phone_numbers(bought.sid).delete(),
            "left": len(client.incoming_phone_numbers.list()),
            "mobile": client.available_phone_numbers("GB").mobile.list(limit=1)[0].phone_number,
            "countries": [one.country_code for one in client.available_phone_numbers.list()],
        }
        assert toll_free in found["toll_free"]
        return found

    found = await asyncio.to_thread(program)
    client.http_client.close()

    assert found == {
        "bought": ("+12125550100", "http://127.0.0.1/in", "New York"),
        "area": "+1310",
        "free": "+12125550101",
        "sent": "queued",
        "toll_free": found["toll_free"],
        "gone": True,
        "left": 3,
        "mobile": "+447700900000",
        "countries": ["US", "CA", "GB"],
    }


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 21421),
        ({"PhoneNumber": "12"}, 21421),
        ({"PhoneNumber": "+14155550100"}, 21422),
        ({"AreaCode": "12"}, 21451),
        ({"AreaCode": "999"}, 21452),
        ({"AreaCode": "212", "SmsUrl": "nowhere"}, 21402),
        ({"AreaCode": "212", "SmsMethod": "PUT"}, 21403),
    ],
)
async def test_what_cannot_be_bought_has_its_code(local: Local, form: dict[str, str], code: int) -> None:
    before = (await local.call("GET", LIST)).json["incoming_phone_numbers"]

    assert (await local.call("POST", LIST, form)).code == code
    assert (await local.call("GET", LIST)).json["incoming_phone_numbers"] == before


async def test_a_kind_in_the_path_holds_for_buying_and_listing(local: Local) -> None:
    path = "{}/IncomingPhoneNumbers/{kind}.json"

    refused = await local.call("POST", path.replace("{kind}", "TollFree"), {"PhoneNumber": "+12125550150"})
    local_ones = (await local.call("GET", path.replace("{kind}", "Local"))).json["incoming_phone_numbers"]
    mobile = (await local.call("GET", path.replace("{kind}", "Mobile"))).json["incoming_phone_numbers"]

    assert refused.code == 21421
    assert ([one["phone_number"] for one in local_ones], mobile) == ([local.number], [])


async def test_a_number_that_was_given_back_leaves_its_messaging_service(local: Local) -> None:
    account = await local.account(messaging_services=["Shop"], whatsapp_senders=[])
    sid = account.facts["numbers"][0]["sid"]

    assert (await account.call("DELETE", f"{{}}/IncomingPhoneNumbers/{sid}.json")).status == 204

    answer = await account.send(From=None, MessagingServiceSid=account.facts["messaging_service"])
    assert answer.code == 21704
    assert (await account.call("GET", f"{{}}/IncomingPhoneNumbers/{sid}.json")).status == 404


async def test_free_numbers_fit_a_pattern(local: Local) -> None:
    async def free(query: str) -> list[str]:
        page = (await local.call("GET", f"{{}}/AvailablePhoneNumbers/US/Local.json?{query}")).json
        return [one["phone_number"] for one in page["available_phone_numbers"]]

    assert await free("Contains=2125550%2A77") == ["+12125550177"]
    assert await free("Contains=TEA&PageSize=1&AreaCode=832") == []
    assert len(await free("PageSize=3")) == 3
    assert (await local.call("GET", "{}/AvailablePhoneNumbers/US/Mobile.json")).status == 404
    assert (await local.call("GET", "{}/AvailablePhoneNumbers/FR.json")).status == 404
    assert (await local.call("GET", "{}/AvailablePhoneNumbers/GB.json")).json["country"] == "United Kingdom"
    british = await local.call("GET", "{}/AvailablePhoneNumbers/GB/Local.json?MmsEnabled=true")
    assert british.json["available_phone_numbers"] == []


async def test_a_short_code_is_listed_and_changed(local: Local) -> None:
    account = await local.account(short_codes=["55501"])
    listed = (await account.call("GET", "{}/SMS/ShortCodes.json?ShortCode=555")).json["short_codes"]
    path = f"{{}}/SMS/ShortCodes/{listed[0]['sid']}.json"
    changed = await account.call("POST", path, {"SmsUrl": "http://127.0.0.1/in", "FriendlyName": "Short"})
    cleared = await account.call("POST", path, {"SmsUrl": ""})

    assert [one["short_code"] for one in listed] == ["55501"]
    assert (changed.json["sms_url"], changed.json["friendly_name"]) == ("http://127.0.0.1/in", "Short")
    assert (cleared.json["sms_url"], cleared.json["sms_method"]) == (None, "POST")
    assert (await account.call("POST", path, {"SmsUrl": "x"})).code == 21402
    assert (await account.call("POST", path, {"SmsMethod": "PUT"})).code == 21403
    assert (await account.call("GET", path)).json == cleared.json
    assert (await account.call("GET", "{}/SMS/ShortCodes/SC" + "0" * 32 + ".json")).status == 404
