"""What happened to a message, and what can be made of it."""

import asyncio
import os
import re
import sys
from inspect import signature
from pathlib import Path
from shlex import split
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from tests.simulator.local import Local, Receiver
from tests.simulator.pages.test_site import ask
from tests.simulator.pages.window import ADA, Window, looking

from twilio_simulator.exchange import Reply
from twilio_simulator.harness.handles import LocalTwilio
from twilio_simulator.harness.places import in_process
from twilio_simulator.pages.deliveries import signed_text
from twilio_simulator.simulator import Options

pytestmark = pytest.mark.anyio


async def test_the_story_of_a_message_is_told_from_request_to_webhook(
    browser: Browser, local: Local, receiver: Receiver
) -> None:
    sent = await local.sent(Body="Your table is booked", StatusCallback=f"{receiver.url}/status")
    await local.advance(5)
    async with looking(browser, local.simulator) as window:
        await window.bubble("Your table is booked").locator("a").click()
        story = window.one(".story")

        await expect(story.locator("#step-request")).to_contain_text("answered 201")
        await expect(story.locator("#step-checks")).to_contain_text("20 characters · GSM-7 · 1 segment")
        steps = story.locator(".timeline h3")
        await expect(steps).to_contain_text(
            ["API request", "Validated", "queued", "sending", "sent", "Webhook: sent", "delivered"]
        )
        hook = story.locator(".webhook").last
        await expect(hook.locator(".outcome")).to_contain_text("answered 204")
        await hook.locator("summary").click()
        await expect(hook.locator("pre").first).to_have_text(receiver.got[-1].headers["x-twilio-signature"])
        signed = f"{receiver.url}/statusAccountSid{local.sid}ApiVersion2010-04-01From{local.number}"
        await expect(hook.locator("pre").nth(1)).to_contain_text(signed)
        await expect(story.locator(".sid")).to_contain_text(sent["sid"])


async def test_an_answer_is_shown_as_steps_and_raw_when_asked(
    browser: Browser, local: Local, receiver: Receiver
) -> None:
    await local.change(inbound_url=f"{receiver.url}/inbound")
    twiml = (
        '<Response><Message to="+14155550124"><Body>Table &lt;2&gt; it is</Body></Message>'
        "<Redirect>/more</Redirect></Response>"
    )
    received = await _answered(local, receiver, Reply(200, twiml.encode(), content_type="text/xml"))
    async with looking(browser, local.simulator, f"/phone/{ADA}?message={received}") as window:
        answer = window.one(".webhook .answer").first
        await expect(answer.locator(".twiml > li")).to_have_count(2)
        await expect(answer.locator(".twiml > li").first).to_contain_text("Message to=+14155550124")
        await expect(answer.locator(".twiml li li")).to_have_text("Body Table <2> it is")
        await expect(answer.locator("pre")).to_be_hidden()
        await answer.locator("summary").click()
        await expect(answer.locator("pre")).to_have_text(twiml)
        assert await window.violations("#happened") == []
        await answer.get_by_role("link", name="the next request").click()
        await expect(window.one("li.webhook:focus")).to_contain_text("/more")
        await answer.get_by_role("link", name="reply 1").click()
        await expect(window.one(".owner small")).to_have_text("(415) 555-0124")


async def test_the_signed_string_of_a_get_is_its_url_alone(local: Local, receiver: Receiver) -> None:
    (number,) = local.simulator.account.numbers.values()
    changes = {"SmsUrl": f"{receiver.url}/inbound", "SmsMethod": "GET"}
    await local.call("POST", f"{{}}/IncomingPhoneNumbers/{number.sid}.json", changes)
    received = await _answered(local, receiver, Reply(204, b""))
    (webhook,) = local.simulator.webhooks.kept.values()

    assert webhook.subject == received
    assert signed_text(webhook) == f"{receiver.url}{receiver.got[-1].path}"


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (Reply(200, b"Yes, gladly", content_type="text/plain"), "Message Yes, gladly"),
        (Reply(200, b"<Response/>", content_type="text/xml"), "An empty Response: nothing to do."),
        (Reply(200, b"<Response><Message>", content_type="text/xml"), "Not understood"),
        (Reply(200, b"<Response>" + b" " * 5000 + b"</Response>", content_type="text/xml"), "Too long"),
    ],
)
async def test_other_answers_are_told_as_what_they_are(
    reply: Reply, shown: str, local: Local, receiver: Receiver
) -> None:
    await local.change(inbound_url=f"{receiver.url}/inbound")
    received = await _answered(local, receiver, reply)
    page = ask(local.simulator, f"/phone/{ADA}?message={received}").body.decode()

    assert shown in re.sub(r"<[^>]+>", "", page)


async def test_a_webhook_is_sent_again(browser: Browser, local: Local, receiver: Receiver) -> None:
    sent = await local.sent(StatusCallback=f"{receiver.url}/status")
    await local.advance(5)
    async with looking(browser, local.simulator, f"/phone/{ADA}?message={sent['sid']}") as window:
        before = len(receiver.got)
        await window.one(".webhook").last.get_by_role("button", name="Resend").click()
        await expect(window.one(".webhook")).to_have_count(before + 1)

    assert receiver.got[-1].fields == receiver.got[-2].fields


