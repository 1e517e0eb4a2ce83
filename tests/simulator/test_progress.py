from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.local import HANDSET, Local

from twilio_simulator.simulator import Options, Simulator
from twilio_simulator.world.message import FINISHED, NEXT

pytestmark = pytest.mark.anyio


async def timeline(local: Local, sid: str) -> list[str]:
    shown = await local.does("GET", f"/messages/{sid}")
    return [step["status"] for step in shown["timeline"]]


async def ended(local: Local, **parameters: object) -> Any:
    """A message after its life."""
    sid = (await local.sent(**parameters))["sid"]
    await local.advance(30)
    return await local.message(sid)


async def test_a_text_goes_through_every_status(local: Local) -> None:
    message = await ended(local)

    assert await timeline(local, message["sid"]) == ["queued", "sending", "sent", "delivered"]
    assert message["date_sent"] is not None
    assert message["price"] == "-0.00790"
    assert message["error_code"] is None


async def test_the_price_appears_after_delivery(local: Local) -> None:
    sid = (await local.sent(Body="a" * 200))["sid"]
    await local.advance(2)
    delivered = await local.message(sid)
    await local.advance(5)

    assert (delivered["status"], delivered["price"]) == ("delivered", None)
    assert (await local.message(sid))["price"] == "-0.01580"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("off", 30003),
        ("blocking", 30004),
        ("unknown", 30005),
        ("unreachable_carrier", 30006),
        ("spam_filtered", 30007),
    ],
)
async def test_the_handset_decides_how_a_text_ends(local: Local, state: str, code: int) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"state": state})

    message = await ended(local)

    assert (message["status"], message["error_code"]) == ("undelivered", code)
    assert message["error_message"]
    assert (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"] == []


async def test_a_handset_can_end_every_text_with_a_given_code(local: Local) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"outcome_code": 30008})

    assert (await ended(local))["error_code"] == 30008


async def test_an_account_suspended_meanwhile_fails_its_messages(local: Local) -> None:
    sid = (await local.sent())["sid"]
    await local.change(status="suspended")
    await local.advance(10)
    await local.change(status="active")

    message = await local.message(sid)

    assert (message["status"], message["error_code"]) == ("failed", 30002)


async def test_a_delivered_text_shows_on_the_handset(local: Local) -> None:
    await ended(local, Body="Your parcel is here")

    shown = (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"]

    assert [(one["body"], one["peer"], one["channel"]) for one in shown] == [
        ("Your parcel is here", local.number, "sms")
    ]


async def test_immediate_progress_is_over_at_the_answer(local: Local) -> None:
    await local.change(progress="immediate")
    sent = await local.sent()

    assert sent["status"] == "queued"
    assert (await local.message(sent["sid"]))["status"] == "delivered"


async def test_manual_progress_moves_only_by_hand(local: Local) -> None:
    await local.change(progress="manual")
    sid = (await local.sent())["sid"]
    await local.advance(600)

    assert (await local.message(sid))["status"] == "queued"

    await local.does("POST", f"/messages/{sid}/status", {"status": "sent"})
    await local.does("POST", f"/messages/{sid}/status", {"status": "undelivered", "error_code": 30008})
    assert (await local.message(sid))["error_code"] == 30008


async def test_an_impossible_step_needs_force(local: Local) -> None:
    message = await ended(local)
    path = f"/messages/{message['sid']}/status"

    refused = await local.control("POST", path, {"status": "queued"})
    forced = await local.control("POST", path, {"status": "undelivered", "force": True})

    assert refused.status == 400
    assert "cannot go from delivered to queued" in refused.json["errors"][0]["cause"]
    assert forced.json["status"] == "undelivered"


@pytest.mark.parametrize("state", ["reachable", "off"])
async def test_an_end_stays_the_end(local: Local, state: str) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"state": state})
    message = await ended(local)
    path = f"/messages/{message['sid']}/status"

    answers = [await local.control("POST", path, {"status": end}) for end in sorted(FINISHED - {"read"})]

    assert {answer.status for answer in answers} == {400}
    assert (await local.message(message["sid"]))["status"] == message["status"]


async def test_speed_shortens_the_way(local: Local) -> None:
    await local.change(speed=100)
    sid = (await local.sent())["sid"]
    await local.advance(0.05)

    assert (await local.message(sid))["status"] == "delivered"


async def test_time_runs_by_itself_unless_frozen() -> None:
    local = Local(Simulator(Options(seed=1)))
    await local.change(speed=50)
    sid = (await local.sent())["sid"]

    await local.does("GET", f"/wait?kind=message.status&subject={sid}&status=delivered&timeout=5")

    assert (await local.message(sid))["status"] == "delivered"


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.floats(0, 2),
            st.sampled_from(["off", "reachable", "blocking", "unknown"]),
            st.sampled_from(["sms", "whatsapp"]),
        ),
        max_size=12,
    )
)
async def test_statuses_only_move_forward(steps: list[float | str]) -> None:
    local = Local(Simulator(Options(seed=7)))
    local.simulator.world.clock.freeze()
    sids = []
    for step in steps:
        if isinstance(step, float):
            await local.advance(step)
        elif step == "sms":
            sids.append((await local.sent())["sid"])
        elif step == "whatsapp":
            sids.append((await local.sent(To=f"whatsapp:{HANDSET}", From=local.whatsapp))["sid"])
        else:
            await local.does("PATCH", f"/phones/{HANDSET}", {"state": step})
    await local.advance(60)

    for sid in sids:
        seen = await timeline(local, sid)
        assert all(after in NEXT[before] for before, after in pairwise(seen))
        assert seen[-1] in FINISHED | {"sent"}
        assert sum(status in FINISHED - {"read"} for status in seen) <= 1
