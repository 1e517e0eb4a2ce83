"""A send whose answer never came: never repeated, settled by proof."""

import asyncio
import signal

import pytest
from tests.journeys.processes import Installation

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

ADA = "+14155550111"
TEXT = {"to": ADA, "body": "Your order is on its way."}


async def test_a_server_killed_while_twilio_stalls_settles_the_job_by_callback(machine: Installation) -> None:
    await machine.control("/clock/freeze", {})
    await machine.control("/faults", {"match": {"to": ADA}, "do": [{"kind": "stall", "stage": "after"}]})
    async with machine.serving() as server:
        status, job = await machine.act("SendMessage", TEXT, wait=1)
        assert (status, job["state"]) == (202, "running")
        server.send_signal(signal.SIGKILL)
        await server.wait()

    async with machine.serving():
        unknown = await machine.job_until(job["id"], "unknown")
        assert "not tried again" in unknown["error"]["message"]
        await machine.control("/clock/advance", {"seconds": 30})
        done = await machine.job_until(job["id"], "done")

    assert done["message"]["status"] == "delivered"
    assert len(done["attempts"]) == 1
    assert await machine.on_screen(ADA) == [TEXT["body"]]


async def test_without_a_public_url_the_list_at_twilio_settles_it(machine: Installation) -> None:
    await machine.control("/faults", {"match": {"to": ADA}, "do": [{"kind": "drop", "stage": "after"}]})

    said = await machine.run("run", "SendMessage", "--account", "shop", "--to", ADA, "--body", "Hi", "--json")
    assert (said.code, said.json["state"]) == (3, "unknown")
    settled = await machine.run("jobs", "reconcile", said.json["id"], "--json")

    assert (settled.code, settled.json["state"]) == (0, "done")
    assert settled.json["result"]["matched_by"] == "listing"
    assert await machine.on_screen(ADA) == ["Hi"]


async def test_what_never_left_is_sent_once_it_can_be(machine: Installation) -> None:
    await machine.control("/faults", {"match": {"to": ADA}, "do": [{"kind": "rate_limit"}]})

    said = await machine.run("run", "SendMessage", "--account", "shop", "--to", ADA, "--body", "Hi", "--json")

    assert (said.code, said.json["state"]) == (0, "done")
    shown = (await machine.run("jobs", "show", said.json["id"], "--json")).json
    assert [attempt["verdict"] for attempt in shown["attempts"]] == ["not_sent", "done"]
    assert await machine.on_screen(ADA) == ["Hi"]


async def test_a_second_process_never_condemns_a_live_send(machine: Installation) -> None:
    slow = {"kind": "latency", "seconds": 18, "stage": "before"}  # longer than a lease
    await machine.control("/faults", {"match": {"to": ADA}, "do": [slow]})
    async with machine.serving():
        _, job = await machine.act("SendMessage", TEXT, wait=1)
        assert job["state"] == "running"

        other = "+14155550112"
        for _ in range(4):
            said = await machine.run("run", "SendMessage", "--account", "shop", "--to", other, "--body", "Hi")
            assert said.code == 0, said.err
            await asyncio.sleep(4)
        done = await machine.job_until(job["id"], "done")

    kinds = [event["kind"] for event in done["events"]]
    assert "unknown" not in kinds
    assert await machine.on_screen(ADA) == [TEXT["body"]]


async def test_a_reset_before_twilio_took_it_stays_unknown_until_a_person_settles_it(
    machine: Installation,
) -> None:
    await machine.control("/faults", {"match": {"to": ADA}, "do": [{"kind": "reset", "stage": "before"}]})
    said = await machine.run("run", "SendMessage", "--account", "shop", "--to", ADA, "--body", "Hi", "--json")
    assert (said.code, said.json["state"]) == (3, "unknown")

    looked = await machine.run("jobs", "reconcile", said.json["id"], "--json")
    assert (looked.code, looked.json["state"]) == (3, "unknown")
    settled = await machine.run("jobs", "settle", said.json["id"], "not_sent", "--json")

    assert settled.json["state"] == "not_sent"
    assert await machine.on_screen(ADA) == []
    shown = (await machine.run("jobs", "show", said.json["id"], "--json")).json
    assert [event["who"] for event in shown["events"] if event["kind"] == "settled"] == ["cli"]
