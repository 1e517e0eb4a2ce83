"""A transport that tells how long each exchange took and how it ended."""

import asyncio

from ringback.errors import NotSent
from ringback.metrics import Meters
from ringback.tracing import Tracing
from ringback.twilio.transport import Request, Response, Transport

LIMITED = 429
CLASSES = {2: "ok", 4: "refused", 5: "server_error"}


class ObservedTransport:
    """Another transport, with a meter and a span around each exchange."""

    def __init__(self, inner: Transport, meters: Meters, tracing: Tracing) -> None:
        self._inner = inner
        self._meters = meters
        self._tracing = tracing

    async def send(self, request: Request) -> Response:
        """Send once, as the other transport does."""
        loop = asyncio.get_running_loop()
        began, outcome = loop.time(), "unknown"
        try:
            with self._tracing.exchange(request.method, request.url) as span:
                response = await self._inner.send(request)
                span.answered(response.status, response.headers.get("twilio-request-id"))
            outcome = outcome_of(response.status)
        except NotSent:
            outcome = "not_sent"
            raise
        else:
            return response
        finally:
            self._meters.twilio.labels(outcome).observe(loop.time() - began)


def outcome_of(status: int) -> str:
    """A status in a word: ok, refused, limited, server_error, odd."""
    return "limited" if status == LIMITED else CLASSES.get(status // 100, "odd")
