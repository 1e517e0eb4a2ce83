"""Calls that Twilio makes by itself: codes that are spoken, numbers that are validated by keys."""

from dataclasses import replace
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver

pytestmark = pytest.mark.anyio


async def spoken(local: Local, **parameters: str) -> Any:
    """Start a verification by call, and the call that it makes."""
    answer = await local.start(Channel="call", **parameters)
    assert answer.status == 201, answer.body
    return (await local.does("GET", "/calls"))["calls"][-1]


async def call_of(local: Local, sid: str) -> Any:
    return await local.does("GET", f"/calls/{sid}")


def words(call: Any) -> list[tuple[str, str]]:
    return [(one["verb"], one["text"]) for one in call["heard"]]


async def listed(local: Local) -> int:
    return len((await local.call("GET", "{}/Calls.json")).json["calls"])


async def test_a_verification_by_call_rings_the_handset_and_says_the_code(local: Local) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"calls": "ring"})
    call = await spoken(local)
    assert (call["to"], call["from"], call["purpose"]) == (HANDSET, "Verify", "verification")

    await local.advance(2)
    answered = await local.does("POST", f"/calls/{call['sid']}/answer")
    await local.advance(20)

    code = " ".join(await local.code())
    assert answered["status"] == "in-progress"
    ((verb, text),) = words(await call_of(local, call["sid"]))
    assert (verb, text.endswith(code)) == ("Say", True)
    assert (await call_of(local, call["sid"]))["status"] == "completed"
    shown = (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"][0]
    assert (shown["channel"], shown["peer"], shown["body"]) == ("call", "Verify", text)


async def test_a_phone_that_nobody_answers_hears_no_code_but_the_control_api_tells_it(local: Local) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"state": "off"})
    call = await spoken(local)
    await local.advance(2)
    refused = await local.control("POST", f"/calls/{call['sid']}/answer")
    await local.advance(100)

    assert refused.status == 409
    assert (await call_of(local, call["sid"]))["status"] == "no-answer"
    assert (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"] == []
    assert (await local.check(await local.code())).json["valid"] is True


async def test_the_calls_of_verify_are_not_the_accounts(local: Local) -> None:
    balance = local.simulator.account.balance_micros
    call = await spoken(local)
    mine = await local.call(
        "POST", "{}/Calls.json", {"To": HANDSET, "From": local.number, "Twiml": "<Response/>"}
    )
    await local.advance(20)

    assert (await local.call("GET", f"{{}}/Calls/{call['sid']}.json")).status == 404
    assert (await listed(local), mine.json["queue_time"]) == (1, "0")
    # The customer's own call of a minute is all that was paid for.
    assert balance - local.simulator.account.balance_micros == 14_000


async def test_a_ruleset_may_list_them(local: Local) -> None:
    local.simulator.world.rules = replace(local.simulator.world.rules, calls_of_twilios_own="listed")
    call = await spoken(local)

    assert (await local.call("GET", f"{{}}/Calls/{call['sid']}.json")).json["status"] == "queued"


async def test_a_service_may_want_a_key_first(local: Local) -> None:
    await local.call("POST", f"/v2/Services/{local.verify}", {"DtmfInputRequired": "true"})
    first, second = await spoken(local), await spoken(local)
    await local.advance(5)
    code = " ".join(await local.code())
    assert all(code not in text for _, text in words(await call_of(local, first["sid"])))

    pressed = await local.does("POST", f"/calls/{first['sid']}/digits", {"digits": "5"})
    await local.advance(60)

    assert pressed["taken"] is True
    heard = words(await call_of(local, first["sid"]))
    assert heard[-1][1].endswith(code)
    silent = words(await call_of(local, second["sid"]))
    assert [verb for verb, _ in silent] == ["Say", "Say"]
    assert all(code not in text for _, text in silent)


async def test_an_extension_is_dialled_once_the_call_is_answered(local: Local) -> None:
    call = await spoken(local, SendDigits="ww12#")
    await local.advance(5)

    assert words(await call_of(local, call["sid"]))[0] == ("SendDigits", "ww12#")
    wrong = await local.start(Channel="call", SendDigits="x")
    assert (wrong.code, wrong.json["message"]) == (60200, "Invalid parameter: SendDigits")


@pytest.mark.parametrize(("how", "calls"), [("drop", 0), ("duplicate", 2), ("delay", 1)])
async def test_faults_of_the_code_hold_for_calls_too(local: Local, how: str, calls: int) -> None:
    action = {"kind": how, **({"seconds": 30} if how == "delay" else {})}
    await local.does("POST", "/faults", {"match": {"delivery": "code"}, "do": [action]})
    await local.start(Channel="call")
    early = (await local.does("GET", "/calls"))["calls"]
    await local.advance(60)

    assert len(early) == (0 if how == "delay" else calls)
    assert len((await local.does("GET", "/calls"))["calls"]) == calls


async def test_a_spoken_code_outlasts_a_snapshot(local: Local) -> None:
    await local.call("POST", f"/v2/Services/{local.verify}", {"DtmfInputRequired": "true"})
    call = await spoken(local)
    await local.advance(5)
    await local.does("POST", "/snapshots/asked")
    await local.advance(100)
    await local.does("POST", "/snapshots/asked/restore")

    await local.does("POST", f"/calls/{call['sid']}/digits", {"digits": "1"})
    await local.advance(20)

    over = await call_of(local, call["sid"])
    assert (over["status"], words(over)[-1][0]) == ("completed", "Say")


async def validated(local: Local, **form: str) -> Any:
    answer = await local.call("POST", "{}/OutgoingCallerIds.json", {"PhoneNumber": HANDSET, **form})
    assert answer.status == 200, answer.body
    return answer.json


async def test_a_number_is_validated_on_the_keypad(local: Local, receiver: Receiver) -> None:
    request = await validated(local, Extension="99", StatusCallback=receiver.url)
    await local.advance(5)
    path = f"/calls/{request['call_sid']}"

    await local.does("POST", f"{path}/digits", {"digits": request["validation_code"]})
    await local.advance(10)

    call = await local.does("GET", path)
    assert (call["purpose"], call["status"]) == ("validation", "completed")
    assert words(call)[-1] == ("Say", "Thank you. Your number is verified.")
    assert ("SendDigits", "99") in words(call)
    assert len((await local.call("GET", "{}/OutgoingCallerIds.json")).json["outgoing_caller_ids"]) == 1
    assert [one.fields["VerificationStatus"] for one in receiver.got] == ["success"]
    assert await listed(local) == 0


@pytest.mark.parametrize("phone", [{"calls": "decline"}, {"calls": "busy"}, {"state": "unknown"}])
async def test_a_validation_that_is_not_taken_fails(
    local: Local, receiver: Receiver, phone: dict[str, str]
) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", phone)
    await validated(local, StatusCallback=receiver.url)
    await local.advance(10)

    assert [one.fields["VerificationStatus"] for one in receiver.got] == ["failed"]
    assert (await local.call("POST", "{}/OutgoingCallerIds.json", {"PhoneNumber": "1"})).code == 21401
    wrong = {"PhoneNumber": HANDSET, "Extension": "x"}
    assert (await local.call("POST", "{}/OutgoingCallerIds.json", wrong)).code == 20422


async def test_a_reset_account_has_no_call_under_way(local: Local) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"calls": "ring"})
    await spoken(local)
    await validated(local, CallDelay="10")
    await local.advance(2)

    await local.does("POST", "/reset", {"account": local.sid})
    await local.advance(20)

    assert (await local.does("GET", "/calls"))["calls"] == []
