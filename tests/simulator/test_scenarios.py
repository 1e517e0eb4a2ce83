"""The demos show what they say."""

from typing import Any

import pytest
from tests.simulator.local import Local

pytestmark = pytest.mark.anyio
PHONE = "/phones/%2B14155550142/messages"


async def played(local: Local, name: str) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = (await local.does("POST", f"/scenarios/{name}"))["steps"]
    await local.advance(60)
    return steps


async def screen(local: Local) -> list[str]:
    messages = (await local.does("GET", PHONE))["messages"]
    return [one["body"] for one in messages if one["direction"] == "in"]


async def test_a_login_leaves_a_code_to_enter(local: Local) -> None:
    steps = await played(local, "otp_login")

    code = await local.code("+14155550142")
    assert [one["status"] for one in steps] == [201, 200]
    assert code in (await screen(local))[0]
    assert (await local.check(code, To="+14155550142")).json["valid"] is True


async def test_news_of_an_order_are_delivered_and_read(local: Local) -> None:
    steps = await played(local, "order_update")

    statuses = [(await local.message(one["sid"]))["status"] for one in steps[1:]]
    assert statuses == ["read", "read", "delivered"]
    assert len(await screen(local)) == 3


async def test_after_stop_texts_are_refused(local: Local) -> None:
    steps = await played(local, "opt_out")

    assert (steps[-1]["status"], steps[-1]["code"]) == (400, 21610)


async def test_a_demo_of_stop_does_not_spoil_the_next(local: Local) -> None:
    await played(local, "opt_out")

    steps = await played(local, "outage")

    assert [one.get("status") for one in steps[1:]] == [503, 429, None, 201]


async def test_a_closed_window_shows_late(local: Local) -> None:
    steps = await played(local, "window_closed")

    assert steps[-1]["status"] == 201
    assert (await local.message(steps[-1]["sid"]))["error_code"] == 63016


async def test_an_outage_leaves_two_texts_and_one_answer(local: Local) -> None:
    steps = await played(local, "outage")

    assert [one.get("status") for one in steps[1:]] == [503, 429, None, 201]
    assert len(await screen(local)) == 2
    assert (await local.does("GET", "/faults"))["unused"] == 0


async def test_demos_are_listed_with_what_they_show(local: Local) -> None:
    listed = (await local.does("GET", "/scenarios"))["scenarios"]

    names = ["otp_login", "order_update", "opt_out", "window_closed", "outage"]
    assert [one["name"] for one in listed] == names
    assert all(one["title"] and one["description"] and one["look"] for one in listed)


async def test_a_demo_plays_on_another_account(local: Local) -> None:
    other = await local.account()

    await local.does("POST", "/scenarios/opt_out", {"account": other.sid})

    assert (await local.call("GET", "{}/Messages.json")).json["messages"] == []
    assert (await other.call("GET", "{}/Messages.json")).json["messages"]


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [("nothing", {}, 404), ("opt_out", {"account": "AC1"}, 400), ("opt_out", {"speed": 1}, 400)],
)
async def test_mistakes_are_named(local: Local, path: str, content: dict[str, Any], status: int) -> None:
    answer = await local.control("POST", f"/scenarios/{path}", content)

    assert answer.status == status
    assert (await local.call("GET", "{}/Messages.json")).json["messages"] == []


async def test_a_bare_account_cannot_play(local: Local) -> None:
    bare = await local.does("POST", "/accounts", {"numbers": [], "whatsapp_senders": []})

    answer = await local.control("POST", "/scenarios/opt_out", {"account": bare["account_sid"]})

    assert "lacks" in answer.json["errors"][0]["cause"]
