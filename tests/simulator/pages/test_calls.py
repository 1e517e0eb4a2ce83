"""Calls on the page: they ring, speak, take keys and end."""

import pytest
from playwright.async_api import Browser, expect
from tests.simulator.local import Local
from tests.simulator.pages.window import ADA, looking

pytestmark = pytest.mark.anyio
MENU = (
    '<Response><Gather numDigits="1"><Say>Your code is 4 8 1 5. Press 1 to hear it again.</Say></Gather>'
    "<Say>Goodbye</Say></Response>"
)


async def test_a_call_is_answered_heard_and_hung_up(browser: Browser, local: Local) -> None:
    await local.call("POST", "{}/Calls.json", {"To": ADA, "From": local.number, "Twiml": MENU})
    async with looking(browser, local.simulator) as window:
        await local.advance(2)
        await expect(window.one("#announcer")).to_have_text("Incoming call: (415) 555-0100")
        await window.button("Answer").click()
        await expect(window.one(".heard")).to_contain_text("Press 1 to hear it again")
        await local.advance(5)
        assert await window.violations("#device") == []
        await window.button("1").click()
        await window.button("Hang up").click()

        await expect(window.one("#call")).to_have_count(0)
        await window.bubble("Press 1").last.locator("a").click()
        await expect(window.one(".story")).to_contain_text("completed")


async def test_a_call_is_declined(browser: Browser, local: Local) -> None:
    await local.call("POST", "{}/Calls.json", {"To": ADA, "From": local.number, "Twiml": MENU})
    await local.advance(2)
    async with looking(browser, local.simulator) as window:
        assert await window.violations("#device") == []
        await window.button("Decline").click()
        await expect(window.one("#call")).to_have_count(0)

    (call,) = local.simulator.account.calls.values()
    assert call.status == "busy"


async def test_a_code_that_is_called_out_rings_on_the_sheet(browser: Browser, local: Local) -> None:
    await local.does("PATCH", f"/phones/{ADA}", {"calls": "ring"})
    await local.start(to=ADA, Channel="call")
    await local.advance(2)
    async with looking(browser, local.simulator) as window:
        await expect(window.one("#call h2")).to_have_text("Verify")
        assert await window.violations("#device") == []
        await window.button("Answer").click()

        await expect(window.one(".heard")).to_contain_text(" ".join(await local.code(ADA)))
        await local.advance(30)
        await window.bubble("verification code").locator("a").click()
        await expect(window.one(".story")).to_contain_text("completed")
