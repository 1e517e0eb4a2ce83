"""Messaging Services, their pools, and which sender they take."""

import asyncio
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_facts import FACTS, check

from twilio_simulator.sdk import connect

pytestmark = pytest.mark.anyio
LONDON = "+442079460123"


async def made(local: Local, **form: str) -> Any:
    answer = await local.call("POST", "/v1/Services", {"FriendlyName": "Shop", **form})
    assert answer.status == 201, answer.body
    return answer.json


async def add(local: Local, service: str, folder: str, **form: str) -> Any:
    return await local.call("POST", f"/v1/Services/{service}/{folder}", form)


def at_the_sdk(client: Any, number: str) -> dict[str, Any]:
    """What a program does with the official client."""
    service = client.messaging.v1.services.create(friendly_name="Shop", sticky_sender=False)
    resource = client.messaging.v1.services(service.sid)
    bought = client.incoming_phone_numbers.list(phone_number=number)[0]
    added = resource.phone_numbers.create(phone_number_sid=bought.sid)
    alpha = resource.alpha_senders.create(alpha_sender="ACME")
    updated = resource.update(friendly_name="Store", validity_period=600)
    found = {
        "numbers": [one.phone_number for one in resource.phone_numbers.list()],
        "capabilities": added.capabilities,
        "names": [one.alpha_sender for one in resource.alpha_senders.list()],
        "sticky": service.sticky_sender,
        "updated": (updated.friendly_name, updated.validity_period, updated.sticky_sender),
        "removed": resource.alpha_senders(alpha.sid).delete(),
        "left": len(resource.alpha_senders.list()),
        "deleted": resource.delete(),
    }
    return {**found, "services": len(client.messaging.v1.services.list())}


async def test_the_sdk_makes_fills_changes_and_deletes_a_service(local: Local) -> None:
    client = connect(local.simulator.url, local.sid, local.token)

    found = await asyncio.to_thread(at_the_sdk, client, local.number)
    client.http_client.close()

    assert found == {
        "numbers": [local.number],
        "capabilities": ["MMS", "SMS", "Voice"],
        "names": ["ACME"],
        "sticky": False,
        "updated": ("Store", 600, False),
        "removed": True,
        "left": 0,
        "deleted": True,
        "services": 0,
    }


async def test_every_answer_has_exactly_the_published_properties(local: Local) -> None:
    account = await local.account(short_codes=["12345"], strict=True)
    service = (await made(account, StickySender="true", InboundMethod="GET"))["sid"]
    base = f"/v1/Services/{service}"
    sids = {
        "PhoneNumbers": ("PhoneNumber", "PhoneNumberSid", account.facts["numbers"][0]["sid"]),
        "ShortCodes": ("ShortCode", "ShortCodeSid", account.facts["short_codes"][0]["sid"]),
        "AlphaSenders": ("AlphaSender", "AlphaSender", "ACME"),
        "ChannelSenders": ("ChannelSender", "Sid", account.facts["whatsapp_senders"][0]["sid"]),
    }

    for folder, (name, parameter, value) in sids.items():
        added = await add(account, service, folder, **{parameter: value})
        assert added.status == 201, added.body
        check(FACTS[f"messaging.Create{name}"], added.json)
        one = await account.call("GET", f"{base}/{folder}/{added.json['sid']}")
        check(FACTS[f"messaging.Fetch{name}"], one.json)
        rows = (await account.call("GET", f"{base}/{folder}")).json
        check(FACTS[f"messaging.List{name}"], rows[FACTS[f"messaging.List{name}"].list_key or ""][0])
        assert (await add(account, service, folder, **{parameter: value})).code == 21710
        assert (await account.call("DELETE", f"{base}/{folder}/{added.json['sid']}")).status == 204
        assert (await account.call("DELETE", f"{base}/{folder}/{added.json['sid']}")).status == 404

    check(FACTS["messaging.FetchService"], (await account.call("GET", base)).json)
    check(FACTS["messaging.FetchUsecase"], (await account.call("GET", "/v1/Services/Usecases")).json)
    check(FACTS["messaging.UpdateService"], (await account.call("POST", base, {"Usecase": "poll"})).json)


@pytest.mark.parametrize(
    ("code", "form"),
    [
        (20001, {"FriendlyName": ""}),
        (20422, {"StatusCallback": "ftp://example.org"}),
        (20422, {"InboundMethod": "PUT"}),
        (20422, {"ValidityPeriod": "0"}),
        (20422, {"ValidityPeriod": "36001"}),
        (20422, {"ScanMessageContent": "maybe"}),
        (21713, {"Usecase": "spam"}),
    ],
)
async def test_what_a_service_may_not_be(local: Local, code: int, form: dict[str, str]) -> None:
    answer = await local.call("POST", "/v1/Services", {"FriendlyName": "Shop", **form})

    assert (answer.status, answer.code) == (400, code)
    assert (await local.call("GET", "/v1/Services")).json["services"] == []


