"""Answers have exactly the published properties, and strict mode knows every published name."""

import re
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local

from twilio_simulator.facts import Fact, table

pytestmark = pytest.mark.anyio
FACTS = table()
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def check(fact: Fact, resource: dict[str, Any]) -> None:
    assert fact.resource is not None
    assert set(resource) == set(fact.resource), fact.name
    for name, kind in fact.resource.items():
        value = resource[name]
        if value is None or "type" not in kind:
            continue
        assert isinstance(value, TYPES[kind["type"]]), (fact.name, name, value)
        if "enum" in kind:
            assert value in kind["enum"], (fact.name, name, value)
        # Twilio shows an unset SID as an empty string in places.
        if "pattern" in kind and value:
            assert re.fullmatch(kind["pattern"].strip("^$"), str(value)), (fact.name, name, value)


async def answers(local: Local) -> list[tuple[str, Any]]:
    """One answer of each operation that answers with a resource."""
    account = await local.account(
        messaging_services=["Shop"], verified_callers=[HANDSET], strict=True, api_keys=1
    )
    message = await account.sent(MediaUrl=["https://example.org/a.png"])
    verification = (await account.start()).json
    service = f"/v2/Services/{account.verify}"
    number = (await account.call("GET", "{}/IncomingPhoneNumbers.json")).json["incoming_phone_numbers"][0]
    caller = (await account.call("GET", "{}/OutgoingCallerIds.json")).json["outgoing_caller_ids"][0]
    attempt = verification["send_code_attempts"][0]["attempt_sid"]
    sender = account.facts["whatsapp_senders"][0]["sid"]

    async def got(path: str, form: dict[str, str] | None = None) -> Any:
        answer = await account.call("POST" if form else "GET", path, form)
        assert answer.status < 300, (path, answer.body)
        return answer.json

    return [
        ("api.FetchAccount", await got("{}.json")),
        ("api.FetchBalance", await got("{}/Balance.json")),
        ("api.CreateMessage", message),
        ("api.FetchMessage", await got(f"{{}}/Messages/{message['sid']}.json")),
        ("api.ListMessage", await got("{}/Messages.json")),
        ("api.ListMedia", await got(f"{{}}/Messages/{message['sid']}/Media.json")),
        ("api.ListIncomingPhoneNumber", await got("{}/IncomingPhoneNumbers.json")),
        ("api.FetchIncomingPhoneNumber", await got(f"{{}}/IncomingPhoneNumbers/{number['sid']}.json")),
        (
            "api.UpdateIncomingPhoneNumber",
            await got(f"{{}}/IncomingPhoneNumbers/{number['sid']}.json", {"SmsUrl": "http://127.0.0.1/in"}),
        ),
        ("api.ListOutgoingCallerId", await got("{}/OutgoingCallerIds.json")),
        ("api.FetchOutgoingCallerId", await got(f"{{}}/OutgoingCallerIds/{caller['sid']}.json")),
        ("verify.ListService", await got("/v2/Services")),
        ("verify.FetchService", await got(service)),
        ("verify.CreateService", await got("/v2/Services", {"FriendlyName": "Shop"})),
        ("verify.CreateVerification", verification),
        ("verify.FetchVerification", await got(f"{service}/Verifications/{verification['sid']}")),
        (
            "verify.CreateVerificationCheck",
            await got(f"{service}/VerificationCheck", {"To": HANDSET, "Code": "0000"}),
        ),
        ("verify.ListVerificationAttempt", await got("/v2/Attempts")),
        ("verify.FetchVerificationAttempt", await got(f"/v2/Attempts/{attempt}")),
        ("messaging.ListService", await got("/v1/Services")),
        ("messaging.FetchService", await got(f"/v1/Services/{account.facts['messaging_service']}")),
        ("messaging.ListChannelsSender", await got("/v2/Channels/Senders?Channel=whatsapp")),
        ("messaging.FetchChannelsSender", await got(f"/v2/Channels/Senders/{sender}")),
    ]


async def test_every_answer_has_exactly_the_published_properties(local: Local) -> None:
    for name, content in await answers(local):
        fact = FACTS[name]
        rows = content[fact.list_key] if fact.list_key is not None else [content]
        assert rows, name
        for row in rows:
            check(fact, row)


async def test_a_misspelt_parameter_is_refused_in_strict_mode(local: Local) -> None:
    account = await local.account(strict=True)

    answer = await account.send(MediaUrls="https://example.org/a.png")

    assert (answer.status, answer.code) == (400, 20001)
    assert answer.json["message"] == (
        "api.CreateMessage has no parameter 'MediaUrls'. Did you mean 'MediaUrl'?"
    )


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"ValidityPeriod": "soon"}, "'ValidityPeriod' must be integer"),
        ({"RiskCheck": "maybe"}, "'RiskCheck' must be one of enable, disable"),
        ({"SmartEncoded": "yes"}, "'SmartEncoded' must be boolean"),
        ({"ContentSid": "HX1"}, "'ContentSid' must be string like"),
    ],
)
async def test_a_value_of_the_wrong_kind_is_refused_in_strict_mode(
    local: Local, parameters: dict[str, object], words: str
) -> None:
    account = await local.account(strict=True)

    answer = await account.send(**parameters)

    assert answer.code == 20001
    assert words in answer.json["message"]


async def test_every_documented_parameter_of_a_message_is_known(local: Local) -> None:
    account = await local.account(strict=True)

    answer = await account.send(
        ApplicationSid="AP" + "0" * 32,
        MaxPrice="0.5",
        ProvideFeedback="false",
        Attempt="1",
        ForceDelivery="false",
        ContentRetention="retain",
        AddressRetention="retain",
        PersistentAction=["geo:1,2"],
        TrafficType="free",
        SendAsMms="false",
        RiskCheck="enable",
        Tags='{"a": "b"}',
    )

    assert answer.status == 201


def test_operations_are_unique_and_name_their_product() -> None:
    assert {"api.CreateMessage", "verify.CreateService", "messaging.CreateService"} <= set(FACTS)
    assert FACTS["api.CreateMessage"].required == ("To",)
    assert FACTS["messaging.ListChannelsSender"].required == ("Channel",)
