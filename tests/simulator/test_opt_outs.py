"""STOP, START and HELP, and what a stop stops."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_sending_templates import under

from twilio_simulator.clock import iso
from twilio_simulator.life.opt_outs import ANSWERS
from twilio_simulator.ruleset import Ruleset
from twilio_simulator.simulator import Options, Simulator

pytestmark = pytest.mark.anyio


async def writes(local: Local, body: str, to: str | None = None) -> Any:
    content = {"to": to or local.number, "body": body}
    return await local.does("POST", f"/phones/{HANDSET}/messages", content)


async def screen(local: Local) -> list[str]:
    rows = (await local.does("GET", f"/phones/{HANDSET}/messages?order=newest"))["messages"]
    return [one["body"] for one in rows if one["direction"] == "in"]


async def opt_outs(local: Local) -> list[tuple[str, str]]:
    rows = (await local.does("GET", f"/accounts/{local.sid}/opt-outs"))["opt_outs"]
    return [(one["scope"], one["handset"]) for one in rows]


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop ", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
)
async def test_a_stop_word_stops_and_is_answered(local: Local, word: str) -> None:
    await writes(local, word)

    answer = await local.send()

    assert (answer.status, answer.code) == (400, 21610)
    assert await screen(local) == [ANSWERS["STOP"]]
    assert await opt_outs(local) == [(local.number, HANDSET)]


@pytest.mark.parametrize("words", ["please stop", "STOP!", "stopping", "stop stop"])
async def test_a_stop_word_within_a_text_stops_nothing(local: Local, words: str) -> None:
    await writes(local, words)

    assert (await local.send()).status == 201
    assert await screen(local) == []


@pytest.mark.parametrize("word", ["START", "yes", "UNSTOP"])
async def test_a_start_word_takes_the_stop_back(local: Local, word: str) -> None:
    await writes(local, "STOP")
    await writes(local, word)

    assert (await local.send()).status == 201
    assert (await screen(local))[0] == ANSWERS["START"]
    assert await opt_outs(local) == []


async def test_help_is_answered_and_stops_nothing(local: Local) -> None:
    await writes(local, "info")

    assert await screen(local) == [ANSWERS["HELP"]]
    assert (await local.send()).status == 201


async def test_a_stop_is_between_two_numbers(local: Local) -> None:
    account = await local.account(numbers=["+12125550101", "+12125550102"])
    await writes(account, "STOP", "+12125550101")

    assert (await account.send(From="+12125550101")).code == 21610
    assert (await account.send(From="+12125550102")).status == 201
    assert (await account.send(From="+12125550101", To="+14155550124")).status == 201
    assert (await local.send()).status == 201


async def test_a_stop_to_a_service_stops_all_its_numbers(local: Local) -> None:
    account = await local.account(numbers=["+12125550101", "+12125550102"], messaging_services=["Shop"])
    service = account.facts["messaging_service"]
    await writes(account, "STOP", "+12125550101")

    message = await account.sent(From=None, MessagingServiceSid=service)
    await local.advance(5)
    found = await account.message(message["sid"])

    assert (found["status"], found["error_code"]) == ("failed", 21610)
    assert found["error_message"] == "Attempt to send to unsubscribed recipient"
    assert (await account.send(From="+12125550101")).code == 21610


async def test_the_ruleset_may_refuse_a_service_at_once() -> None:
    world = under(Ruleset(service_opt_out="at_once"))
    account = await world.account(messaging_services=["Shop"])
    await writes(account, "STOP")

    answer = await account.send(From=None, MessagingServiceSid=account.facts["messaging_service"])

    assert answer.code == 21610


async def test_the_webhook_is_called_all_the_same(local: Local, receiver: Receiver) -> None:
    account = await local.account(inbound_url=f"{receiver.url}/in")

    await writes(account, "STOP")
    await local.advance(1)

    assert receiver.got[0].fields["Body"] == "STOP"
    assert "OptOutType" not in receiver.got[0].fields


@pytest.mark.parametrize(("word", "kind"), [("stop", "STOP"), ("START", "START"), ("help", "HELP")])
async def test_advanced_opt_out_tells_the_webhook(
    local: Local, receiver: Receiver, word: str, kind: str
) -> None:
    service = {"advanced_opt_out": True, "inbound_request_url": f"{receiver.url}/in"}
    account = await local.account(messaging_services=[service])

    await writes(account, word)
    await local.advance(1)

    assert receiver.got[0].fields["OptOutType"] == kind


async def test_whatsapp_heeds_the_words_only_with_advanced_opt_out(local: Local) -> None:
    plain = await local.account()
    advanced = await local.account(messaging_services=[{"advanced_opt_out": True}])
    to = f"whatsapp:{HANDSET}"
    for account in (plain, advanced):
        await writes(account, "STOP", account.whatsapp)

    assert (await plain.send(To=to, From=plain.whatsapp)).status == 201
    assert (await advanced.send(To=to, From=advanced.whatsapp)).code == 21610


async def test_the_control_api_switches_advanced_opt_out_on(local: Local) -> None:
    account = await local.account(messaging_services=["Shop"])
    path = f"/messaging-services/{account.facts['messaging_service']}"

    assert (await local.does("PATCH", path, {"advanced_opt_out": True}))["advanced_opt_out"] is True

    await writes(account, "STOP", account.whatsapp)
    answer = await account.send(To=f"whatsapp:{HANDSET}", From=account.whatsapp)
    assert answer.code == 21610
    assert (await local.control("PATCH", path, {"advanced_opt_out": "yes"})).status == 400
    assert (await local.control("PATCH", f"/messaging-services/MG{'0' * 32}", {})).status == 404


async def test_the_control_api_seeds_and_takes_back_a_stop(local: Local) -> None:
    path, stop = f"/accounts/{local.sid}/opt-outs", {"scope": local.number, "handset": HANDSET}
    await local.does("POST", path, stop)
    assert (await local.send()).code == 21610

    await local.does("DELETE", path, stop)
    assert (await local.send()).status == 201

    await local.does("POST", path, {**stop, "keyword": "QUIT"})
    await local.does("DELETE", path)
    assert await opt_outs(local) == []


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"handset": HANDSET}, "scope"),
        ({"scope": "+12125550199", "handset": HANDSET}, "scope"),
        ({"scope": "+14155550100", "handset": "Ada"}, "handset"),
        ({"scope": "+14155550100", "handset": HANDSET, "since": 1}, "since"),
    ],
)
async def test_a_bad_stop_is_explained_and_changes_nothing(
    local: Local, content: dict[str, object], field: str
) -> None:
    answer = await local.control("POST", f"/accounts/{local.sid}/opt-outs", content)

    assert answer.status == 400
    assert [one["field"] for one in answer.json["errors"]] == [field]
    assert await opt_outs(local) == []


async def test_a_reset_account_has_no_stops(local: Local) -> None:
    await writes(local, "STOP")

    await local.does("POST", "/reset", {"account": local.sid})

    assert (await local.send()).status == 201


WORDS = ("STOP", "quit", "START", "yes", "HELP", "Hello", "please stop")


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(st.sampled_from([*WORDS, "send", "schedule", "wait"]), max_size=14))
async def test_a_text_goes_out_only_if_the_last_word_was_no_stop(steps: list[str]) -> None:
    world = Local(Simulator(Options(seed=3, check_responses=True)))
    world.simulator.world.clock.freeze()
    account = await world.account(messaging_services=["Shop"])
    service = {"From": None, "MessagingServiceSid": account.facts["messaging_service"]}
    stopped, scheduled = False, list[str]()
    for step in steps:
        if step == "send":
            answer = await account.send()
            assert answer.status == (400 if stopped else 201)
        elif step == "schedule":
            later = iso(account.simulator.world.clock.now() + 600_000)
            scheduled.append((await account.sent(**service, ScheduleType="fixed", SendAt=later))["sid"])
        elif step == "wait":
            await account.advance(60)
        else:
            await writes(account, step)
            kind = WORDS.index(step) // 2
            stopped = kind == 0 or (stopped and kind != 1)
        assert bool(await opt_outs(account)) == stopped
    await account.advance(900)

    for sid in scheduled:
        message = await account.message(sid)
        assert message["status"] in ("delivered", "failed")
        assert (message["error_code"] == 21610) == (message["status"] == "failed")
    if stopped and "wait" not in steps:
        codes = [(await account.message(sid))["error_code"] for sid in scheduled]
        assert codes == [21610] * len(scheduled)
