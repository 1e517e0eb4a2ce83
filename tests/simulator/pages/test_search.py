"""Search over every message."""

import pytest
from playwright.async_api import Browser, expect
from tests.simulator.local import Local
from tests.simulator.pages.window import ADA, looking

from twilio_simulator.exchange import Request
from twilio_simulator.pages.search import found as matching
from twilio_simulator.pages.view import view

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("to:0123", 3),
        ("from:+14155550100", 2),
        ("status:failed", 0),
        ("code:30003", 1),
        ("has:media", 1),
        ("booked", 1),
        ('"table is booked"', 1),
        ("booked code:30003", 0),
        ("after:2000-01-01", 4),
        ("after:2100-01-01", 0),
    ],
)
async def test_search_finds_by(query: str, found: int, local: Local) -> None:

    await _four_messages(local)
    request = Request("GET", f"/phone/{ADA}", query={"q": [query]})

    assert len(list(matching(view(local.simulator, ADA, request)))) == found


async def test_search_leads_to_the_message(browser: Browser, local: Local) -> None:
    await _four_messages(local)
    async with looking(browser, local.simulator) as window:
        await window.keys("/")
        await window.page.keyboard.type("code:30003")
        await window.keys("Enter")
        await expect(window.one(".results")).to_contain_text("1 message found")
        await window.one(".results li a").click()

        await expect(window.one(".story .way")).to_contain_text("undelivered 30003")
        await expect(window.one(".rule")).to_contain_text("Unreachable destination handset")


async def test_a_refused_request_is_found_by_its_code(browser: Browser, local: Local) -> None:
    await local.send(To="+1")
    async with looking(browser, local.simulator, f"/phone/{ADA}?q=code:21211") as window:
        await expect(window.one(".results")).to_contain_text("1 refused request")
        await expect(window.one(".refused")).to_contain_text("Messages.json")


async def _four_messages(local: Local) -> None:
    await local.sent(Body="Your table is booked")
    await local.sent(
        Body="A picture", From=local.whatsapp, To=f"whatsapp:{ADA}", MediaUrl="http://127.0.0.1/a.png"
    )
    await local.does(
        "POST", f"/phones/{ADA.replace('+', '%2B')}/messages", {"to": local.number, "body": "Thanks"}
    )
    await local.advance(5)
    await local.does("PATCH", f"/phones/{ADA.replace('+', '%2B')}", {"state": "off"})
    await local.sent(Body="Are you there?")
    await local.advance(5)
