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

        await expect(window.one(".switches")).to_be_visible()


async def test_requests_per_second_are_counted(browser: Browser, fresh: Simulator) -> None:
    local = Local(fresh)
    async with looking(browser, fresh) as window:
        for _ in range(10):
            await local.sent()

        await expect(window.one("#rate")).to_have_text("2.0")


async def test_a_chosen_number_stays_chosen_when_the_world_moves(browser: Browser, local: Local) -> None:
    shop = await local.account(numbers=["+14155550160", "+14155550161"])
    path = f"/phone/{ADA}?account={shop.sid}"
    async with looking(browser, local.simulator, path) as window:
        await window.page.get_by_label("To", exact=True).select_option("+14155550161")
        await local.sent(Body="An interruption")
        await expect(window.bubble("An interruption")).to_be_visible()

        await expect(window.one("#to")).to_have_value("+14155550161")


async def test_a_draft_is_not_carried_to_another_person(browser: Browser, local: Local) -> None:
    await local.does("POST", "/phones", {"number": "+14155550124", "profile_name": "Ben"})
    async with looking(browser, local.simulator) as window:
        await window.keys("c")
        await window.page.keyboard.type("As Ada")
        await window.one("#h-14155550124 a").click()
        await expect(window.one(".owner h1")).to_contain_text("Ben")

        assert await window.one("#body").input_value() == ""


async def test_the_other_tab_tells_of_new_messages(browser: Browser, fresh: Simulator) -> None:
    local = Local(fresh)
    async with looking(browser, fresh, f"/phone/{ADA}?tab=whatsapp") as window:
        await local.sent(Body="By text")
        await expect(window.one(".tabs a").first).to_contain_text("new")
        await expect(window.one("#announcer")).to_contain_text("New messages under SMS")
        await window.keys("1")

        await expect(window.one(".tabs a").first).to_have_text("SMS")


async def test_several_messages_at_once_are_all_announced(browser: Browser, fresh: Simulator) -> None:
    local = Local(fresh)
    await local.change(progress="immediate")
    async with looking(browser, fresh) as window:
        await local.sent(Body="First")
        await local.sent(Body="Second")
        announced = f"New message for {ADA}: First. New message for {ADA}: Second"
        await expect(window.one("#announcer")).to_have_text(announced)
        for number in range(5):
            await local.sent(Body=f"Number {number}")
        await expect(window.one("#announcer")).to_have_text(f"5 new messages for {ADA}")


async def test_a_message_that_fails_later_is_announced(browser: Browser, local: Local) -> None:
    await local.does("PATCH", f"/phones/{ADA.replace('+', '%2B')}", {"state": "off"})
    await local.sent(Body="Are you there?")
    async with looking(browser, local.simulator) as window:
        await expect(window.bubble("Are you there?")).to_be_visible()
        await local.advance(10)

        words = f"Not delivered to {ADA}: Are you there? (undelivered 30003)"
        await expect(window.one("#announcer")).to_have_text(words)
