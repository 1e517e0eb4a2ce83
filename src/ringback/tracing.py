"""Spans for OpenTelemetry, where it is wanted: ids and verdicts, never a number, a text or a secret.

Nothing of OpenTelemetry is imported unless tracing is on.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from ringback import __version__
from ringback.errors import Misconfigured

PARENT = "traceparent"
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header"""

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
    """Spans by a provider of OpenTelemetry; without one, nothing."""

    def __init__(self, provider: Any = None, *, owned: bool = False) -> None:
        self._provider = provider
        self._owned = owned
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
        """Hand over what has been recorded."""
        if self._owned:
            self._provider.shutdown()


def open_tracing(*, on: bool) -> Tracing:
    """Tracing as it was asked for: by the program's own provider, else by one that exports over OTLP.

    Where to, the standard `OTEL_…` variables say. Raises `Misconfigured` if the extra is not installed.
    """
    if not on:
        return Tracing()
    try:
        from opentelemetry import trace  # noqa: PLC0415 - the extra

        if not isinstance(present := trace.get_tracer_provider(), trace.ProxyTracerProvider):
            return Tracing(present)
        return Tracing(_exporting(), owned=True)
    except ImportError as error:
        raise Misconfigured(f"{MISSING} ({error.name}).") from error


def _exporting() -> Any:
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - the extra
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - the extra
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - the extra

    ours = Resource({"service.name": "ringback", "service.version": __version__})
    told = Resource.create()  # of OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES
    named = not str(told.attributes["service.name"]).startswith("unknown_service")
    provider = TracerProvider(resource=ours.merge(told) if named else told.merge(ours))
    exporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
