"""A collector on loopback: it takes spans as OpenTelemetry's exporter sends them, OTLP over HTTP."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A span, and the attributes of what it was recorded by."""

    span: Any
    resource: Mapping[str, str]


@dataclass(slots=True)
class Collector:
    """What has arrived, and how it answers."""

    port: int
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spans(self, name: str) -> list[Arrived]:
        """The spans of a name, in the order of their arrival."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            Arrived(span, {known.key: known.value.string_value for known in group.resource.attributes})
            for request in requests
            for group in request.resource_spans
            for scope in group.scope_spans
            for span in scope.spans
            if span.name == name
        ]

    async def take(self, request: web.Request) -> web.Response:
        """One hand-over."""
        assert request.content_type == "application/x-protobuf"
        self.bodies.append(await request.read())
        told = ExportTraceServiceResponse().SerializeToString()
        return web.Response(status=self.status, body=told, content_type="application/x-protobuf")


@asynccontextmanager
async def collecting(port: int) -> AsyncIterator[Collector]:
    """A collector on a port until the block ends."""
    collector = Collector(port)
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield collector
    finally:
        await runner.cleanup()
