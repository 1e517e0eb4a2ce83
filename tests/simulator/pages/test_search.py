"""Search over everything."""

import pytest
from playwright.async_api import Browser, expect
from tests.simulator.local import Local, Receiver
from tests.simulator.pages.window import ADA, looking

from twilio_simulator.exchange import Request
from twilio_simulator.pages.query import Find
from twilio_simulator.pages.search import found as matching
from twilio_simulator.pages.view import view

pytestmark = pytest.mark.anyio
PHONE = f"/phones/{ADA.replace('+', '%2B')}"


def finds(local: Local, query: str, kind: str = "") -> list[Find]:
    request = Request("GET", f"/phone/{ADA}", query={"q": [query]})
    found = matching(view(local.simulator, ADA, request))
    return [one for one in found if kind in ("", one.kind)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("to:0123", 3),
        ("from:+14155550100", 2),
        ("status:canceled", 0),
        ("code:30003", 1),
        ("has:media", 1),
        ("booked", 1),
        ('"table is booked"', 1),
        ("booked code:30003", 0),
        ("after:2000-01-01", 4),
        ("after:2100-01-01", 0),
    ],
)
async def test_messages_are_found_by(query: str, found: int, local: Local) -> None:
    await _four_messages(local)

    assert len(finds(local, query, "Message")) == found


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("Ada Lovelace", {"Handset"}),
        ("(415) 555-0123", {"Handset"}),
        ("status:off", {"Handset"}),
        ('"press 1"', {"Call"}),
        ("status:completed", {"Call"}),
        ("from:0100 is:call", {"Call"}),
        ("code:{code}", {"Code"}),
        ("status:pending to:0123", {"Code"}),
        ("code:11202", {"Webhook", "Alert"}),
        ("/none", {"Webhook", "Alert"}),
        ("to:0123 is:webhooks", {"Webhook"}),
        ("code:21211", {"Request"}),
        ("status:400", {"Request"}),
        ("is:alert after:2000-01-01", {"Alert"}),
        ("is:nothing", set()),
        ("to:0123 status:", set()),
    ],
)
async def test_everything_else_is_found_by(query: str, kinds: set[str], local: Local) -> None:
    await _everything(local)
    query = query.replace("{code}", await local.code())

    assert {one.kind for one in finds(local, query)} == kinds


async def test_an_unknown_field_is_a_word_like_any_other(local: Local) -> None:
    await local.sent(Body="See http://example.com/a")

    assert [one.kind for one in finds(local, "http://example.com/a")] == ["Message"]


async def test_search_leads_to_the_message(browser: Browser, local: Local) -> None:
    await _four_messages(local)
    async with looking(browser, local.simulator) as window:
        await window.keys("/")
        await window.page.keyboard.type("code:30003")
        await window.keys("Enter")
        await expect(window.one(".results [role=status]")).to_have_text("1 message")
        await window.one(".results li a").click()

        await expect(window.one(".story .way")).to_contain_text("undelivered 30003")
        await expect(window.one(".rule")).to_contain_text("Unreachable destination handset")


async def test_results_come_while_one_types_and_go_with_the_words(browser: Browser, local: Local) -> None:
    await _four_messages(local)
    async with looking(browser, local.simulator) as window:
        await window.keys("/")
        await window.page.keyboard.type("boo")
        await expect(window.one("#found-message a")).to_have_count(1)
        assert await window.focused() == "q"
        await window.page.keyboard.type("ts")
        await expect(window.one(".results [role=status]")).to_have_text("Nothing found")
        await window.one("#q").fill("")
        await expect(window.one(".results h2")).to_have_text("Latest messages")


async def test_a_filter_is_added_at_a_click(browser: Browser, local: Local) -> None:
    await _four_messages(local)
    async with looking(browser, local.simulator, f"/phone/{ADA}?q=picture") as window:
        await window.button("has:media").click()
        assert await window.one("#q").input_value() == "picture has:media"
        await expect(window.one(".results [role=status]")).to_have_text("1 message")
        await window.button("is:webhook").click()
        await expect(window.one(".results [role=status]")).to_have_text("Nothing found")


async def test_a_search_leads_away_from_the_chosen_message(browser: Browser, local: Local) -> None:
    sent = await local.sent(Body="Your table is booked")
    async with looking(browser, local.simulator, f"/phone/{ADA}?message={sent['sid']}") as window:
        await window.one("#q").fill("table")
        await expect(window.one("#found-message a")).to_have_count(1)


async def test_a_refused_request_is_found_and_shown_in_the_drawer(browser: Browser, local: Local) -> None:
    await local.send(To="+1")
    async with looking(browser, local.simulator, f"/phone/{ADA}?q=code:21211") as window:
        await expect(window.one(".results [role=status]")).to_have_text("1 request")
        await window.one("#found-request a").click()

        row = window.page.locator("li.alert", has_text="21211")
        await expect(row).to_be_in_viewport()
        await expect(row).to_be_focused()


async def test_a_webhook_is_found_and_shown_in_its_story(
    browser: Browser, local: Local, receiver: Receiver
) -> None:
    await local.sent(StatusCallback=f"{receiver.url}/status")
    await local.advance(5)
    async with looking(browser, local.simulator, f"/phone/{ADA}?q=is:webhook") as window:
        await expect(window.one("#found-webhook a")).to_have_count(2)
        assert await window.violations("#happened") == []
        await window.one("#found-webhook a").first.click()

        await expect(window.one("li.step.webhook:focus")).to_be_in_viewport()


async def test_only_the_newest_of_many_are_listed(browser: Browser, local: Local) -> None:
    for _ in range(70):
        await local.sent(Body="Again")
    async with looking(browser, local.simulator, f"/phone/{ADA}?q=again") as window:
        await expect(window.one(".results [role=status]")).to_have_text("70 messages")
        await expect(window.one("#found-message li")).to_have_count(60)
        await expect(window.one("#found-message")).to_contain_text("The newest 60 of 70.")


async def _four_messages(local: Local) -> None:
    await local.sent(Body="Your table is booked")
    await local.sent(
        Body="A picture", From=local.whatsapp, To=f"whatsapp:{ADA}", MediaUrl="http://127.0.0.1/a.png"
    )
    await local.does("POST", f"{PHONE}/messages", {"to": local.number, "body": "Thanks"})
    await local.advance(5)
    await local.does("PATCH", PHONE, {"state": "off"})
    await local.sent(Body="Are you there?")
    await local.advance(5)


async def _everything(local: Local) -> None:
    """One thing of each kind."""
    say = "<Response><Say>Press 1 to hear it again</Say></Response>"
    await local.does("PATCH", PHONE, {"profile_name": "Ada Lovelace"})
    await local.sent(StatusCallback="http://127.0.0.1:9/none")
    await local.call("POST", "{}/Calls.json", {"To": ADA, "From": local.number, "Twiml": say})
    await local.advance(60)
    await local.start()
    await local.send(To="+1")
    await local.does("PATCH", PHONE, {"state": "off"})
