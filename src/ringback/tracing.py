"""Spans for OpenTelemetry, where it is wanted: ids and verdicts, never a number, a text or a secret.

Nothing of OpenTelemetry is imported unless tracing is on.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from itertools import chain
from threading import Thread, get_ident
from typing import Any
from urllib.parse import urlsplit

from ringback import __version__
from ringback.errors import Misconfigured

PARENT = "traceparent"
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header"""

LAST = 2.0
"""Seconds that the last hand-over may take of a stop; OpenTelemetry would take up to 30."""

STATUSES = range(100, 600)
HEADERS = "OTEL_EXPORTER_OTLP_HEADERS takes name=value, more of them separated by commas"

MISSING = "RINGBACK_OTEL is on, and a part of OpenTelemetry is not installed: pip install 'ringback[otel]'"


class Span:
    """A span, or nothing where nobody records."""

    def __init__(self, span: Any = None) -> None:
        self._span = span

    def tell(self, **facts: Any) -> None:
        """Facts as attributes under `ringback.`."""
        if self._span is not None:
            self._span.set_attributes({f"ringback.{name}": value for name, value in facts.items()})

    def asked(self, method: str, host: str) -> None:
        """What an exchange is, in OpenTelemetry's words."""
        if self._span is not None:
            self._span.set_attributes({"http.request.method": method, "server.address": host})

    def answered(self, status: int, request_id: str | None) -> None:
        """What an exchange was answered with."""
        if self._span is None:
            return
        self._span.set_attribute("http.response.status_code", status)
        if request_id is not None:
            self._span.set_attribute("twilio.request_id", request_id)
        if status >= 400:  # noqa: PLR2004 - client and server errors
            self.failed(str(status))

    def failed(self, word: str) -> None:
        """It did not succeed, in a word; never with the text of an error, which may quote a message."""
        if self._span is not None:
            from opentelemetry.trace import StatusCode  # noqa: PLC0415 - the extra

            self._span.set_status(StatusCode.ERROR)
            self._span.set_attribute("error.type", word)


class Tracing:
    """Spans by a provider of OpenTelemetry, a program's or one with an exporter of ours; without, nothing."""

    def __init__(self, provider: Any = None, exporter: "Exporter | None" = None) -> None:
        self._provider = provider
        self._exporter = exporter
        self._tracer: Any = provider.get_tracer("ringback", __version__) if provider is not None else None

    def carried(self, headers: Mapping[str, str]) -> str | None:
        """The trace that a new job belongs to: that of the span around us, else the one a request names."""
        if self._tracer is None:
            return None
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - the extra
            TraceContextTextMapPropagator,
        )

        around: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(around)
        given = around.get(PARENT) or headers.get(PARENT, "")
        return given if TRACEPARENT.fullmatch(given) else None

    @contextmanager
    def attempt(self, parent: str | None, **facts: Any) -> Iterator[Span]:
        """A span around one try of a job, within the trace that it was accepted in."""
        if self._tracer is None:
            yield Span()
            return
        from opentelemetry.context import Context  # noqa: PLC0415 - the extra
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 - the extra
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - the extra
            TraceContextTextMapPropagator,
        )

        context = TraceContextTextMapPropagator().extract({PARENT: parent} if parent else {}, Context())
        with self._span("ringback.attempt", SpanKind.CONSUMER, context) as span:
            span.tell(**facts)
            yield span

    @contextmanager
    def exchange(self, method: str, url: str) -> Iterator[Span]:
        """A span around one request to Twilio; its path is left out, for it may name a number."""
        if self._tracer is None:
            yield Span()
            return
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 - the extra

        with self._span(f"twilio {method}", SpanKind.CLIENT, None) as span:
            span.asked(method, urlsplit(url).hostname or "")
            yield span

    @contextmanager
    def _span(self, name: str, kind: Any, context: Any) -> Iterator[Span]:
        with self._tracer.start_as_current_span(
            name, context, kind=kind, record_exception=False, set_status_on_exception=False
        ) as recorded:
            span = Span(recorded)
            try:
                yield span
            except Exception as error:
                span.failed(type(error).__name__)
                raise

    def close(self) -> None:
        """Hand over what has been recorded, as far as that is quick."""
        if self._exporter is None:
            return
        # Not a thread of a pool: those are waited for when the process ends.
        last = Thread(target=self._provider.shutdown, daemon=True)
        last.start()
        last.join(LAST)
        if last.is_alive():
            self._exporter.give_up()


