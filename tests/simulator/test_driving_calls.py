"""Calls that move by hand, and calls that wait for nothing."""

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_calls import EVENTS, called, fetched, heard, voice_url

pytestmark = pytest.mark.anyio


async def test_a_manual_call_moves_by_hand_only(local: Local, receiver: Receiver) -> None:
    await local.change(progress="manual")
    sid = await called(local, StatusCallback=f"{receiver.url}/s", StatusCallbackEvent=EVENTS)
    await local.advance(3600)
    path = f"/calls/{sid}/status"

    statuses = [(await local.does("POST", path, {"status": "ringing"}))["status"]]
    await local.advance(3600)
    statuses.append((await local.does("POST", path, {"status": "in-progress"}))["status"])
    await local.advance(60)

    assert statuses == ["ringing", "in-progress"]
    assert (await fetched(local, sid))["status"] == "completed"
    assert [verb for verb, _ in await heard(local, sid)] == ["Say"]
    told = [one.fields["CallStatus"] for one in receiver.got]
    assert told == ["initiated", "ringing", "in-progress", "completed"]


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
async def test_a_call_that_rings_is_taken_another_way(local: Local, status: str) -> None:
    sid = await called(local)
    await local.advance(1)

    await local.does("POST", f"/calls/{sid}/status", {"status": status})
    await local.advance(600)

    assert (await fetched(local, sid))["status"] == status


async def test_impossible_steps_are_refused(local: Local, receiver: Receiver) -> None:
    sid = await called(local)
    await voice_url(local, f"{receiver.url}/v")

    for wrong in ("in-progress", "completed", "no-answer", "lost", ""):
        answer = await local.control("POST", f"/calls/{sid}/status", {"status": wrong})
        assert (answer.status, answer.json["errors"][0]["field"]) == (400, "status")
    assert (await fetched(local, sid))["status"] == "queued"
    await local.does("POST", f"/calls/{sid}/status", {"status": "failed"})
    assert (await local.control("POST", f"/calls/{sid}/status", {"status": "ringing"})).status == 409


async def test_an_immediate_account_waits_for_no_ringing(local: Local) -> None:
    await local.change(progress="immediate")
    sid = await called(local)
    await local.advance(0.01)

    assert (await fetched(local, sid))["status"] == "in-progress"
    assert [verb for verb, _ in await heard(local, sid)] == ["Say"]


async def test_a_suspended_account_takes_no_calls(local: Local, receiver: Receiver) -> None:
    await voice_url(local, f"{receiver.url}/v")
    await local.change(status="suspended")

    call = await local.does("POST", f"/phones/{HANDSET}/calls", {"to": local.number})

    assert (call["status"], receiver.got) == ("failed", [])
