"""Content templates and their approvals."""

import asyncio
from typing import Any

import orjson
import pytest
from tests.simulator.local import Answered, Local, _answered
from tests.simulator.test_facts import FACTS, check
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped] # has no types
from twilio.rest.content.v1.content import ContentList  # type: ignore[import-untyped] # likewise
from twilio.rest.content.v1.content.approval_create import (  # type: ignore[import-untyped] # likewise
    ApprovalCreateList,
)

from twilio_simulator.clock import iso
from twilio_simulator.exchange import Request
from twilio_simulator.sdk import connect
from twilio_simulator.world.account import basic

pytestmark = pytest.mark.anyio
TEXT = {"twilio/text": {"body": "Hi {{1}}"}}


async def post(local: Local, path: str, content: object, method: str = "POST") -> Answered:
    headers = {
        "authorization": basic(local.sid, local.token),
        "content-type": "application/json",
        "host": "127.0.0.1",
    }
    return await _answered(local.simulator.serve(Request(method, path, "", headers, orjson.dumps(content))))


async def created(local: Local, **content: object) -> Any:
    whole = {"friendly_name": "greeting", "language": "en", "types": TEXT, "variables": {"1": "Ada"}}
    answer = await post(local, "/v1/Content", {**whole, **content})
    assert answer.status == 201, answer.body
    return answer.json


async def approval(local: Local, sid: str) -> Any:
    return (await local.call("GET", f"/v1/Content/{sid}/ApprovalRequests")).json["whatsapp"]


def at_the_sdk(client: Any) -> dict[str, Any]:
    """What a program does with the official client."""
    wanted = ContentList.ContentCreateRequest(
        {
            "friendly_name": "greeting",
            "language": "en",
            "variables": {"1": "Ada"},
            "types": ContentList.Types(TEXT),
        }
    )
    made = client.content.v1.contents.create(content_create_request=wanted)
    resource = client.content.v1.contents(made.sid)
    submitted = resource.approval_create.create(
        content_approval_request=ApprovalCreateList.ContentApprovalRequest(
            {"name": "greeting", "category": "UTILITY"}
        )
    )
    found = {
        "types": resource.fetch().types,
        "submitted": submitted.status,
        "fetched": resource.approval_fetch().fetch().whatsapp["status"],
        "listed": [one.sid for one in client.content.v1.contents.list(page_size=2)].count(made.sid),
        "searched": len(client.content.v2.contents.list(content_name="greet")),
        "deleted": resource.delete(),
    }
    with pytest.raises(TwilioRestException) as gone:
        resource.fetch()
    return {**found, "status": gone.value.status}


async def test_the_sdk_makes_submits_lists_and_deletes(local: Local) -> None:
    client = connect(local.simulator.url, local.sid, local.token)

    found = await asyncio.to_thread(at_the_sdk, client)
    client.http_client.close()

    assert found == {
        "types": TEXT,
        "submitted": "received",
        "fetched": "received",
        "listed": 1,
        "searched": 1,
        "deleted": True,
        "status": 404,
    }


async def test_a_bare_start_has_an_approved_a_pending_and_a_rejected_template(local: Local) -> None:
    rows = (await local.call("GET", "/v1/ContentAndApprovals")).json["contents"]

    found = {one["friendly_name"]: one["approval_requests"]["status"] for one in rows}
    assert found == {
        "order_update": "approved",
        "appointment_reminder": "pending",
        "spring_sale": "rejected",
    }
    assert {
        one["friendly_name"]: one["status"]
        for one in (await local.does("GET", f"/accounts/{local.sid}"))["templates"]
    } == found


async def test_every_answer_has_exactly_the_published_properties(local: Local) -> None:
    content = await created(local)
    sid = content["sid"]
    request = await post(
        local, f"/v1/Content/{sid}/ApprovalRequests/whatsapp", {"name": "a", "category": "UTILITY"}
    )

    async def got(path: str) -> Any:
        return (await local.call("GET", path)).json

    for name, answer in [
        ("content.CreateContent", content),
        ("content.FetchContent", await got(f"/v1/Content/{sid}")),
        ("content.CreateApprovalCreate", request.json),
        ("content.FetchApprovalFetch", await got(f"/v1/Content/{sid}/ApprovalRequests")),
        ("content.ListContent", await got("/v1/Content")),
        ("content.ListContentAndApprovals", await got("/v1/ContentAndApprovals")),
        ("content.ListLegacyContent", await got("/v1/LegacyContent")),
        ("content_v2.ListContent", await got("/v2/Content")),
        ("content_v2.ListContentAndApprovals", await got("/v2/ContentAndApprovals")),
    ]:
        fact = FACTS[name]
        rows = answer[fact.list_key] if fact.list_key is not None else [answer]
        assert rows, name
        for row in rows:
            check(fact, row)