class Exporter:
    """Another exporter, told of in our log: once when it begins to fail, once when it succeeds again."""

    def __init__(self, inner: Any, log: Any) -> None:
        self._inner = inner
        self._log = log
        self._heard: list[logging.LogRecord] = []
        self._failing = False
        self._closed = False

    def export(self, spans: Any) -> Any:
        """Hand spans over; whether that succeeded, in OpenTelemetry's terms."""
        with overheard(type(self._inner).__module__) as self._heard:
            result = self._inner.export(spans)
        if result.name != "SUCCESS":
            self._failed()
        elif self._failing:
            self._failing = False
            self._log.info("spans_handed_over_again")
        return result

    def give_up(self) -> None:
        """Whatever is still on its way is not waited for."""
        self._failed()
        self.shutdown()

    def shutdown(self) -> None:
        """Try nothing again, and close."""
        if not self._closed:
            self._closed = True
            self._inner.shutdown()

    def _failed(self) -> None:
        if not self._failing:
            self._failing = True
            self._log.warning("spans_not_handed_over", **facts_of(self._heard))


@contextmanager
def overheard(name: str) -> Iterator[list[logging.LogRecord]]:
    """Keep what this thread logs under a name out of every log, and listen.

    OpenTelemetry logs each retry, and quotes addresses and headers, which may hold a secret.
    """
    heard: list[logging.LogRecord] = []
    thread = get_ident()

    def keep(record: logging.LogRecord) -> bool:
        if record.thread != thread:
            return True
        heard.append(record)
        return False

    source = logging.getLogger(name)
    source.addFilter(keep)
    try:
        yield heard
    finally:
        source.removeFilter(keep)


def facts_of(heard: list[logging.LogRecord]) -> dict[str, Any]:
    """What may be told of it: the last kind of error and the last HTTP status."""
    facts: dict[str, Any] = {}
    for value in chain.from_iterable(record.args or () for record in heard):
        if isinstance(value, Exception):
            facts["error"] = type(value).__name__
        elif value in STATUSES:
            facts["http_status"] = value
    return facts


def open_tracing(*, on: bool, log: Any) -> Tracing:
    """Tracing as it was asked for: by the program's own provider, else by one that exports over OTLP.

    Where to, the standard `OTEL_…` variables say; that it fails, the log.

    Raises:
        Misconfigured: The extra is not installed, or a variable cannot be used.
    """
    if not on:
        return Tracing()
    try:
        from opentelemetry import trace  # noqa: PLC0415 - the extra

        if not isinstance(present := trace.get_tracer_provider(), trace.ProxyTracerProvider):
            return Tracing(present)
        exporter = Exporter(_over_http(log), log)
        return Tracing(_provider(exporter), exporter)
    except ImportError as error:
        raise Misconfigured(f"{MISSING} ({error.name}).") from error
    except (ValueError, RuntimeError) as error:
        raise Misconfigured(f"An OTEL_… variable cannot be used: {error}") from error


def _over_http(log: Any) -> Any:
    with overheard("opentelemetry.util.re") as heard:
        exporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter()
    if heard:
        log.warning("header_left_out", reason=HEADERS)
    return exporter


def _provider(exporter: Any) -> Any:
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - the extra
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - the extra
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - the extra

    ours = Resource({"service.name": "ringback", "service.version": __version__})
    told = Resource.create()  # of OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES
    named = not str(told.attributes["service.name"]).startswith("unknown_service")
    resource = ours.merge(told) if named else told.merge(ours)
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)  # `Tracing.close` does, in bounds
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
