"""The world at the top of the page: clock, account, faults, snapshots, search, debugger."""

import pytest
from playwright.async_api import Browser, expect
from tests.simulator.local import Local
from tests.simulator.pages.window import Window, looking

from twilio_simulator.simulator import Simulator

pytestmark = pytest.mark.anyio


async def test_the_clock_is_turned_and_stopped(browser: Browser, fresh: Simulator) -> None:
    clock = fresh.world.clock
    async with looking(browser, fresh) as window:
        await window.keys("f")
        await expect(window.one("#freeze")).to_have_attribute("aria-pressed", "true")
        stopped = clock.now()
        await window.keys("+")
        await expect(window.one("#now")).to_have_attribute("data-now", str(stopped + 60_000))
        await window.button("+24 h").click()
        await expect(window.one("#now")).to_have_attribute("data-now", str(stopped + 60_000 + 86_400_000))
        await window.keys("f")
        await expect(window.one("#freeze")).to_have_attribute("aria-pressed", "false")

    assert not clock.frozen


async def test_time_runs_faster_at_another_speed(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await window.page.get_by_label("Speed of time").select_option("60")
        await expect(window.one(".speed option[selected]")).to_have_attribute("value", "60")

    assert fresh.world.clock.speed == 60


async def test_an_account_becomes_a_trial_one(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await window.open("account")
        await window.button("Make it a Trial account").click()
        await expect(window.one("#account .kind")).to_have_text("Trial")

    assert fresh.account.type == "Trial"


async def test_another_account_is_chosen(browser: Browser, local: Local) -> None:
    other = await local.account(friendly_name="Second shop")
    async with looking(browser, local.simulator) as window:
        await window.open("account")
        await (
            window.one(
                ".accounts a",
            )
            .filter(has_text="Second shop")
            .click()
        )

        await expect(window.one("#account > summary")).to_contain_text("Second shop")
        await expect(window.one("#to")).to_have_value(other.number)


async def test_an_armed_fault_lights_the_lamp_and_hits_the_next_send(browser: Browser, local: Local) -> None:
    async with looking(browser, local.simulator) as window:
        await window.open("faults")
        await window.one(".switches button").first.click()
        await expect(window.one("#armed")).to_have_text("1")
        assert (await local.send()).code == 20429

        await expect(window.one("#armed")).to_have_text("0")
        await window.one("#debugger > summary").click()
        await expect(window.one(".alerts")).to_contain_text("Too Many Requests")


async def test_every_switch_of_the_board_is_taken_by_the_fault_book(browser: Browser, local: Local) -> None:
    async with looking(browser, local.simulator) as window:
        await window.open("faults")
        switches = window.one(".switches button")
        count = await switches.count()
        for index in range(count):
            await switches.nth(index).click()
        await expect(window.one("#armed")).to_have_text(str(count))
        await window.one("#disarm").click()
        await expect(window.one("#armed")).to_have_text("0")

    assert count > 5
    assert local.simulator.faults.faults == []


async def test_a_demo_plays_and_leads_to_its_phone(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh, "/phone/+12125550100") as window:
        await window.one("#thread .demos button").first.click()

        await expect(window.one("li.bubble").first).to_be_visible(timeout=15_000)
        assert "+12125550100" not in window.page.url


async def test_what_nothing_answers_to_is_listed(browser: Browser, local: Local) -> None:
    await local.call("GET", "/v1/Rooms")
    async with looking(browser, local.simulator) as window:
        await window.keys("d")

        await expect(window.one(".missed")).to_contain_text("GET /v1/Rooms")


async def test_a_reset_is_taken_back(browser: Browser, local: Local) -> None:
    await local.sent(Body="Keep me")
    async with looking(browser, local.simulator) as window:
        await window.open("travel")
        await window.one("#reset").click()
        await expect(window.one("#thread")).to_contain_text("No messages yet")
        await window.one("#toast button").click()

        await expect(window.bubble("Keep me")).to_be_visible()


async def test_a_snapshot_is_taken_and_restored(browser: Browser, local: Local) -> None:
    async with looking(browser, local.simulator) as window:
        await window.open("travel")
        await window.one("#snapshot-name").fill("empty")
        await window.button("Take snapshot").click()
        await (
            window.one(
                "#travel li",
            )
            .filter(has_text="empty")
            .wait_for(state="attached")
        )
        await local.sent(Body="Too late")
        await expect(window.bubble("Too late")).to_be_visible()
        await window.open("travel")
        await window.one("#snapshot-empty button").first.click()

        await expect(window.one("#thread")).to_contain_text("No messages yet")


async def test_the_keyboard_alone_gets_through(browser: Browser, local: Local) -> None:
    await local.sent(Body="First")
    await local.advance(1)
    await local.sent(Body="Second")
    async with looking(browser, local.simulator) as window:
        await window.keys("j")
        await expect(window.one(".bubble.chosen")).to_contain_text("Second")
        await window.keys("k")
        await expect(window.one(".bubble.chosen")).to_contain_text("First")
        await window.keys("Escape")
        await expect(window.one(".bubble.chosen")).to_have_count(0)
        await window.keys("2")
        await expect(window.one("#device")).to_have_attribute("data-tab", "whatsapp")
        await window.keys("/")
        assert await window.focused() == "q"
        await window.keys("Escape", "c")
        assert await window.focused() == "body"
        await window.keys("Escape", "?")
        await expect(window.one("#shortcuts")).to_be_visible()


async def test_single_keys_can_be_switched_off(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await window.keys("?")
        await window.page.get_by_label("Shortcuts are on").uncheck()
        await window.keys("Escape", "f")
        await _a_moment(window)

    assert not fresh.world.clock.frozen


async def _a_moment(window: Window) -> None:
    await window.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
