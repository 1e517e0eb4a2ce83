"""What one does on a phone of the page."""

import pytest
from playwright.async_api import Browser, expect
from tests.simulator.local import Local, Receiver
from tests.simulator.pages.window import ADA, looking

from twilio_simulator.simulator import Simulator

pytestmark = pytest.mark.anyio
ANY_PHONE = f"/phones/{ADA.replace('+', '%2B')}"
SANDBOX = "whatsapp:+14155238886"


async def test_a_text_shows_up_by_itself_with_its_ticks_and_is_announced(
    browser: Browser, fresh: Simulator
) -> None:
    local = Local(fresh)
    async with looking(browser, fresh) as window:
        await expect(window.one("#thread")).to_contain_text("No messages yet")
        await local.sent(Body="Your table is booked")

        await expect(window.bubble("Your table is booked").locator(".state")).to_have_text("delivered")
        await expect(window.bubble("Your table is booked")).to_contain_text("1 segment")
        await expect(window.one("#announcer")).to_have_text(f"New message for {ADA}: Your table is booked")


async def test_a_typed_text_reaches_the_customers_webhook(
    browser: Browser, fresh: Simulator, receiver: Receiver
) -> None:
    local = Local(fresh)
    await local.change(inbound_url=f"{receiver.url}/inbound")
    async with looking(browser, fresh) as window:
        await window.keys("c")
        await window.page.keyboard.type("Can we make it 20:00?")
        await window.keys("Enter")

        await expect(window.bubble("Can we make it 20:00?")).to_be_visible()
        assert await window.one("#body").input_value() == ""
        await expect(window.bubble("20:00").locator(".state")).to_have_text("received")
        await fresh.webhooks.settled()
    assert [one.fields["Body"] for one in receiver.got] == ["Can we make it 20:00?"]


async def test_a_failed_message_shows_its_code(browser: Browser, local: Local) -> None:
    await local.does("PATCH", ANY_PHONE, {"state": "off"})
    await local.sent(Body="Are you there?")
    await local.advance(5)

    async with looking(browser, local.simulator) as window:
        await expect(window.bubble("Are you there?").locator(".state")).to_have_text("undelivered 30003")
        await expect(window.one(".owner .mark.bad")).to_have_text("off")


async def test_a_code_is_copied_with_one_tap(browser: Browser, local: Local) -> None:
    await local.start()
    async with looking(browser, local.simulator) as window:
        await window.one("button.code").click()

        assert await window.copied() == await local.code()


async def test_a_quick_reply_sends_its_payload(browser: Browser, local: Local, receiver: Receiver) -> None:
    await _join(local)
    await local.change(inbound_url=f"{receiver.url}/inbound")
    handset = local.simulator.world.handsets.get(ADA)
    await _from_sandbox(local, "Will you come?")
    handset.screen[-1].content = {
        "type": "twilio/quick-reply",
        "buttons": [{"type": "QUICK_REPLY", "title": "Yes, gladly", "id": "yes"}],
    }
    async with looking(browser, local.simulator, f"/phone/{ADA}?tab=whatsapp") as window:
        await window.button("Yes, gladly").click()

        await expect(window.one("li.bubble.own")).to_contain_text("Yes, gladly")
        await local.simulator.webhooks.settled()
    sent = receiver.got[-1].fields
    assert (sent["ButtonPayload"], sent["ButtonText"], sent["Body"]) == ("yes", "Yes, gladly", "Yes, gladly")


async def test_a_row_of_a_list_is_picked(browser: Browser, local: Local, receiver: Receiver) -> None:
    await _join(local)
    await local.change(inbound_url=f"{receiver.url}/inbound")
    await _from_sandbox(local, "Pick a time")
    local.simulator.world.handsets.get(ADA).screen[-1].content = {
        "type": "twilio/list-picker",
        "button": "Times",
        "items": [{"item": "20:00", "id": "late", "description": "Garden"}],
    }
    async with looking(browser, local.simulator, f"/phone/{ADA}?tab=whatsapp") as window:
        await window.one(".list summary").click()
        await window.one(".list button").click()

        await expect(window.one("li.bubble.own")).to_contain_text("20:00")
        await local.simulator.webhooks.settled()
    sent = receiver.got[-1].fields
    assert (sent["ListId"], sent["ListTitle"]) == ("late", "20:00")


