from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local

from twilio_simulator.ruleset import Ruleset
from twilio_simulator.simulator import Options, Simulator

pytestmark = pytest.mark.anyio
WHATSAPP = f"whatsapp:{HANDSET}"
SANDBOX = "whatsapp:+14155238886"


async def writes(local: Local, to: str, body: str = "Hi") -> Any:
    return await local.does("POST", f"/phones/{HANDSET}/messages", {"to": to, "body": body})


async def answered(local: Local, sender: str) -> Any:
    """A free-form message to the handset, after its life."""
    message = await local.sent(To=WHATSAPP, From=sender)
    await local.advance(30)
    return await local.message(message["sid"])


async def test_inside_the_window_a_message_is_read(local: Local) -> None:
    await writes(local, local.whatsapp)

    message = await answered(local, local.whatsapp)
    steps = (await local.does("GET", f"/messages/{message['sid']}"))["timeline"]

    assert [one["status"] for one in steps] == ["queued", "sent", "delivered", "read"]


async def test_without_receipts_it_stays_delivered(local: Local) -> None:
    await writes(local, local.whatsapp)
    await local.does("PATCH", f"/phones/{HANDSET}", {"read_receipts": False})

    assert (await answered(local, local.whatsapp))["status"] == "delivered"


async def test_outside_the_window_free_text_is_accepted_and_then_fails(local: Local) -> None:
    message = await answered(local, local.whatsapp)

    assert (message["status"], message["error_code"]) == ("undelivered", 63016)


async def test_the_window_closes_after_24_hours(local: Local) -> None:
    await writes(local, local.whatsapp)
    await local.advance(24 * 3600 - 60)
    assert (await answered(local, local.whatsapp))["status"] == "read"

    await local.advance(60)
    assert (await answered(local, local.whatsapp))["error_code"] == 63016


async def test_a_window_is_one_senders_own(local: Local) -> None:
    other = await local.account()
    account = await local.account(whatsapp_senders=["+12125550151", "+12125550152"])
    first, second = (one["address"] for one in account.facts["whatsapp_senders"])
    await writes(local, first)

    assert (await answered(account, first))["status"] == "read"
    assert (await answered(account, second))["error_code"] == 63016
    assert (await answered(other, other.whatsapp))["error_code"] == 63016


async def test_a_handset_without_whatsapp_cannot_be_reached(local: Local) -> None:
    await writes(local, local.whatsapp)
    await local.does("PATCH", f"/phones/{HANDSET}", {"whatsapp": False})

    assert (await answered(local, local.whatsapp))["error_code"] == 63003


async def test_the_sandbox_reaches_only_who_joined(local: Local) -> None:
    message = await answered(local, SANDBOX)
    assert (message["status"], message["error_code"]) == ("failed", 63015)

    await writes(local, SANDBOX, " Join  sim-sandbox ")
    assert (await answered(local, SANDBOX))["status"] == "read"


async def test_the_sandbox_forgets_after_72_hours(local: Local) -> None:
    await writes(local, SANDBOX, "join sim-sandbox")
    await local.advance(72 * 3600)

    assert (await answered(local, SANDBOX))["error_code"] == 63015


async def test_stop_leaves_the_sandbox(local: Local) -> None:
    await writes(local, SANDBOX, "join sim-sandbox")
    await writes(local, SANDBOX, "stop")

    assert (await answered(local, SANDBOX))["error_code"] == 63015


async def test_joining_another_sandbox_leaves_the_first(local: Local) -> None:
    other = await local.account()
    await writes(local, SANDBOX, "join sim-sandbox")
    await writes(local, SANDBOX, other.facts["sandbox"]["join_word"])

    assert (await writes(local, SANDBOX))["account_sid"] == other.sid
    assert (await answered(local, SANDBOX))["error_code"] == 63015


async def test_a_stranger_to_the_sandbox_gets_a_hint(local: Local) -> None:
    told = await writes(local, SANDBOX)

    assert told["message_sid"] is None
    assert "has not joined" in told["note"]


async def test_a_handset_that_is_off_gets_its_messages_when_it_is_on_again(local: Local) -> None:
    await writes(local, local.whatsapp)
    await local.does("PATCH", f"/phones/{HANDSET}", {"state": "off"})
    message = await answered(local, local.whatsapp)
    assert message["status"] == "sent"

    await local.does("PATCH", f"/phones/{HANDSET}", {"state": "reachable"})
    await local.advance(30)

    assert (await local.message(message["sid"]))["status"] == "read"


async def test_the_control_api_joins_without_a_text(local: Local) -> None:
    await local.does("POST", f"/accounts/{local.sid}/sandbox", {"join": [HANDSET]})

    assert (await answered(local, SANDBOX))["status"] == "read"


async def test_a_typing_indicator_needs_an_inbound_message(local: Local) -> None:
    told = await writes(local, local.whatsapp)
    sent = await local.sent()
    path = "/v2/Indicators/Typing.json"

    answer = await local.call("POST", path, {"messageId": told["message_sid"], "channel": "whatsapp"})
    assert (answer.status, answer.json) == (200, {"success": True})

    assert (await local.call("POST", path, {"messageId": sent["sid"], "channel": "whatsapp"})).code == 20422
    assert (await local.call("POST", path, {"messageId": told["message_sid"]})).code == 20422


async def test_whatsapp_takes_one_file(local: Local) -> None:
    form = {
        "To": WHATSAPP,
        "From": local.whatsapp,
        "MediaUrl": [f"https://example.org/{n}.png" for n in "ab"],
    }
    lenient = Local(Simulator(Options(seed=1, ruleset=Ruleset(whatsapp_extra_media="ignore"))))

    assert (await local.send(**form)).code == 21623
    assert (await lenient.sent(**form))["num_media"] == "1"
    lenient.simulator.stop()
