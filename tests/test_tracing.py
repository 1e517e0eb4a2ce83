"""Spans for OpenTelemetry: from the request to the job to Twilio, and nothing private in them."""

import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from tests.http.outside import ADA, Api, served

from ringback.errors import Misconfigured
from ringback.log import logger
from ringback.settings import Settings, read_settings
from ringback.tracing import Tracing, open_tracing
from twilio_simulator.faults.book import Action

pytestmark = pytest.mark.anyio

HI = {"to": ADA, "body": "Hi Ada, a secret"}
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
EXTRA_ABSENT = """
import sys
sys.modules["{name}"] = None
from ringback.errors import Misconfigured
from ringback.tracing import open_tracing
open_tracing(on=False, log=None).carried({{}})
try:
    open_tracing(on=True, log=None)
except Misconfigured as error:
    print(error.message)
"""
NOTHING_IMPORTED = """
import asyncio, sys
from ringback import Ringback

async def main():
    async with Ringback.open(sys.argv[1]) as rb:
        await rb.counts()
    print([name for name in sys.modules if name.startswith("opentelemetry.sdk")])

asyncio.run(main())
"""


@pytest.fixture(scope="session")
def recorded() -> InMemorySpanExporter:
    """A provider that the program around Ringback has set up."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
async def traced(
    recorded: InMemorySpanExporter, settings: Settings
) -> AsyncIterator[tuple[Api, InMemorySpanExporter]]:
    async with served(replace(settings, otel=True)) as api:
        await api.connected()
        recorded.clear()
        yield api, recorded


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("traced")
    return Settings(database=folder / "ringback.db", key_file=folder / "key")


def named(spans: Sequence[ReadableSpan], name: str) -> ReadableSpan:
    (found,) = [span for span in spans if span.name == name]
    return found


def span_id(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.span_id:016x}"


async def test_a_jobs_spans_belong_to_the_request_that_asked_for_it(
    traced: tuple[Api, InMemorySpanExporter],
) -> None:
    api, exporter = traced
    job = (await api.run("SendMessage", HI, headers=PARENT)).body

    spans = exporter.get_finished_spans()
    attempt, request = named(spans, "ringback.attempt"), named(spans, "twilio POST")

    assert attempt.context is not None
    assert attempt.parent is not None
    assert f"{attempt.context.trace_id:032x}" == TRACE
    assert f"{attempt.parent.span_id:016x}" == SPAN
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == span_id(attempt)
    assert dict(attempt.attributes or {}) == {
        "ringback.job": job["id"],
        "ringback.action": "SendMessage",
        "ringback.account": "shop",
        "ringback.attempt": 1,
        "ringback.verdict": "done",
    }
    assert (attempt.kind, request.kind) == (SpanKind.CONSUMER, SpanKind.CLIENT)


async def test_nothing_private_is_in_a_span(traced: tuple[Api, InMemorySpanExporter]) -> None:
    api, exporter = traced
    await api.run("SendMessage", HI)
    await api.run("SendVerify", {"to": ADA})
    await api.run("ListMessages", {"to": ADA})

    told = " ".join(span.to_json() for span in exporter.get_finished_spans())

    facts = api.simulator.introduction()
    for private in (ADA[1:], "secret", facts["auth_token"], facts["account_sid"], api.key):
        assert private not in told
    assert '"server.address": "127.0.0.1"' in told
    assert '"twilio.request_id": "RQ' in told


@pytest.mark.parametrize(
    ("fault", "verdict", "why"),
    [
        (Action(kind="refusal", code=21211, status=400), "refused", "400"),
        (Action(kind="drop", stage="after"), "unknown", "OutcomeUnknown"),
    ],
)
async def test_what_did_not_succeed_is_an_error_without_its_text(
    traced: tuple[Api, InMemorySpanExporter], fault: Action, verdict: str, why: str
) -> None:
    api, exporter = traced
    api.simulator.faults.add({"operation": "CreateMessage"}, [fault])
    await api.run("SendMessage", HI)

    spans = exporter.get_finished_spans()
    attempt, request = named(spans, "ringback.attempt"), named(spans, "twilio POST")

    assert attempt.status.status_code is StatusCode.ERROR
    assert request.status.status_code is StatusCode.ERROR
    assert (attempt.attributes or {})["error.type"] == verdict
    assert (request.attributes or {})["error.type"] == why
    assert attempt.events == request.events == ()


async def test_the_span_around_a_call_from_python_is_the_parent(
    traced: tuple[Api, InMemorySpanExporter],
) -> None:
    api, exporter = traced
    with trace.get_tracer("program").start_as_current_span("checkout") as around:
        await api.connector.run("SendMessage", HI, account="shop")

    attempt = named(exporter.get_finished_spans(), "ringback.attempt")

    assert attempt.parent is not None
    assert attempt.parent.span_id == around.get_span_context().span_id


@pytest.mark.parametrize("given", ["", "nonsense", f"00-{'0' * 32}-{SPAN}-01", f"ff-{TRACE}-{SPAN}-01"])
def test_a_trace_that_is_none_is_left_out(recorded: InMemorySpanExporter, given: str) -> None:
    assert recorded is not None
    assert open_tracing(on=True, log=logger()).carried({"traceparent": given}) is None
    assert open_tracing(on=True, log=logger()).carried(PARENT) == PARENT["traceparent"]


def test_without_tracing_no_trace_is_kept() -> None:
    assert open_tracing(on=False, log=logger()).carried(PARENT) is None
    with Tracing().attempt(PARENT["traceparent"], job="job_1") as span:
        span.tell(verdict="done")
        span.answered(500, "RQ1")
        span.failed("unknown")


@pytest.mark.parametrize("name", ["opentelemetry", "opentelemetry.exporter"])
def test_what_is_not_installed_is_named_with_the_remedy(name: str) -> None:
    said = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", EXTRA_ABSENT.format(name=name)], capture_output=True, text=True, check=True
    )

    assert "pip install 'ringback[otel]'" in said.stdout
    assert name in said.stdout


def test_nothing_is_imported_unless_it_is_wanted(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("home")
    said = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", NOTHING_IMPORTED, str(home / "ledger.db")],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(home)},
    )

    assert said.stdout == "[]\n"


def test_the_switch_is_read_from_the_environment() -> None:
    assert not read_settings({}).otel
    assert read_settings({"RINGBACK_OTEL": "1"}).otel
    assert not read_settings({"RINGBACK_OTEL": "off"}).otel
    with pytest.raises(Misconfigured, match="RINGBACK_OTEL"):
        read_settings({"RINGBACK_OTEL": "perhaps"})
