"""The drawer at the foot: what it counts, what it tells, where it leads."""

import pytest
from playwright.async_api import Browser, expect
from tests.simulator.local import Local, Receiver
from tests.simulator.pages.window import ADA, looking

from twilio_simulator.exchange import Reply

pytestmark = pytest.mark.anyio


async def _alert(local: Local, receiver: Receiver) -> None:
    """An answer that is no TwiML."""
    await local.change(inbound_url=f"{receiver.url}/inbound")
    receiver.answers.append(Reply(200, b"<Answer/>", content_type="text/xml"))
    phone = f"/phones/{ADA.replace('+', '%2B')}/messages"
    await local.does("POST", phone, {"to": local.number, "body": "For two, please"})
    await local.simulator.webhooks.settled()


async def test_a_demo_with_failed_requests_has_no_alerts(browser: Browser, local: Local) -> None:
    await local.does("POST", "/scenarios/outage", {})
    alerts = (await local.does("GET", "/alerts"))["alerts"]
    requests = (await local.does("GET", "/requests"))["requests"]
    failed = [one for one in requests if one["code"] or one["fault"]]
    async with looking(browser, local.simulator) as window:
        await expect(window.one("#alerts-count")).to_have_text(str(len(alerts)))
        told = f"Debugger{len(alerts)} alerts{len(failed)} failed requests"
        await expect(window.one("#debugger > summary")).to_have_text(told)
        await window.keys("d")
        await expect(window.one("#part-failed h3")).to_have_text(f"Failed requests ({len(failed)})")
        await expect(window.one("#part-alerts")).to_contain_text("None: every webhook was answered")

    assert failed


async def test_an_alert_lights_the_lamp_explains_itself_and_leads_to_its_webhook(
    browser: Browser, local: Local, receiver: Receiver
) -> None:
    await _alert(local, receiver)
    async with looking(browser, local.simulator, "/phone/+14155550199") as window:
        await expect(window.one("#alerts-count.lit")).to_have_text("1")
        await window.keys("d")
        row = window.one("li.alert")
        await expect(row).to_contain_text("12102")
        await expect(row).to_contain_text("documented")
        await row.locator("summary").click()
        await expect(row.locator("pre")).to_have_text("<Answer/>")
        assert await window.violations(".drawer") == []
        await row.get_by_role("link", name="Show what happened").click()

        await expect(window.one("li.webhook:focus")).to_contain_text("Not understood")
        assert ADA in window.page.url


async def test_alerts_are_cleared_here_and_for_the_api(
    browser: Browser, local: Local, receiver: Receiver
) -> None:
    await _alert(local, receiver)
    async with looking(browser, local.simulator) as window:
        await window.keys("d")
        await window.button("Clear").click()
        await expect(window.one("#alerts-count")).to_have_text("0")

    assert (await local.does("GET", "/alerts"))["alerts"] == []


async def test_the_last_message_stays_in_sight_when_the_drawer_opens(browser: Browser, local: Local) -> None:
    for number in range(12):
        await local.sent(Body=f"Number {number}")
    await local.advance(30)
    async with looking(browser, local.simulator) as window:
        last = window.one("li.bubble").last
        await expect(last).to_be_in_viewport()
        await window.keys("d")
        await expect(window.one("#part-alerts")).to_be_visible()
        await expect(last).to_be_in_viewport()


async def test_on_a_narrow_screen_the_drawer_covers_the_phone_and_closes(
    browser: Browser, local: Local
) -> None:
    await local.send(To="+1")
    async with looking(browser, local.simulator, width=390) as window:
        await window.one("#debugger > summary").click()
        await expect(window.one("li.alert")).to_be_in_viewport()
        await window.keys("Escape")
        await expect(window.one("li.alert")).to_be_hidden()
