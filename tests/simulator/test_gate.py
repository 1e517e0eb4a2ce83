"""The gate that every answer in these tests passes lets nothing through that Twilio could not have said."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from tests.simulator.local import Local

from twilio_simulator.exchange import Reply
from twilio_simulator.facts import table
from twilio_simulator.facts.gate import Gate, problems_of

pytestmark = pytest.mark.anyio
FACTS = table()
Spoil = Callable[[Any], object]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda one: one.pop("num_media"), "lacks num_media"),
        (lambda one: one.update(secret=1), "has secret, which Twilio has not"),
        (lambda one: one.update(status="flying"), "status 'flying' is none of"),
        (lambda one: one.update(status=None), "status None is null"),
        (lambda one: one.update(sid="SM1"), "sid 'SM1' does not fit"),
        (lambda one: one.update(num_segments=1), "num_segments 1 is no string"),
        (lambda one: one.update(error_code=True), "error_code True is no integer"),
        (lambda one: one.update(date_created="2026-01-01"), "is no date-time-rfc-2822"),
    ],
)
async def test_a_spoilt_message_is_caught(local: Local, spoil: Spoil, problem: str) -> None:
    message = await local.sent()
    assert problems_of(FACTS["api.CreateMessage"], 201, orjson.dumps(message)) == []

    spoil(message)

    assert problem in problems_of(FACTS["api.CreateMessage"], 201, orjson.dumps(message))[0]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda page: page.pop("end"), "lacks end"),
        (lambda page: page.update(total=3), "has total"),
        (lambda page: page["messages"][0].pop("sid"), "lacks sid"),
    ],
)
async def test_a_spoilt_list_is_caught(local: Local, spoil: Spoil, problem: str) -> None:
    await local.sent()
    page = (await local.call("GET", "{}/Messages.json")).json

    spoil(page)

    assert problem in problems_of(FACTS["api.ListMessage"], 200, orjson.dumps(page))[0]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda page: page.update(page="0"), "page '0' is no integer"),
        (lambda page: page.update(page_size=-1), "page_size -1 is less than 0"),
        (lambda page: page.update(uri=None), "uri None is null"),
        (lambda page: page.update(next_page_uri="https://api.twilio.com/x"), "next_page_uri"),
        (lambda page: page.update(messages={}), "messages {} is no array"),
        (lambda page: page["messages"][0]["subresource_uris"].pop("media"), "subresource_uris lacks media"),
        (lambda page: page["messages"][0]["subresource_uris"].update(x="/"), "subresource_uris has x"),
        (lambda page: page["messages"][0]["subresource_uris"].update(media=1), "media 1 is no string"),
        (lambda page: page["messages"].append("x"), "is 'x', no object"),
    ],
)
async def test_a_list_spoilt_in_its_depth_is_caught(local: Local, spoil: Spoil, problem: str) -> None:
    await local.sent()
    page = (await local.call("GET", "{}/Messages.json")).json

    spoil(page)

    assert problem in problems_of(FACTS["api.ListMessage"], 200, orjson.dumps(page))[0]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda one: one["send_code_attempts"][0].pop("time"), "send_code_attempts[0] lacks time"),
        (lambda one: one["send_code_attempts"][0].update(channel=1), "channel 1 is no string"),
        (lambda one: one["send_code_attempts"].append(None), ""),
        (lambda one: one["send_code_attempts"].append("SMS"), "send_code_attempts[1] 'SMS' is no object"),
        (lambda one: one["lookup"].update(name="Ada"), "lookup has name, which Twilio has not"),
    ],
)
async def test_a_nested_object_spoilt_is_caught(local: Local, spoil: Spoil, problem: str) -> None:
    started = (await local.start()).json
    spoil(started)

    found = problems_of(FACTS["verify.CreateVerification"], 201, orjson.dumps(started))

    assert (problem in found[0]) if problem else found == []


async def test_a_nested_word_that_twilio_has_not_is_caught(local: Local) -> None:
    page = (await local.call("GET", "/v2/Channels/Senders?Channel=whatsapp")).json
    page["senders"][0]["webhook"]["callback_method"] = "FETCH"

    found = problems_of(FACTS["messaging.ListChannelsSender"], 200, orjson.dumps(page))

    assert found == ["webhook callback_method 'FETCH' is none of POST, PUT"]


async def test_a_list_under_another_name_than_its_meta_tells_is_caught(local: Local) -> None:
    page = (await local.call("GET", "/v2/Services")).json
    page["meta"]["key"] = "rows"
    page["meta"]["url"] = "/v2/Services"

    found = problems_of(FACTS["verify.ListService"], 200, orjson.dumps(page))
    page["meta"]["url"] = page["meta"]["first_page_url"]

    assert found[0].startswith("meta url '/v2/Services' does not fit")
    assert problems_of(FACTS["verify.ListService"], 200, orjson.dumps(page)) == [
        "meta.key rows is not services"
    ]


async def test_a_spoilt_meta_list_is_caught(local: Local) -> None:
    page = (await local.call("GET", "/v2/Services")).json
    del page["meta"]["key"]
    page["services"][0]["date_created"] = "yesterday"

    found = problems_of(FACTS["verify.ListService"], 200, orjson.dumps(page))

    assert found[0] == "meta lacks key"
    assert found[1].endswith("is no date-time")


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (202, b"{}", "status 202 is none of (201,)"),
        (400, b'{"code": 1, "message": "", "more_info": "/1"}', "lacks status"),
        (
            400,
            b'{"code": 1, "message": "", "more_info": "/1", "status": 401}',
            "status 401 in the body of a 400",
        ),
        (400, b'{"code": 1, "message": "", "more_info": "/2", "status": 400}', "more_info /2 is not about 1"),
        (204, b"x", "204 with a body"),
    ],
)
def test_a_spoilt_answer_is_caught(status: int, body: bytes, problem: str) -> None:
    assert problems_of(FACTS["api.CreateMessage"], status, body)[0] == problem


def test_the_gate_answers_500_and_remembers_why() -> None:
    gate = Gate()

    reply = gate.hold(FACTS["api.FetchBalance"], Reply(200, b'{"balance": "1"}'))

    assert (reply.status, b"api.FetchBalance: lacks account_sid" in reply.body) == (500, True)
    assert gate.problems == ["api.FetchBalance: lacks account_sid", "api.FetchBalance: lacks currency"]
