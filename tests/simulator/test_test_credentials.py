"""The second pair of credentials: magic numbers, and nothing that lasts."""

from typing import Any

import pytest
from tests.simulator.local import HANDSET, Answered, Local, Receiver
from tests.simulator.test_facts import FACTS, check

pytestmark = pytest.mark.anyio
MAGIC = "+1500555000"
GOOD = f"{MAGIC}6"


def twin_of(local: Local) -> Local:
    """The same simulator with the account's test credentials."""
    account = local.simulator.world.accounts[local.sid]
    twin = account.test_twin
    assert twin is not None
    return Local(
        local.simulator,
        {**local.facts, "account_sid": twin.sid, "auth_token": twin.auth_token, "number": GOOD},
    )


MESSAGES: list[tuple[int, dict[str, object]]] = [
    (21211, {"To": f"{MAGIC}1"}),
    (21612, {"To": f"{MAGIC}2"}),
    (21408, {"To": f"{MAGIC}3"}),
    (21610, {"To": f"{MAGIC}4"}),
    (21614, {"To": f"{MAGIC}9"}),
    (21212, {"From": f"{MAGIC}1"}),
    (21606, {"From": f"{MAGIC}7"}),
    (21611, {"From": f"{MAGIC}8"}),
    (21606, {"From": "+14155550100"}),
    (21606, {"From": "+14155550199"}),
    (21602, {"Body": None}),
    (21603, {"From": None}),
    (21604, {"To": None}),
    (21211, {"To": "+1415"}),
    (21617, {"Body": "x" * 1601}),
    (21609, {"StatusCallback": "ftp://example.org"}),
    (21701, {"From": None, "MessagingServiceSid": "MG" + "0" * 32}),
]


@pytest.mark.parametrize(("code", "parameters"), MESSAGES)
async def test_messages_are_refused_by_magic_or_as_in_production(
    local: Local, code: int, parameters: dict[str, object]
) -> None:
    assert (await twin_of(local).send(**parameters)).code == code


async def test_a_message_of_the_good_number_is_answered_and_goes_nowhere(
    local: Local, receiver: Receiver
) -> None:
    twin = twin_of(local)

    message = await twin.sent(Body="Hello", StatusCallback=receiver.url)
    await local.advance(30)

    check(FACTS["api.CreateMessage"], message)
    assert (message["status"], message["from"], message["account_sid"]) == ("queued", GOOD, twin.sid)
    assert receiver.got == []
    assert (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"] == []
    assert (await local.call("GET", "{}/Messages.json")).json["messages"] == []


async def called(local: Local, **parameters: str) -> Answered:
    form = {"To": HANDSET, "From": GOOD, "Url": "http://127.0.0.1:9/", **parameters}
    return await twin_of(local).call("POST", "{}/Calls.json", form)


@pytest.mark.parametrize(
    ("code", "parameters"),
    [
        (21217, {"To": f"{MAGIC}1"}),
        (21214, {"To": f"{MAGIC}2"}),
        (21215, {"To": f"{MAGIC}3"}),
        (21216, {"To": f"{MAGIC}4"}),
        (21212, {"From": f"{MAGIC}1"}),
        (21210, {"From": "+14155550100"}),
        (21205, {"Url": ""}),
    ],
)
async def test_calls_are_refused_by_magic_or_as_in_production(
    local: Local, code: int, parameters: dict[str, str]
) -> None:
    assert (await called(local, **parameters)).code == code


async def test_a_call_from_the_good_number_is_answered_and_rings_nowhere(local: Local) -> None:
    answer = await called(local)
    await local.advance(60)

    check(FACTS["api.CreateCall"], answer.json)
    assert (answer.status, answer.json["status"]) == (201, "queued")
    assert (await local.call("GET", "{}/Calls.json")).json["calls"] == []


@pytest.mark.parametrize(
    ("code", "form"),
    [
        (21422, {"PhoneNumber": f"{MAGIC}0"}),
        (21421, {"PhoneNumber": f"{MAGIC}1"}),
        (21422, {"PhoneNumber": "+12125550101"}),
        (21421, {}),
        (21452, {"AreaCode": "533"}),
        (None, {"AreaCode": "500"}),
        (None, {"PhoneNumber": GOOD}),
    ],
)
async def test_one_number_can_be_bought(local: Local, code: int | None, form: dict[str, str]) -> None:
    answer = await twin_of(local).call("POST", "{}/IncomingPhoneNumbers.json", form)

    assert answer.json.get("code") == code
    if code is None:
        check(FACTS["api.CreateIncomingPhoneNumber"], answer.json)
        assert answer.json["phone_number"] == GOOD
    assert len((await local.call("GET", "{}/IncomingPhoneNumbers.json")).json["incoming_phone_numbers"]) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "{}/Messages.json"),
        ("GET", "{}.json"),
        ("GET", "{}/Balance.json"),
        ("GET", "{}/IncomingPhoneNumbers.json"),
        ("GET", "/v2/Services"),
        ("GET", "/v1/Content"),
        ("POST", "/v1/Services"),
    ],
)
async def test_everything_else_is_forbidden(local: Local, method: str, path: str) -> None:
    answer = await twin_of(local).call(method, path, {} if method == "POST" else None)

    assert (answer.status, answer.code) == (403, 20008)


async def test_lookups_are_open(local: Local) -> None:
    answer = await twin_of(local).call("GET", "/v2/PhoneNumbers/%2B14155550123")

    assert answer.status == 200


async def test_magic_numbers_mean_nothing_to_the_account_itself(local: Local) -> None:
    assert (await local.send(From=GOOD)).code == 21659
    assert (await local.send(To=f"{MAGIC}4")).status == 201
    twin: Any = twin_of(local)
    assert (await local.call("POST", f"/2010-04-01/Accounts/{twin.sid}/Messages.json", {})).status == 404


async def test_the_control_api_names_the_pair(local: Local) -> None:
    account = await local.account()
    pair = account.facts["test_credentials"]

    assert pair["account_sid"] != account.sid
    other = Local(local.simulator, {**account.facts, **pair, "number": GOOD})
    assert (await other.send()).status == 201
