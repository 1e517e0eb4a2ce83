"""The page keeps up with the world, whatever happens to the connection."""

import pytest
from playwright.async_api import Browser, expect
from tests.simulator.local import Local
from tests.simulator.pages.window import ADA, looking

from twilio_simulator.running import serving
from twilio_simulator.simulator import Options, Simulator

pytestmark = pytest.mark.anyio


async def test_a_simulator_that_was_started_again_is_followed_again(browser: Browser) -> None:
    first = Simulator(Options(seed=1))
    async with serving(first) as url:
        port = int(url.rpartition(":")[2])
        await Local(first).sent(Body="Before")
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(f"{url}/phone/{ADA}")
        await expect(page.locator("#thread")).to_contain_text("Before")
    second = Simulator(Options(seed=1))
    async with serving(second, port=port):
        await expect(page.locator("#thread")).to_contain_text("No messages yet", timeout=10_000)
        await Local(second).sent(Body="After")
        await expect(page.locator("#thread")).to_contain_text("After")
        await context.close()


async def test_what_is_half_typed_stays_when_the_world_moves(browser: Browser, fresh: Simulator) -> None:
    local = Local(fresh)
    async with looking(browser, fresh) as window:
        await window.keys("c")
        await window.page.keyboard.type("Half a sen")
        await local.sent(Body="An interruption")
        await expect(window.bubble("An interruption").locator(".state")).to_have_text("delivered")
        await window.page.keyboard.type("tence")

        assert await window.one("#body").input_value() == "Half a sentence"
        assert await window.focused() == "body"


async def test_an_open_menu_stays_open_when_the_world_moves(browser: Browser, fresh: Simulator) -> None:
    local = Local(fresh)
    async with looking(browser, fresh) as window:
        await window.open("faults")
        await local.sent(Body="An interruption")
        await expect(window.bubble("An interruption")).to_be_visible()

        await expect(window.one("#disarm")).to_be_visible()


async def test_requests_per_second_are_counted(browser: Browser, fresh: Simulator) -> None:
    local = Local(fresh)
    async with looking(browser, fresh) as window:
        for _ in range(10):
            await local.sent()

        await expect(window.one("#rate")).to_have_text("2.0")