REFUSED: list[tuple[int, dict[str, object]]] = [
    (92001, {"types": None}),
    (92001, {"types": {}}),
    (92008, {"types": {"twilio/hologram": {"body": "x"}}}),
    (92003, {"language": None}),
    (92004, {"language": "Klingon!"}),
    (92002, {"variables": {str(n): "x" for n in range(101)}}),
    (92007, {"variables": {"1": 1}}),
    (20422, {"types": {"twilio/text": {}}}),
    (20422, {"types": {"twilio/text": "x"}}),
    (20422, {"types": {"twilio/media": {"body": "x"}}}),
    (20422, {"types": {"twilio/location": {"latitude": 1}}}),
    (20422, {"types": {"twilio/list-picker": {"body": "x", "button": "y", "items": [{"id": "1"}]}}}),
    (20422, {"types": {"twilio/quick-reply": {"body": "x", "actions": [{"title": "t"}] * 11}}}),
    (20422, {"types": {"twilio/call-to-action": {"body": "x", "actions": {}}}}),
    (20422, {"types": {"twilio/call-to-action": {"body": "x", "actions": "t"}}}),
    (20422, {"types": {"whatsapp/flows": {"body": "x", "button_text": "y"}}}),
]


@pytest.mark.parametrize(("code", "content"), REFUSED)
async def test_what_a_template_may_not_be(local: Local, code: int, content: dict[str, object]) -> None:
    whole = {"friendly_name": "x", "language": "en", "types": TEXT, **content}

    answer = await post(local, "/v1/Content", {name: v for name, v in whole.items() if v is not None})

    assert (answer.status, answer.code) == (400, code)
    assert answer.json["message"]


async def test_what_is_no_json_object_is_refused(local: Local) -> None:
    assert (await post(local, "/v1/Content", [])).code == 20422
    assert (await local.call("POST", "/v1/Content", {"language": "en"})).code == 20422


async def test_an_approval_moves_on_the_clock(local: Local) -> None:
    sid = (await created(local))["sid"]
    path = f"/v1/Content/{sid}/ApprovalRequests/whatsapp"
    assert (await approval(local, sid))["status"] == "unsubmitted"

    answer = await post(local, path, {"name": "greeting", "category": "UTILITY"})
    seen = [answer.json["status"]]
    for seconds in (31, 300):
        await local.advance(seconds)
        seen.append((await approval(local, sid))["status"])

    assert (answer.status, seen) == (201, ["received", "pending", "approved"])
    assert (await post(local, path, {"name": "greeting", "category": "UTILITY"})).status == 409


@pytest.mark.parametrize(
    "content",
    [
        {"name": "Greeting", "category": "UTILITY"},
        {"name": "greeting", "category": "SPAM"},
        {"category": "UTILITY"},
    ],
)
async def test_a_bad_approval_request_is_refused(local: Local, content: dict[str, str]) -> None:
    sid = (await created(local))["sid"]

    answer = await post(local, f"/v1/Content/{sid}/ApprovalRequests/whatsapp", content)

    assert answer.code == 20422


@pytest.mark.parametrize("titles", [["a", "b", "c", "d"], ["a title of too many letters"]])
async def test_meta_takes_few_and_short_quick_replies(local: Local, titles: list[str]) -> None:
    actions = [{"title": title} for title in titles]
    sid = (await created(local, types={"twilio/quick-reply": {"body": "x", "actions": actions}}))["sid"]

    answer = await post(
        local, f"/v1/Content/{sid}/ApprovalRequests/whatsapp", {"name": "x", "category": "UTILITY"}
    )

    assert answer.code == 20422


async def test_the_control_api_decides_what_meta_will_say(local: Local) -> None:
    sid = (await created(local))["sid"]
    await local.does("POST", f"/content/{sid}/approval", {"verdict": "rejected", "reason": "Spam"})
    await post(local, f"/v1/Content/{sid}/ApprovalRequests/whatsapp", {"name": "x", "category": "UTILITY"})
    await local.advance(400)

    found = await approval(local, sid)
    assert (found["status"], found["rejection_reason"]) == ("rejected", "Spam")

    await local.does("POST", f"/content/{sid}/approval", {"status": "paused"})
    assert (await approval(local, sid))["status"] == "paused"


