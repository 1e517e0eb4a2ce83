"""A test made on the page runs in a world of its own, whatever the message used."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.simulator.local import Local, Receiver
from tests.simulator.pages.test_story import runs
from tests.simulator.pages.window import ADA

from twilio_simulator.exchange import Reply
from twilio_simulator.pages.surroundings import variables
from twilio_simulator.world.content import Template
from twilio_simulator.world.uploads import placeholder

pytestmark = pytest.mark.anyio
PHONE = f"/phones/{ADA.replace('+', '%2B')}"
SANDBOX = "whatsapp:+14155238886"
WHATSAPP = f"whatsapp:{ADA}"
Story = Callable[[Local], Awaitable[Any]]


async def _made(local: Local, sid: str) -> str:
    await local.advance(30)
    made = await local.does("POST", "/snippets", {"message": sid, "steps": []})
    return str(made["test"])


async def _template(local: Local) -> Any:
    template = next(iter(local.simulator.account.templates))
    filled = '{"1": "Grace", "2": "4711"}'
    return await local.sent(
        To=WHATSAPP, From=local.whatsapp, Body=None, ContentSid=template, ContentVariables=filled
    )


async def _pending_template(local: Local) -> Any:
    pending = list(local.simulator.account.templates)[1]
    return await local.sent(To=WHATSAPP, From=local.whatsapp, Body=None, ContentSid=pending)


async def _sandbox(local: Local) -> Any:
    await local.does("POST", f"/accounts/{local.sid}/sandbox", {"join": [ADA]})
    return await local.sent(To=WHATSAPP, From=SANDBOX)


async def _window(local: Local) -> Any:
    await local.does("POST", f"{PHONE}/messages", {"to": local.whatsapp, "body": "Hi"})
    return await local.sent(To=WHATSAPP, From=local.whatsapp)


async def _closed_window(local: Local) -> Any:
    return await local.sent(To=WHATSAPP, From=local.whatsapp)


async def _service(local: Local) -> Any:
    made = await local.call("POST", "/v1/Services", {"FriendlyName": "Shop"})
    number = next(iter(local.simulator.account.numbers.values()))
    await local.call("POST", f"/v1/Services/{made.json['sid']}/PhoneNumbers", {"PhoneNumberSid": number.sid})
    return await local.sent(From=None, MessagingServiceSid=made.json["sid"])


async def _trial(local: Local) -> Any:
    await local.does("POST", f"/accounts/{local.sid}/verified-callers", {"numbers": [ADA]})
    await local.change(type="Trial", ruleset="classic")
    return await local.sent(Body="On trial")


async def _second_number(local: Local) -> Any:
    shop = await local.account(numbers=["+14155550160", "+14155550161"], progress="immediate")
    return await shop.sent(From="+14155550161")


async def _reply(local: Local) -> Any:
    told = await local.does("POST", f"{PHONE}/messages", {"to": local.number, "body": "Hello there"})
    return {"sid": told["message_sid"]}


@pytest.mark.parametrize(
    "story",
    [
        _template,
        _pending_template,
        _sandbox,
        _window,
        _closed_window,
        _service,
        _trial,
        _second_number,
        _reply,
    ],
)
async def test_a_test_passes_that_is_made_of(story: Story, local: Local) -> None:
    sent = await story(local)
    module = await _made(local, sent["sid"])

    await asyncio.to_thread(runs, module)


async def test_a_test_of_a_message_with_a_file_needs_no_server(local: Local, receiver: Receiver) -> None:
    receiver.answers += [Reply(200, placeholder(), content_type="image/png") for _ in range(4)]
    sent = await local.sent(MediaUrl=f"{receiver.url}/menu.png")
    module = await _made(local, sent["sid"])

    assert receiver.url not in module
    await asyncio.to_thread(runs, module)


async def test_variables_are_told_from_the_words() -> None:
    body = {"twilio/text": {"body": "Hi {{1}}, order {{2}}."}}
    template = Template("HX", "AC", "t", "en", 0, 0, body, {"1": "Ada", "2": "1001"})

    assert variables(template, "Hi Grace, order 4711.") == {"1": "Grace", "2": "4711"}
    assert variables(template, "Hi Ada, order 1001.") == {}
    assert variables(template, "Something else") == {}


async def test_the_curl_of_a_template_fills_it_in_again(local: Local) -> None:
    sent = await _template(local)
    told = await local.does("GET", f"/messages/{sent['sid']}/curl")

    assert 'ContentVariables={"1":"Grace","2":"4711"}' in told["curl"]
