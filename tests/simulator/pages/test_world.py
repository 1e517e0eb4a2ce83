"""The world at the top of the page: clock, account, faults, snapshots, search, debugger."""

import pytest
from playwright.async_api import Browser, expect
from tests.simulator.local import Local
from tests.simulator.pages.window import ADA, Window, looking

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


async def test_armed_faults_are_listed_and_called_off_one_by_one(browser: Browser, local: Local) -> None:
    await local.does("POST", "/faults", {"match": {"to": "+14155550123"}, "do": ["stall", "rate_limit"]})
    dice = {"match": {}, "do": ["server_error"], "probability": 0.25, "id": "a/b"}
    await local.does("POST", "/faults", dice)
    async with looking(browser, local.simulator) as window:
        await window.open("faults")
        rows = window.one(".armed li")
        await expect(rows).to_contain_text(
            ["stall, then rate limit to +14155550123", "server error any request, 25% of the time"]
        )
        await expect(window.one("#armed")).to_have_text("3")
        assert await window.violations("#faults") == []
        await rows.first.get_by_role("button").click()
        await expect(rows).to_have_count(1)
        await rows.first.get_by_role("button").click()
        await expect(window.one("#faults")).to_contain_text("Nothing is armed")

    assert local.simulator.faults.faults == []


async def test_undo_is_offered_when_there_is_something_to_undo(browser: Browser, local: Local) -> None:
    async with looking(browser, local.simulator) as window:
        await window.open("travel")
        await expect(window.one("#undo")).to_be_disabled()
        await local.does("POST", "/reset", {})
        await expect(window.one("#undo")).to_be_enabled(timeout=8000)


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


async def test_everything_is_reached_by_tab_and_seen_to_have_the_focus(
    browser: Browser, local: Local
) -> None:
    sent = await local.sent(Body="First")
    await local.advance(5)
    async with looking(browser, local.simulator, f"/phone/{ADA}?message={sent['sid']}") as window:
        reached = [await _tabbed(window) for _ in range(60)]
        unseen = [name for name, outlined in reached if not outlined and not name.startswith("<body")]
        wanted = await window.page.evaluate(TABBABLE)

    assert unseen == []
    assert set(wanted) <= {name for name, _ in reached}


STOPS = 'a[href], button, select, input, textarea, summary, [tabindex="0"]'
TABBABLE = f"""[...document.querySelectorAll('{STOPS}')]
    .filter((one) => one.closest('#app'))
    .filter((one) => one.checkVisibility() && !one.disabled).map((one) => one.outerHTML.slice(0, 90))"""
FOCUSED = """(() => {
    const one = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return [one.outerHTML.slice(0, 90), outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2];
})()"""


async def _tabbed(window: Window) -> tuple[str, bool]:
    await window.keys("Tab")
    name, outlined = await window.page.evaluate(FOCUSED)
    return str(name), bool(outlined)


async def test_the_shortcuts_are_told_at_a_click(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await window.button("Shortcuts").click()
        await expect(window.one("#shortcuts")).to_contain_text("next and previous message")
        await window.keys("Escape")
        await expect(window.one("#shortcuts")).to_be_hidden()


async def test_single_keys_can_be_switched_off(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await window.keys("?")
        await window.page.get_by_label("Shortcuts are on").uncheck()
        await window.keys("Escape", "f")
        await _a_moment(window)

    assert not fresh.world.clock.frozen


async def _a_moment(window: Window) -> None:
    await window.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