@pytest.mark.parametrize(
    ("content", "field"),
    [({}, "status"), ({"status": "great"}, "status"), ({"status": "approved", "reason": "x"}, "reason")],
)
async def test_a_bad_decision_is_explained(local: Local, content: dict[str, str], field: str) -> None:
    sid = (await created(local))["sid"]

    answer = await local.control("POST", f"/content/{sid}/approval", content)

    assert answer.status == 400
    assert field in [one["field"] for one in answer.json["errors"]]
    assert (await approval(local, sid))["status"] == "unsubmitted"
    assert (await local.control("POST", f"/content/HX{'0' * 32}/approval", {})).status == 404


async def test_an_approved_template_is_not_changed(local: Local) -> None:
    sid = (await created(local))["sid"]
    changed = {"types": {"twilio/text": {"body": "Bye {{1}}"}}}

    answer = await post(local, f"/v1/Content/{sid}", changed, "PUT")
    assert (answer.status, answer.json["types"]) == (200, changed["types"])

    await local.does("POST", f"/content/{sid}/approval", {"status": "approved"})
    assert (await post(local, f"/v1/Content/{sid}", changed, "PUT")).status == 409


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ContentName=ORDER", ["order_update"]),
        ("Content=percent%20off%20every", ["spring_sale"]),
        ("ChannelEligibility=whatsapp:approved", ["order_update"]),
        ("ContentType=twilio/quick-reply", ["order_update"]),
        ("Language=de", []),
        ("DateCreatedAfter=2999-01-01T00:00:00Z", []),
        ("DateCreatedBefore=2000-01-01T00:00:00Z", []),
        ("SortByContentName=asc", ["appointment_reminder", "order_update", "spring_sale"]),
        ("SortByContentName=desc", ["spring_sale", "order_update", "appointment_reminder"]),
    ],
)
async def test_the_second_version_searches(local: Local, query: str, names: list[str]) -> None:
    rows = (await local.call("GET", f"/v2/Content?{query}")).json["contents"]

    assert [one["friendly_name"] for one in rows] == names


async def test_a_search_by_a_broken_pattern_is_refused(local: Local) -> None:
    assert (await local.call("GET", "/v2/Content?Content=%5B")).code == 20422


async def test_templates_of_one_account_are_unknown_to_another(local: Local) -> None:
    sid = (await created(local))["sid"]
    other = await local.account(templates=["Hello", {"friendly_name": "b", "types": TEXT}])

    assert (await other.call("GET", f"/v1/Content/{sid}")).status == 404
    assert len((await other.does("GET", f"/accounts/{other.sid}/templates"))["templates"]) == 2


async def test_a_strict_account_knows_the_names_in_a_json_body(local: Local) -> None:
    account = await local.account(strict=True)

    assert (await post(account, "/v1/Content", {"language": "en", "typs": {}})).code == 20001
    await created(account)


async def test_an_account_with_a_broken_template_is_not_made(local: Local) -> None:
    answer = await local.control("POST", "/accounts", {"templates": [{"types": {"x": {}}}]})

    assert answer.status == 400
    assert "Unsupported Content Type" in answer.json["errors"][0]["cause"]


async def test_a_snapshot_keeps_what_meta_and_the_schedule_still_owe(local: Local) -> None:
    sid = (await created(local))["sid"]
    account = await local.account(messaging_services=["Shop"])
    later = iso(local.simulator.world.clock.now() + 3_600_000)
    message = await account.sent(
        From=None,
        MessagingServiceSid=account.facts["messaging_service"],
        ScheduleType="fixed",
        SendAt=later,
    )
    await post(local, f"/v1/Content/{sid}/ApprovalRequests/whatsapp", {"name": "x", "category": "UTILITY"})
    await local.does("POST", "/snapshots/before")
    await local.advance(4000)
    await local.does("POST", "/snapshots/before/restore")

    assert (await approval(local, sid))["status"] == "received"
    await local.advance(4000)

    assert (await approval(local, sid))["status"] == "approved"
    assert (await account.message(message["sid"]))["status"] == "delivered"