@pytest.mark.parametrize(
    ("code", "folder", "form"),
    [
        (20001, "PhoneNumbers", {}),
        (20404, "PhoneNumbers", {"PhoneNumberSid": "PN" + "0" * 32}),
        (20404, "ChannelSenders", {"Sid": "XE" + "0" * 32}),
        (20422, "AlphaSenders", {"AlphaSender": "!!"}),
    ],
)
async def test_what_is_no_sender_does_not_join_a_pool(
    local: Local, code: int, folder: str, form: dict[str, str]
) -> None:
    service = (await made(local))["sid"]

    assert (await add(local, service, folder, **form)).code == code
    assert (await add(local, "MG" + "0" * 32, folder, **form)).status == 404


async def test_a_number_is_in_one_service_at_most(local: Local) -> None:
    account = await local.account()
    number = account.facts["numbers"][0]["sid"]
    first, second = (await made(account))["sid"], (await made(account))["sid"]
    await add(account, first, "PhoneNumbers", PhoneNumberSid=number)

    answer = await add(account, second, "PhoneNumbers", PhoneNumberSid=number)

    assert (answer.status, answer.code) == (409, 21712)


async def senders(account: Local, service: str, *recipients: str) -> list[str]:
    found = []
    for to in recipients:
        message = await account.sent(To=to, From=None, MessagingServiceSid=service)
        await account.advance(1)
        found.append((await account.message(message["sid"]))["from"])
    return found


async def test_a_recipient_keeps_its_sender(local: Local) -> None:
    account = await local.account(
        numbers=["+12125550101", "+12125550102"], messaging_services=["Sticky", {"sticky_sender": False}]
    )
    sticky, loose = (one["sid"] for one in account.facts["messaging_services"])

    assert len(set(await senders(account, sticky, HANDSET, HANDSET, HANDSET))) == 1
    assert len(set(await senders(account, loose, HANDSET, HANDSET, HANDSET))) == 2


async def test_a_sender_nearby_is_preferred(local: Local) -> None:
    account = await local.account(numbers=["+12125550101", "+14155550102"], messaging_services=["Shop"])
    service = account.facts["messaging_service"]

    # Taking turns would not lead to this.
    assert await senders(account, service, "+14155550177", "+14155550178", "+12125550179") == [
        "+14155550102",
        "+14155550102",
        "+12125550101",
    ]


async def test_a_name_sends_where_names_may(local: Local) -> None:
    account = await local.account(numbers=[])
    service = (await made(account))["sid"]
    await add(account, service, "AlphaSenders", AlphaSender="ACME")

    answer = await account.call(
        "POST", "{}/Messages.json", {"To": HANDSET, "MessagingServiceSid": service, "Body": "x"}
    )

    assert answer.code == 21703
    assert await senders(account, service, LONDON) == ["ACME"]


async def test_a_short_code_sends_at_home(local: Local) -> None:
    account = await local.account(short_codes=["12345"])

    assert (await account.sent(From="12345"))["from"] == "12345"
    assert (await account.send(From="12345", To=LONDON)).code == 21606
    assert (await local.send(From="12345")).code == 21659


async def test_the_service_has_a_status_callback_of_its_own(local: Local, receiver: Receiver) -> None:
    account = await local.account()
    service = (await made(account, StatusCallback=f"{receiver.url}/service"))["sid"]
    await add(account, service, "PhoneNumbers", PhoneNumberSid=account.facts["numbers"][0]["sid"])

    await senders(account, service, HANDSET)
    await account.sent(From=None, MessagingServiceSid=service, StatusCallback=f"{receiver.url}/own")
    await local.advance(5)

    assert sorted(one.path for one in receiver.got) == ["/own"] * 3 + ["/service"] * 3
    assert receiver.got[0].fields["MessagingServiceSid"] == service


async def test_smart_encoding_can_be_switched_off(local: Local) -> None:
    account = await local.account(messaging_services=["Shop"])
    service = account.facts["messaging_service"]
    await account.call("POST", f"/v1/Services/{service}", {"SmartEncoding": "false"})

    message = await account.sent(From=None, MessagingServiceSid=service, Body="It\u2019s")

    assert message["body"] == "It\u2019s"


async def test_smart_encoding_leaves_whatsapp_alone(local: Local) -> None:
    form = {"To": f"whatsapp:{HANDSET}", "From": local.whatsapp, "SmartEncoded": "true"}

    assert (await local.sent(**form, Body="It\u2019s"))["body"] == "It\u2019s"


async def test_a_deleted_service_fails_what_it_had_accepted(local: Local) -> None:
    account = await local.account(messaging_services=["Shop"])
    service = account.facts["messaging_service"]
    message = await account.sent(From=None, MessagingServiceSid=service)

    assert (await account.call("DELETE", f"/v1/Services/{service}")).status == 204
    await local.advance(5)

    assert (await account.message(message["sid"]))["error_code"] == 21703
    assert (await account.send(From=None, MessagingServiceSid=service)).code == 21701
