"""Whether everyone can use the page: axe, narrow screens, light and dark."""

import pytest
from playwright.async_api import Browser, expect
from tests.simulator.local import Local, Receiver
from tests.simulator.pages.window import ADA, Scheme, Window, looking

pytestmark = pytest.mark.anyio
WIDTHS = (1440, 1024, 390)


@pytest.fixture
async def lived(local: Local, receiver: Receiver) -> str:
    """A world in which everything that the page can show has happened; the SID of a failed message."""
    phone = f"/phones/{ADA.replace('+', '%2B')}"
    await local.sent(Body="Your table is booked", StatusCallback=f"{receiver.url}/status")
    await local.start()
    await local.does("POST", f"{phone}/messages", {"to": local.number, "body": "Thanks"})
    await local.does("POST", f"/accounts/{local.sid}/sandbox", {"join": [ADA]})
    await local.sent(To=f"whatsapp:{ADA}", From="whatsapp:+14155238886", Body="Hi")
    await local.advance(5)
    await local.does("POST", "/phones", {"profile_name": "Ben Okri"})
    await local.does("PATCH", phone, {"state": "off"})
    failed = await local.sent(Body="Are you there?", StatusCallback="http://127.0.0.1:9/none")
    await local.advance(5)
    await local.send(To="+1")
    await local.does("POST", "/snapshots/lunch", {})
    await local.does("POST", "/faults", {"match": {}, "do": [{"kind": "rate_limit"}]})
    return str(failed["sid"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_axe_finds_nothing(
    browser: Browser, local: Local, lived: str, width: int, scheme: Scheme
) -> None:
    path = f"/phone/{ADA}?message={lived}"
    async with looking(browser, local.simulator, path, width=width, scheme=scheme) as window:
        await window.page.evaluate("document.getElementById('debugger').open = true")
        assert await window.violations() == []
        await window.page.goto(f"{local.simulator.url}/phone/{ADA}?tab=whatsapp&q=to:0123")
        assert await window.violations() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_menus(browser: Browser, local: Local, lived: str, scheme: Scheme) -> None:
    path = f"/phone/{ADA}?message={lived}"
    async with looking(browser, local.simulator, path, scheme=scheme) as window:
        for menu in ("account", "faults", "travel", "phone-settings", "attach"):
            await window.open(menu)
            assert await window.violations(f"#{menu}") == []
            await window.keys("Escape")
        await window.keys("?")
        assert await window.violations("#shortcuts") == []


@pytest.mark.parametrize("width", [*WIDTHS, 320])
async def test_nothing_sticks_out_at_the_side(browser: Browser, local: Local, lived: str, width: int) -> None:
    async with looking(browser, local.simulator, f"/phone/{ADA}?message={lived}", width=width) as window:
        assert await _overhang(window) == 0
        await window.page.goto(f"{local.simulator.url}/phone/{ADA}?tab=whatsapp")
        assert await _overhang(window) == 0


@pytest.fixture
async def crowded(local: Local) -> None:
    """Many phones and messages; long, wide and right-to-left texts."""
    names = ("Bartholomew Montgomery-Featherstonehaugh", "\N{HEBREW LETTER SHIN}\N{HEBREW LETTER RESH}", "B")
    for number in range(70):
        await local.does("POST", "/phones", {"profile_name": names[number % 3]})
    await local.sent(Body="\N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED} 20:00 \N{LEMON}")
    await local.sent(Body="https://example.com/" + "withoutanybreak" * 90)
    await local.sent(Body="Please bring your own cup. " * 50)
    await local.advance(60)


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize("width", [1440, 390])
async def test_a_crowded_world_fits(browser: Browser, local: Local, width: int) -> None:
    async with looking(browser, local.simulator, width=width) as window:
        assert await _overhang(window) == 0
        assert await _overhang(window, "#thread") == 0
        assert await window.violations() == []
        await expect(window.one(".handsets li")).to_have_count(60)
        await window.page.goto(f"{local.simulator.url}/phone/{ADA}?q=0")
        assert await _overhang(window) == 0
        assert await _overhang(window, "#happened") == 0


@pytest.mark.parametrize("width", [830, 900, 320])
async def test_nothing_is_cut_off_at_the_edge_of_the_phone(
    browser: Browser, local: Local, lived: str, width: int
) -> None:
    path = f"/phone/{ADA}?tab=whatsapp&message={lived}" if width > 820 else f"/phone/{ADA}?tab=whatsapp"
    async with looking(browser, local.simulator, path, width=width) as window:
        edges = "one => one.getBoundingClientRect().right"
        edge = await window.one("#device").evaluate(edges)
        for part in (".send", "#phone-settings", ".tabs", ".bars"):
            assert await window.one(part).evaluate(edges) <= edge


@pytest.mark.usefixtures("crowded")
async def test_a_text_from_right_to_left_begins_at_the_right(browser: Browser, local: Local) -> None:
    async with looking(browser, local.simulator) as window:
        body = window.bubble("20:00").locator(".body")
        assert await body.evaluate("one => getComputedStyle(one).direction") == "rtl"
        latin = window.bubble("own cup").locator(".body")
        assert await latin.evaluate("one => getComputedStyle(one).direction") == "ltr"


async def test_a_message_chosen_elsewhere_comes_into_sight(browser: Browser, local: Local) -> None:
    first = await local.sent(Body="The first of many")
    for number in range(30):
        await local.sent(Body=f"Number {number}")
    await local.advance(60)
    path = f"/phone/{ADA}?message={first['sid']}"
    async with looking(browser, local.simulator, path) as window:
        await expect(window.bubble("The first of many")).to_be_in_viewport()


async def test_on_a_narrow_screen_results_leave_the_search_box_free(browser: Browser, local: Local) -> None:
    await local.does("POST", "/phones", {"number": "+14155550124", "profile_name": "Ben"})
    async with looking(browser, local.simulator, width=390) as window:
        await window.one("#q").fill("Ben")
        await expect(window.one("#found-handset a")).to_be_in_viewport()
        await expect(window.one("#q")).to_be_focused()
        await window.one("#found-handset a").click()
        await expect(window.one(".owner h1")).to_contain_text("Ben")
        await expect(window.one("#body")).to_be_in_viewport()
        await expect(window.one("#happened")).to_be_hidden()


async def _overhang(window: Window, part: str = "html") -> int:
    """Pixels that a part is wider inside than it is."""
    wider = "one => one.scrollWidth - one.clientWidth"
    return int(await window.one(part).evaluate(wider))


async def test_on_a_narrow_screen_the_story_covers_the_phone_and_closes(
    browser: Browser, local: Local, lived: str
) -> None:
    async with looking(browser, local.simulator, f"/phone/{ADA}?message={lived}", width=390) as window:
        await expect(window.one("#happened")).to_be_visible()
        await window.one("#close-story").click()
        await expect(window.one("#happened")).to_be_hidden()
        await expect(window.one("#body")).to_be_in_viewport()


async def test_the_page_follows_the_system_into_the_dark(browser: Browser, local: Local) -> None:
    async with looking(browser, local.simulator) as window:
        light = await _ground(window)
        await window.page.emulate_media(color_scheme="dark")

        assert (light, await _ground(window)) == ("rgb(238, 240, 244)", "rgb(16, 19, 24)")


async def _ground(window: Window) -> str:
    return str(await window.page.evaluate("getComputedStyle(document.body).backgroundColor"))
