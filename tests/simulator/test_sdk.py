"""The official SDK, unchanged but for the address, over real sockets."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from tests.simulator.local import HANDSET, Local
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped] # has no types

from twilio_simulator.harness.places import InProcess, in_process
from twilio_simulator.sdk import connect, connected, connected_in_process
from twilio_simulator.simulator import Options

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


async def test_without_a_sid_the_client_is_the_seed_accounts(local: Local) -> None:
    client = await asyncio.to_thread(connect, local.simulator.url)
    client.http_client.close()
    async with connected(local.simulator.url) as other:
        assert (client.username, other.username) == (local.sid, local.sid)


@pytest.fixture
def place() -> Iterator[InProcess]:
    with in_process(Options(seed=1)) as opened:
        yield opened


@pytest.fixture
def client(place: InProcess) -> Iterator[Any]:
    assert place.simulator is not None
    account = place.simulator.account
    made = connected_in_process(place.serve, account.sid, account.auth_token)
    yield made
    made.http_client.session.close()


def test_a_client_in_the_same_process_follows_pages(client: Any) -> None:
    for index in range(3):
        client.messages.create(to=HANDSET, from_="+14155550100", body=f"Text {index}")
    client.verify.v2.services.create(friendly_name="Second")

    assert [one.body for one in client.messages.list(page_size=2)] == ["Text 2", "Text 1", "Text 0"]
    assert len(client.verify.v2.services.list(page_size=1)) == 2


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (b'"drop"', requests.exceptions.ConnectionError),
        (b'"stall"', requests.exceptions.ReadTimeout),
        (b'"rate_limit"', TwilioRestException),
    ],
)
def test_faults_look_the_same_in_process(
    place: InProcess, client: Any, fault: bytes, expected: type[Exception]
) -> None:
    place.control("POST", "/faults", b'{"match": {}, "do": [' + fault + b"]}")
    client.http_client.timeout = 0.1

    with pytest.raises(expected):
        client.messages.create(to=HANDSET, from_="+14155550100", body="Hello")
