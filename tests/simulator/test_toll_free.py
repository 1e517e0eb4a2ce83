"""STOP and START to toll-free numbers: the network heeds them, below Twilio."""

from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_advanced_opt_out import writes
from tests.simulator.test_limits import ended
from tests.simulator.test_opt_outs import screen
from tests.simulator.test_sending_templates import under

from twilio_simulator.life.opt_outs import ANSWERS
from twilio_simulator.life.toll_free import STARTED, STOPPED
from twilio_simulator.ruleset import Ruleset

pytestmark = pytest.mark.anyio
TOLL_FREE = "+18885550101"
DELIVERED, BLOCKED = ("delivered", None), ("undelivered", 30004)


async def toll_free(local: Local, **plan: Any) -> Local:
    return await local.account(numbers=[TOLL_FREE], **plan)


async def opt_outs(account: Local) -> list[tuple[str, str, str]]:
    rows = (await account.does("GET", f"/accounts/{account.sid}/opt-outs"))["opt_outs"]
    return [(one["by"], one["scope"], one["keyword"]) for one in rows]


async def test_the_network_answers_a_stop_and_blocks_late(local: Local, receiver: Receiver) -> None:
    account = await toll_free(local, inbound_url=receiver.url)

    await writes(account, "stop")

    assert await screen(account) == [STOPPED]
    assert await opt_outs(account) == [("network", TOLL_FREE, "STOP")]
    assert receiver.got[0].fields["Body"] == "stop"
    assert await ended(account) == BLOCKED
    assert await ended(account, To="+14155550124") == DELIVERED


@pytest.mark.parametrize("word", ["START", "unstop"])
async def test_the_network_answers_a_start_with_its_word(local: Local, word: str) -> None:
    account = await toll_free(local)
    await writes(account, "STOP")

    await writes(account, word)

    assert (await screen(account))[0] == STARTED.format(word=word.lower())
    assert await ended(account) == DELIVERED
    assert await opt_outs(account) == []


async def test_yes_does_not_undo_what_the_network_blocks(local: Local) -> None:
    account = await toll_free(local)
    await writes(account, "STOP")

    await writes(account, "YES")

    assert await screen(account) == [STOPPED]
    assert await ended(account) == BLOCKED


async def test_help_is_not_answered_to_whom_the_network_blocks(local: Local) -> None:
    account = await toll_free(local)

    await writes(account, "HELP")
    await writes(account, "STOP")
    await writes(account, "HELP")

    assert await screen(account) == [STOPPED, ANSWERS["HELP"]]


async def test_other_stop_words_are_twilios(local: Local) -> None:
    account = await toll_free(local)

    await writes(account, "CANCEL")

    assert await screen(account) == [ANSWERS["STOP"]]
    assert (await account.send()).code == 21610


async def test_advanced_opt_out_does_not_change_the_networks_stop(local: Local, receiver: Receiver) -> None:
    service = {"advanced_opt_out": True, "inbound_request_url": receiver.url}
    account = await toll_free(local, messaging_services=[service])
    words = {"stop": {"reply": "Bye."}, "start": {"reply": "Hello again."}}
    sid = account.facts["messaging_service"]
    await account.does("PATCH", f"/messaging-services/{sid}", {"keywords": words})

    await writes(account, "STOP")
    assert await screen(account) == [STOPPED]
    sent = await account.sent(From=None, MessagingServiceSid=sid)
    await account.advance(5)
    assert (await account.message(sent["sid"]))["error_code"] == 21610
    await writes(account, "START")

    assert await screen(account) == ["Hello again.", STARTED.format(word="start"), STOPPED]
    assert [one.fields["OptOutType"] for one in receiver.got] == ["STOP", "START"]


async def test_the_ruleset_lets_twilio_refuse_at_once() -> None:
    account = await toll_free(under(Ruleset(toll_free_stop_code=21610)))

    await writes(account, "STOP")
    assert (await account.send()).code == 21610
    await writes(account, "UNSTOP")

    assert (await account.send()).status == 201


async def test_the_control_api_takes_the_networks_stop_back(local: Local) -> None:
    account = await toll_free(local)
    stops = f"/accounts/{account.sid}/opt-outs"

    await writes(account, "STOP")
    await account.does("DELETE", stops, {"scope": TOLL_FREE, "handset": HANDSET})
    assert await ended(account) == DELIVERED
    await writes(account, "STOP")
    await account.does("DELETE", stops)

    assert await ended(account) == DELIVERED
