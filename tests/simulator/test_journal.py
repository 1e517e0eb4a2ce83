"""The journal of requests, near misses, and waiting for what happens."""

import asyncio
from urllib.parse import quote

import orjson
import pytest
from tests.simulator.local import HANDSET, Local

pytestmark = pytest.mark.anyio
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"


@pytest.mark.parametrize(
    ("method", "path", "near", "word"),
    [
        ("POST", "{}/Messages", MESSAGES, "Add .json"),
        ("GET", "{}/messages.json", MESSAGES, "most like it"),
        ("DELETE", "{}/Messages.json", MESSAGES, "Twilio has GET and POST here, not DELETE"),
        ("GET", "/v2/Services.json", "/v2/Services", "Leave .json out"),
        ("GET", "/v2/Services/", "/v2/Services", "slash"),
        ("GET", "/Services", "/v1/Services", "version is missing"),
        ("GET", "/zzz", None, "Nothing like this"),
    ],
)
async def test_a_miss_is_explained(local: Local, method: str, path: str, near: str | None, word: str) -> None:
    await local.call(method, path)

    request = (await local.does("GET", "/requests"))["requests"][-1]

    assert request["near_miss"] == near
    assert word in request["why"]


async def test_the_wrong_product_is_named(local: Local) -> None:
    await local.call("GET", "/v2/Services", headers={"host": "messaging.twilio.com"})

    request = (await local.does("GET", "/requests"))["requests"][-1]

    assert "another product" in request["why"]


async def test_an_answered_request_has_no_near_miss(local: Local) -> None:
    await local.sent()
    await local.message("SM" + "0" * 32)

    requests = (await local.does("GET", "/requests"))["requests"]

    assert [one["status"] for one in requests] == [201, 404]
    assert not any("near_miss" in one for one in requests)


async def test_what_is_missing_is_counted(local: Local) -> None:
    for index in range(3):
        await local.call("GET", f"{{}}/Conferences/CF{index:032x}.json")
    await local.call("GET", "/v1/Nothing")
    await local.message("SM" + "0" * 32)

    missing = await local.does("GET", "/requests/unimplemented")

    assert missing["count"] == 4
    assert missing["unimplemented"][0]["path"] == "/2010-04-01/Accounts/{Sid}/Conferences/{Sid}.json"
    assert [one["count"] for one in missing["unimplemented"]] == [3, 1]


async def test_waiting_ends_with_the_first_match(local: Local) -> None:
    match = quote(orjson.dumps({"kind": "message.status", "status": "delivered", "to": HANDSET}).decode())
    waiting = asyncio.create_task(local.does("GET", f"/wait?match={match}&timeout=5"))
    await asyncio.sleep(0)
    await local.sent(To="+14155550124")
    sent = await local.sent(Body="For you")
    await local.advance(10)

    event = (await asyncio.wait_for(waiting, 2))["event"]

    assert (event["subject"], event["status"]) == (sent["sid"], "delivered")


async def test_waiting_may_name_the_text(local: Local) -> None:
    await local.sent(Body="One")
    second = await local.sent(Body="Two")

    event = (await local.does("GET", "/wait?kind=message.created&body=Two&timeout=1"))["event"]

    assert event["subject"] == second["sid"]


async def test_waiting_in_vain_ends_in_time(local: Local) -> None:
    answer = await local.control("GET", "/wait?kind=never&timeout=0")

    assert answer.status == 408


@pytest.mark.parametrize("match", ["nonsense", "[1]", "3"])
async def test_a_match_that_is_no_object_is_named(local: Local, match: str) -> None:
    await local.sent()

    answer = await local.control("GET", f"/wait?match={match}&timeout=0")

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "match")
