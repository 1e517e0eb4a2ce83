"""Spans as a real server hands them to a real collector, and what becomes of it where there is none."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.collector import collecting
from tests.journeys.processes import Installation, ended, free_port, installation

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

ADA = "+15005550006"
HI = {"to": ADA, "body": "Hi Ada, a secret"}
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture(scope="module")
async def machine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(tmp_path_factory.mktemp("traced")) as installed:
        yield installed


def traced(machine: Installation, port: int, **variables: str) -> None:
    """Have what is started from now on record."""
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}
    machine.variables = {"RINGBACK_OTEL": "1"} | endpoint | variables


async def said(machine: Installation, server: asyncio.subprocess.Process, event: str) -> list[Any]:
    """What a server's log tells under a name, once it does."""
    async with asyncio.timeout(30):
        while True:
            lines = [json.loads(line) for line in machine.log_of(server).splitlines() if line[:1] == "{"]
            if found := [line for line in lines if line["event"] == event]:
                return found
            await asyncio.sleep(0.05)


async def test_the_spans_of_a_send_arrive_in_the_callers_trace(machine: Installation) -> None:
    async with collecting(free_port()) as collector:
        traced(machine, collector.port, OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=fair")
        async with machine.serving():
            status, job = await machine.act("SendMessage", HI, traceparent=PARENT)

    (attempt,), (request,) = collector.spans("ringback.attempt"), collector.spans("twilio POST")
    told = {known.key: known.value.string_value for known in attempt.span.attributes}
    assert (status, told["ringback.job"], told["ringback.verdict"]) == (200, job["id"], "done")
    assert attempt.span.trace_id.hex() == request.span.trace_id.hex() == TRACE
    assert attempt.span.parent_span_id.hex() == SPAN
    assert request.span.parent_span_id == attempt.span.span_id
    for arrived in (attempt, request):
        assert arrived.resource["service.name"] == "ringback"
        assert arrived.resource["deployment.environment.name"] == "fair"
    facts = machine.twilio
    for private in (ADA[1:], "secret", facts["number"][1:], facts["account_sid"], facts["auth_token"]):
        assert private.encode() not in b"".join(collector.bodies)
    assert machine.key.removeprefix("rb_").encode() not in b"".join(collector.bodies)


async def test_a_trace_goes_on_in_the_worker_that_sends_what_a_server_accepted(shared: Installation) -> None:
    await shared.control("/faults", {"match": {"to": ADA}, "do": [{"kind": "rate_limit"}]})
    async with collecting(free_port()) as collector:
        traced(shared, collector.port, OTEL_SERVICE_NAME="counter")
        async with shared.serving("--no-dispatch"):
            status, job = await shared.act("SendMessage", HI, wait=0, traceparent=PARENT)
            traced(shared, collector.port, OTEL_SERVICE_NAME="worker")
            async with shared.working():
                await shared.job_until(job["id"], "done")

    attempts, requests = collector.spans("ringback.attempt"), collector.spans("twilio POST")
    told = [{known.key: known.value for known in attempt.span.attributes} for attempt in attempts]
    assert status == 202
    assert [facts["ringback.job"].string_value for facts in told] == [job["id"]] * 2
    assert [facts["ringback.verdict"].string_value for facts in told] == ["not_sent", "done"]
    assert {one.resource["service.name"] for one in attempts + requests} == {"worker"}
    assert {one.span.trace_id.hex() for one in attempts + requests} == {TRACE}
    assert {one.span.parent_span_id.hex() for one in attempts} == {SPAN}
    assert [one.span.parent_span_id for one in requests] == [one.span.span_id for one in attempts]
    for private in (ADA[1:], "secret", shared.twilio["number"][1:], shared.twilio["auth_token"]):
        assert private.encode() not in b"".join(collector.bodies)


async def test_a_command_hands_over_under_the_name_it_was_given(machine: Installation) -> None:
    async with collecting(free_port()) as collector:
        traced(machine, collector.port, OTEL_SERVICE_NAME="till")
        sent = await machine.run("run", "SendMessage", "--account", "shop", "--to", ADA, "--body", "Hi")

    (attempt,) = collector.spans("ringback.attempt")
    assert sent.code == 0
    assert attempt.resource["service.name"] == "till"


async def test_without_a_collector_all_goes_on_and_the_log_says_so_once(machine: Installation) -> None:
    # A minute, so that OpenTelemetry itself would hold a stop up for the 30 seconds that it may.
    traced(machine, free_port(), OTEL_EXPORTER_OTLP_TIMEOUT="60", OTEL_BSP_SCHEDULE_DELAY="50")
    clock = asyncio.get_running_loop().time
    async with machine.serving(public=False) as server:
        answers = [await machine.act("SendMessage", HI, traceparent=PARENT) for _ in range(3)]
        asked = clock()
        await ended(server)
        took = clock() - asked

    log = machine.log_of(server)
    (told,) = [json.loads(line) for line in log.splitlines() if "span" in line.lower()]
    assert [status for status, _ in answers] == [200, 200, 200]
    assert (told["event"], told["level"], told["error"]) == (
        "spans_not_handed_over",
        "warning",
        "ConnectionError",
    )
    assert "Traceback" not in log
    assert server.returncode == 0
    assert took < 15


async def test_a_collector_that_refuses_and_then_takes_is_told_of_once_each(machine: Installation) -> None:
    async with collecting(free_port()) as collector:
        collector.status = 400
        traced(machine, collector.port, OTEL_BSP_SCHEDULE_DELAY="50")
        async with machine.serving(public=False) as server:
            await machine.act("SendMessage", HI)
            (refused,) = await said(machine, server, "spans_not_handed_over")
            collector.status = 200
            await machine.act("SendMessage", HI)
            again = await said(machine, server, "spans_handed_over_again")

    assert (refused["level"], refused["http_status"]) == ("warning", 400)
    assert len(again) == 1


async def test_a_header_that_is_none_is_left_out_and_not_quoted(machine: Installation) -> None:
    traced(machine, free_port(), OTEL_EXPORTER_OTLP_HEADERS="Bearer 5ecret")
    async with machine.serving(public=False) as server:
        (told,) = await said(machine, server, "header_left_out")

    assert "name=value" in told["reason"]
    assert "5ecret" not in machine.log_of(server)


async def test_a_variable_that_cannot_be_used_is_told_of_at_the_start(machine: Installation) -> None:
    traced(machine, free_port(), OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT="many")

    asked = await machine.run("jobs", "list")

    assert asked.code == 2
    assert "OTEL_" in asked.err
    assert "Traceback" not in asked.err
