"""The official SDK, unchanged but for the address, over real sockets."""

import asyncio
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped] # has no types

from twilio_simulator.sdk import connect, connected

pytestmark = [
    pytest.mark.anyio,
    # The SDK's asynchronous client still uses what aiohttp will drop.
    pytest.mark.filterwarnings("ignore:.*will be removed in:DeprecationWarning"),
]


def conversation(client: Any, local: Local) -> dict[str, Any]:
    """What a program written against the synchronous client does."""
    for index in range(5):
        client.messages.create(to=HANDSET, from_=local.number, body=f"Text {index}")
    client.messages.create(to="+14155550124", from_=local.number, body="Another")
    found: dict[str, Any] = {
        "texts": [one.body for one in client.messages.list(to=HANDSET, page_size=2)],
        "numbers": [one.phone_number for one in client.incoming_phone_numbers.list()],
        "account": client.api.accounts(local.sid).fetch().status,
        "services": [one.sid for one in client.verify.v2.services.list(page_size=1)],
        "senders": [one.sender_id for one in client.messaging.v2.channels_senders.list(channel="whatsapp")],
    }
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to="+1415", from_=local.number, body="x")
    found["code"], found["status"] = refused.value.code, refused.value.status
    return found


async def test_the_synchronous_client_sends_lists_and_raises(local: Local) -> None:
    client = connect(local.simulator.url, local.sid, local.token)

    found = await asyncio.to_thread(conversation, client, local)
    client.http_client.close()

    assert found == {
        "texts": [f"Text {index}" for index in (4, 3, 2, 1, 0)],
        "numbers": [local.number],
        "account": "active",
        "services": [local.verify],
        "senders": [local.whatsapp],
        "code": 21211,
        "status": 400,
    }


async def test_the_asynchronous_client_verifies(local: Local) -> None:
    async with connected(local.simulator.url, local.sid, local.token) as client:
        service = client.verify.v2.services(local.verify)
        started = await service.verifications.create_async(to=HANDSET, channel="sms")
        code = await local.code()
        checked = await service.verification_checks.create_async(to=HANDSET, code=code)
        with pytest.raises(TwilioRestException) as gone:
            await service.verification_checks.create_async(to=HANDSET, code=code)

    assert (started.status, checked.status, checked.valid) == ("pending", "approved", True)
    assert (gone.value.status, gone.value.code) == (404, 20404)


async def test_the_asynchronous_client_follows_a_message(local: Local) -> None:
    async with connected(local.simulator.url, local.sid, local.token) as client:
        message = await client.messages.create_async(to=HANDSET, from_=local.number, body="Hello")
        await local.advance(10)
        fetched = await client.messages(message.sid).fetch_async()
        await client.verify.v2.services.create_async(friendly_name="Second")
        services = await client.verify.v2.services.list_async(page_size=1)

    assert (message.status, fetched.status, fetched.price) == ("queued", "delivered", "-0.00790")
    assert len(services) == 2
