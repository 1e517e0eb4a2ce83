"""What keeps messages back and what comes in, seen through Twilio's own SDK over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_advanced_opt_out import writes
from tests.simulator.test_replies import twiml
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped] # has no types

from twilio_simulator.sdk import connect

pytestmark = pytest.mark.anyio
TOLL_FREE, CODE = "+18885550101", "72345"
Ask = Callable[..., Any]


@pytest.fixture
async def asking(local: Local) -> AsyncIterator[Callable[[Local], Ask]]:
    """Runs SDK calls of an account in a thread, and closes the clients."""
    clients: dict[str, Any] = {}

    def asking_as(account: Local) -> Ask:
        client = clients.setdefault(account.sid, connect(local.simulator.url, account.sid, account.token))

        async def ask(program: Callable[[Any], Any]) -> Any:
            return await asyncio.to_thread(program, client)

        return ask

    yield asking_as
    for client in clients.values():
        client.http_client.close()


async def ended(ask: Ask, account: Local, sender: str, body: str = "Hi") -> tuple[str, int | None]:
    sent = await ask(lambda client: client.messages.create(to=HANDSET, from_=sender, body=body))
    await account.advance(10)
    found = await ask(lambda client: client.messages(sent.sid).fetch())
    return found.status, found.error_code


async def test_the_network_keeps_a_stop_from_twilio(local: Local, asking: Callable[[Local], Ask]) -> None:
    account = await local.account(numbers=[TOLL_FREE])
    await writes(account, "STOP")

    assert await ended(asking(account), account, TOLL_FREE) == ("undelivered", 30004)


async def test_days_and_registration_end_messages(local: Local, asking: Callable[[Local], Ask]) -> None:
    busy = await local.account(daily_messages=1)
    strange = await local.account(us_registered=False)

    assert await ended(asking(busy), busy, busy.number) == ("delivered", None)
    assert await ended(asking(busy), busy, busy.number) == ("undelivered", 30023)
    assert await ended(asking(strange), strange, strange.number) == ("undelivered", 30034)


async def test_a_trial_buys_no_second_number(local: Local, asking: Callable[[Local], Ask]) -> None:
    trial = await local.account(type="Trial", ruleset="classic", verified_callers=[HANDSET])

    with pytest.raises(TwilioRestException) as refused:
        await asking(trial)(lambda client: client.incoming_phone_numbers.create(area_code="212"))

    assert (refused.value.status, refused.value.code) == (400, 10002)
    assert await ended(asking(trial), trial, trial.number, "x" * 900) == ("failed", 30044)


async def test_a_short_code_is_answered_from(
    local: Local, receiver: Receiver, asking: Callable[[Local], Ask]
) -> None:
    account = await local.account(short_codes=[CODE])
    ask = asking(account)
    code = (await ask(lambda client: client.short_codes.list()))[0]
    await ask(lambda client: client.short_codes(code.sid).update(sms_url=receiver.url))
    receiver.answers = [twiml("<Response><Message>Counted</Message></Response>")]

    await writes(account, "VOTE", CODE)
    await account.advance(5)

    rows = await ask(lambda client: client.messages.list())
    assert [(one.direction, one.from_, one.to, one.body) for one in rows] == [
        ("outbound-reply", CODE, HANDSET, "Counted"),
        ("inbound", HANDSET, CODE, "VOTE"),
    ]


async def test_own_words_hold_for_a_service_made_by_the_sdk(
    local: Local, asking: Callable[[Local], Ask]
) -> None:
    ask = asking(local)
    service = await ask(lambda client: client.messaging.v1.services.create(friendly_name="Shop"))
    number = (await ask(lambda client: client.incoming_phone_numbers.list()))[0]
    pool = ask(
        lambda client: client.messaging.v1.services(service.sid).phone_numbers.create(
            phone_number_sid=number.sid
        )
    )
    await pool
    words = {"advanced_opt_out": True, "keywords": {"stop": {"words": ["STOP", "BASTA"]}}}
    await local.does("PATCH", f"/messaging-services/{service.sid}", words)

    await writes(local, "basta")

    with pytest.raises(TwilioRestException) as refused:
        await ended(ask, local, local.number)
    assert refused.value.code == 21610
