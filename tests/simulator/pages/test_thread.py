"""One phone's messages as one list."""

import pytest
from tests.simulator.local import Local
from tests.simulator.pages.window import ADA

from twilio_simulator.pages.thread import KEPT, Bubble, thread

pytestmark = pytest.mark.anyio
TEXTS = f"/phones/{ADA.replace('+', '%2B')}/messages"


def bubbles(local: Local, tab: str = "sms") -> list[Bubble]:
    return thread(local.simulator.world, local.simulator.world.handsets.get(ADA), tab)


async def test_what_comes_in_one_instant_stays_in_order(local: Local) -> None:
    await local.change(progress="immediate")
    await local.sent(Body="Reply STOP to end")
    await local.does("POST", TEXTS, {"to": local.number, "body": "STOP"})
    await local.does("POST", TEXTS, {"to": local.number, "body": "START"})
    await local.sent(Body="Welcome back")

    first, stop, stopped, start, started, last = bubbles(local)
    assert [first.body, stop.body, start.body, last.body] == [
        "Reply STOP to end",
        "STOP",
        "START",
        "Welcome back",
    ]
    assert not stopped.own
    assert not started.own


async def test_a_tab_has_its_channel_only(local: Local) -> None:
    await local.does("POST", TEXTS, {"to": local.number, "body": "By text"})
    await local.does("POST", TEXTS, {"to": local.whatsapp, "body": "By WhatsApp"})

    assert [one.body for one in bubbles(local)] == ["By text"]
    assert [one.body for one in bubbles(local, "whatsapp")] == ["By WhatsApp"]


async def test_every_bubble_has_a_key_of_its_own(local: Local) -> None:
    for _ in range(3):
        await local.start(Channel="call")
        await local.does("POST", TEXTS, {"to": local.number, "body": "Same"})
        await local.advance(60)

    keys = [one.key for one in bubbles(local)]
    assert len(set(keys)) == len(keys) >= 6


async def test_what_is_too_old_to_be_shown_does_not_come_back_out_of_order(local: Local) -> None:
    await local.change(progress="immediate")
    for number in range(KEPT + 10):
        await local.sent(Body=f"Number {number}")

    shown = bubbles(local)
    assert [one.body for one in shown] == [f"Number {number}" for number in range(10, KEPT + 10)]
    assert all(one.message is not None for one in shown)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("Your Shop verification code is: 123456", "123456"),
        ("Your code is 1 2 3 4", "1234"),
        ("PIN 0042, valid until 19:30", "0042"),
        ("Your order 1042 costs $2500", None),
        ("Use code now", None),
    ],
)
def test_a_code_is_found_where_one_is_told(body: str, code: str | None) -> None:
    assert Bubble(0, "sms", own=False, peer="", body=body, account_sid="").code == code
