"""Files on the phone: attached from the computer, and shown."""

import asyncio
import re
from base64 import b64encode

import pytest
from playwright.async_api import Browser, FilePayload, expect
from tests.simulator.local import Local, Receiver
from tests.simulator.pages.test_story import made, runs
from tests.simulator.pages.window import Window, looking

from twilio_simulator.exchange import Reply
from twilio_simulator.simulator import Simulator
from twilio_simulator.world.uploads import LARGEST, placeholder

pytestmark = pytest.mark.anyio
PHOTO = FilePayload(name="Our view.png", mimeType="image/png", buffer=placeholder())
NOTES = FilePayload(name="notes.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 " + bytes(500))
CARRIED = """([kind, name, type, text]) => {
    const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type }));
    const event = kind === 'paste'
        ? new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true })
        : new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
    document.getElementById('body').dispatchEvent(event);
}"""

LONG = """(size) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(size)], 'film.mp4', { type: 'video/mp4' }));
    const event = new DragEvent('drop', { dataTransfer: transfer, bubbles: true });
    document.getElementById('body').dispatchEvent(event);
}"""


async def test_a_file_of_the_computer_is_attached_sent_and_shown(
    browser: Browser, fresh: Simulator, receiver: Receiver
) -> None:
    await Local(fresh).change(inbound_url=f"{receiver.url}/inbound")
    async with looking(browser, fresh) as window:
        await _choose(window, PHOTO, NOTES)
        await expect(window.one("#attached li")).to_have_text(
            [re.compile("Our view.png"), re.compile("notes.pdf")]
        )
        await expect(window.one("#announcer")).to_have_text("Attached Our view.png. Attached notes.pdf")
        assert await window.violations("#composer") == []
        await window.page.keyboard.type("Look at this")
        await window.keys("Enter")

        picture = window.bubble("Look at this").locator("img")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("image => image.complete && image.naturalWidth > 0")
        await expect(window.bubble("Look at this").locator("a.file")).to_contain_text("application/pdf")
        await expect(window.one("#attached li")).to_have_count(0)
        await fresh.webhooks.settled()
    sent = receiver.got[-1].fields
    assert (sent["NumMedia"], sent["MediaContentType0"], sent["MediaContentType1"]) == (
        "2",
        "image/png",
        "application/pdf",
    )


async def test_an_attached_file_is_taken_off_again(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await _choose(window, PHOTO, NOTES)
        await window.button("Remove Our view.png").click()
        await window.keys("Enter")

        await expect(window.one("li.bubble.own")).to_contain_text("application/pdf")
        await expect(window.one("li.bubble.own img")).to_have_count(0)


@pytest.mark.parametrize("way", ["drop", "paste"])
async def test_a_file_is_attached_by(way: str, browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        if way == "drop":
            await _carry(window, "dragover")
            await expect(window.one("#device[data-over]")).to_be_visible()
        await _carry(window, way)

        await expect(window.one("#attached li")).to_contain_text("dropped.png")
        await expect(window.one("#device[data-over]")).to_have_count(0)


async def test_a_file_that_is_too_large_is_refused_in_words(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await window.page.evaluate(LONG, LARGEST + 1)

        await expect(window.one("#toast")).to_contain_text("film.mp4 is too large: 5 MB")
        await expect(window.one("#attached li")).to_have_count(0)


async def test_the_largest_file_fits(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await window.page.evaluate(LONG, LARGEST)

        await expect(window.one("#attached li")).to_contain_text("film.mp4", timeout=15_000)


async def test_an_address_is_attached(browser: Browser, fresh: Simulator) -> None:
    async with looking(browser, fresh) as window:
        await window.open("attach")
        await window.one("#media").fill("https://shop.example/menu.jpg")
        await window.button("Attach the address").click()
        await window.keys("Enter")

        await expect(window.one("li.bubble.own .file")).to_have_attribute(
            "title", "https://shop.example/menu.jpg"
        )


async def test_what_was_attached_is_not_carried_to_another_person(browser: Browser, local: Local) -> None:
    await local.does("POST", "/phones", {"number": "+14155550124", "profile_name": "Ben"})
    async with looking(browser, local.simulator) as window:
        await _choose(window, PHOTO)
        await window.one("#h-14155550124 a").click()
        await expect(window.one(".owner h1")).to_contain_text("Ben")

        await expect(window.one("#attached li")).to_have_count(0)


async def test_a_picture_on_the_customers_server_is_shown_through_the_simulator(
    browser: Browser, local: Local, receiver: Receiver
) -> None:
    receiver.answers += [Reply(200, placeholder(), content_type="image/png") for _ in range(4)]
    await local.sent(Body="Our menu", MediaUrl=f"{receiver.url}/menu.png")
    await local.advance(5)
    async with looking(browser, local.simulator) as window:
        picture = window.bubble("Our menu").locator("img")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("image => image.complete && image.naturalWidth > 0")


@pytest.mark.parametrize("photo", [PHOTO, FilePayload(name="t.txt", mimeType="text/plain", buffer=b"tiny")])
async def test_a_test_of_a_text_with_a_file_passes(
    photo: FilePayload, browser: Browser, local: Local
) -> None:
    async with looking(browser, local.simulator) as window:
        await _choose(window, photo)
        await window.page.keyboard.type("Look at this")
        await window.keys("Enter")
        await window.bubble("Look at this").locator(".foot a").click()
        module = await made(window)

    assert f'content_type="{photo["mimeType"]}"' in module
    assert 'assert message.num_media == "1"' in module
    await asyncio.to_thread(runs, module)


async def _choose(window: Window, *files: FilePayload) -> None:
    await window.open("attach")
    await window.one("#file").set_input_files(list(files))
    await expect(window.one("#attached li")).to_have_count(len(files))


async def _carry(window: Window, kind: str) -> None:
    content = b64encode(placeholder()).decode()
    await window.page.evaluate(CARRIED, [kind, "dropped.png", "image/png", content])