async def test_a_card_of_a_carousel_is_answered(browser: Browser, local: Local, receiver: Receiver) -> None:
    await _join(local)
    await local.change(inbound_url=f"{receiver.url}/inbound")
    await _from_sandbox(local, "Our rooms")
    reply = {"type": "QUICK_REPLY", "title": "Take it", "id": "garden"}
    cards = [{"title": "Garden", "body": "Quiet", "actions": [reply]}, {"title": "Street", "actions": []}]
    content = {"type": "twilio/carousel", "cards": cards}
    local.simulator.world.handsets.get(ADA).screen[-1].content = content
    async with looking(browser, local.simulator, f"/phone/{ADA}?tab=whatsapp") as window:
        await expect(window.one(".card")).to_have_count(2)
        assert await window.violations("#device") == []
        await window.button("Take it").click()

        await expect(window.one("li.bubble.own")).to_contain_text("Take it")
        await local.simulator.webhooks.settled()
    assert receiver.got[-1].fields["ButtonPayload"] == "garden"


async def test_joining_the_sandbox_opens_a_window_that_runs_out_in_virtual_time(
    browser: Browser, local: Local
) -> None:
    async with looking(browser, local.simulator, f"/phone/{ADA}?tab=whatsapp") as window:
        await expect(window.one("#bar-sandbox")).to_contain_text("not joined")
        await window.button("join sim-sandbox").click()

        await expect(window.one("#bar-sandbox")).to_contain_text("72:00:00 left")
        await expect(window.one("#bar-window-14155238886")).to_contain_text("24:00:00 left")
        await window.button("+10 min").click()
        await expect(window.one("#bar-window-14155238886")).to_contain_text("23:50:00 left")
        await window.button("+24 h").click()
        await expect(window.one(".bars")).to_contain_text("closed: templates only")


async def test_a_sample_photo_is_attached_and_shown(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await window.open("attach")
        await window.button("Use a sample photo").click()
        await window.page.keyboard.type("Our view")
        await window.keys("Enter")

        picture = window.one("li.bubble.own img")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("image => image.complete && image.naturalWidth > 0")


async def test_the_state_of_the_phone_is_set_on_the_phone(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await window.open("phone-settings")
        await window.page.get_by_label("Phone is").select_option("blocking")
        await window.page.get_by_label("Has WhatsApp").uncheck()
        await window.button("Save").click()
        await expect(window.one(".owner .mark.bad")).to_have_text("blocks texts")

    phone = fresh.world.handsets.get(ADA)
    assert (phone.state, phone.whatsapp) == ("blocking", False)


async def test_two_windows_are_two_people(browser: Browser, fresh: Simulator) -> None:
    local = Local(fresh)
    async with (
        looking(browser, fresh, "/phone/+12125550100") as ada,
        looking(browser, fresh, "/phone/+12125550101") as ben,
    ):
        await local.sent(To="+12125550101", Body="For Ben alone")

        await expect(ben.bubble("For Ben alone")).to_be_visible()
        await expect(ada.one("#h-12125550101 .unread")).to_have_text("1 unread")
        await ada.one("#h-12125550101 a").click()
        await expect(ada.bubble("For Ben alone")).to_be_visible()
        await expect(ada.one("#h-12125550101 .unread")).to_be_empty()


async def test_a_new_handset_gets_a_fictional_number(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await window.keys("n")

        await expect(window.one(".owner small")).to_have_text("(212) 555-0100")
        assert window.page.url.endswith("/phone/+12125550100")


async def _join(local: Local) -> None:
    await local.does("POST", f"/accounts/{local.sid}/sandbox", {"join": [ADA]})


async def _from_sandbox(local: Local, words: str) -> None:
    await local.sent(To=f"whatsapp:{ADA}", From=SANDBOX, Body=words)
    await local.advance(1)