async def test_a_message_is_driven_by_hand(browser: Browser, local: Local) -> None:
    sent = await local.sent()
    async with looking(browser, local.simulator, f"/phone/{ADA}?message={sent['sid']}") as window:
        await window.button("sent").click()
        await window.button("undelivered").click()

        await expect(window.one(".story .way")).to_contain_text("undelivered")
        await expect(window.one(".drive")).to_have_count(0)


async def test_the_copied_curl_sends_it_again(browser: Browser, local: Local) -> None:
    sent = await local.sent(Body="It's “quoted”, isn't it?")
    async with looking(browser, local.simulator, f"/phone/{ADA}?message={sent['sid']}") as window:
        await window.button("Copy as curl").click()
        await expect(window.one("#toast")).to_be_visible()
        words = split((await window.copied()).replace("\\\n", " "))

    child = await asyncio.create_subprocess_exec(*words, "--silent", "--max-time", "5")
    assert await child.wait() == 0
    bodies = [one.body for one in local.simulator.account.messages.values()]
    assert bodies == ["It's “quoted”, isn't it?"] * 2


async def test_a_test_made_of_clicks_passes(browser: Browser, local: Local, tmp_path: Path) -> None:
    async with looking(browser, local.simulator) as window:
        await window.open("phone-settings")
        await window.page.get_by_label("Phone is").select_option("off")
        await window.button("Save").click()
        await expect(window.one(".owner .mark.bad")).to_have_text("off")
        await local.sent(Body="Are you there?")
        await window.button("+1 min").click()
        await window.bubble("Are you there?").locator("a").click()
        await expect(window.one(".story .way")).to_contain_text("undelivered 30003")
        module = await made(window)

    assert "def test_are_you_there(simulator, account, clock):" in module
    assert 'assert (message.status, message.error_code) == ("undelivered", 30003)' in module
    assert await _passes(module, tmp_path)


async def test_a_test_of_a_typed_text_passes(browser: Browser, local: Local) -> None:
    async with looking(browser, local.simulator) as window:
        await window.keys("c")
        await window.page.keyboard.type('Say "hi", it\'s me')
        await window.keys("Enter")
        await window.bubble("it's me").locator("a").click()
        module = await made(window)

    await asyncio.to_thread(runs, module)


async def test_a_test_of_a_message_with_a_lost_answer_passes(browser: Browser, local: Local) -> None:
    async with looking(browser, local.simulator) as window:
        await window.open("faults")
        await (
            window.one(
                ".switches button",
            )
            .filter(has_text="Sent, but 500")
            .click()
        )
        await expect(window.one("#armed")).to_have_text("1")
        await local.send(Body="Did it go out?")
        await window.keys("Escape")
        await window.bubble("Did it go out?").locator("a").click()
        await expect(window.one("#step-request")).to_contain_text("Fault: server_error")
        await local.advance(5)
        await expect(window.one(".story .way")).to_contain_text("delivered")
        module = await made(window)

    await asyncio.to_thread(runs, module)


async def _answered(local: Local, receiver: Receiver, reply: Reply) -> str:
    """A text from the handset, and the customer's answer to it; the text's SID."""
    receiver.answers.append(reply)
    phone = f"/phones/{ADA.replace('+', '%2B')}/messages"
    told = await local.does("POST", phone, {"to": local.number, "body": "For two, please"})
    await local.simulator.webhooks.settled()
    return str(told["message_sid"])


async def made(window: Window) -> str:
    await window.button("Make this a test").click()
    await expect(window.one("#snippet")).to_be_visible()
    assert await window.violations("#snippet") == []
    return await window.one("#snippet-text").inner_text()


async def _passes(module: str, folder: Path) -> bool:
    """Run it as its owner would, with the plugin and a simulator of its own."""
    (folder / "test_made.py").write_text(module)
    plugins = ("-p", "no:cacheprovider", "-p", "twilio_simulator.pytest_plugin", "-c", os.devnull)
    command = (sys.executable, "-m", "pytest", "-q", *plugins, "test_made.py")
    child = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=asyncio.subprocess.PIPE)
    output, _ = await child.communicate()
    assert b"1 passed" in output, f"{module}\n{output.decode()}"
    return True


def runs(module: str) -> None:
    """The same without the start of a pytest."""
    names: dict[str, Any] = {}
    exec(module, names)  # noqa: S102 - the module is what is tested
    (test,) = (one for name, one in names.items() if name.startswith("test_"))
    with in_process(Options(seed=1)) as here:
        simulator = LocalTwilio(here)
        simulator.clock.freeze()
        account = simulator.account()
        fixtures = {"simulator": simulator, "account": account, "clock": simulator.clock}
        test(**{name: fixtures[name] for name in signature(test).parameters})
        account.close()
