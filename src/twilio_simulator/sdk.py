"""Official `twilio` SDK clients that talk to a simulator; the SDK has to be installed for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 20.0
"""Seconds: the synchronous client waits forever otherwise."""


def moved(url: str, address: str) -> str:
    """The same path and query at the simulator's address."""
    parts = urlsplit(url)
    return f"{address}{parts.path}{'?' + parts.query if parts.query else ''}"


class Moved:
    """An HTTP client of the SDK, its requests sent to the simulator instead of to Twilio's hosts."""

    def __init__(self, shipped: Any, address: str, *, is_async: bool) -> None:
        self._shipped = shipped
        self._address = address
        self.is_async = is_async

    def request(self, method: str, url: str, *rest: Any, **named: Any) -> Any:
        """As the SDK calls it; the asynchronous client gets an awaitable."""
        return self._shipped.request(method, moved(url, self._address), *rest, **named)

    def close(self) -> Any:
        """Close its connections; the asynchronous client's answer is awaited."""
        return self._shipped.close() if self.is_async else self._shipped.session.close()


def connect(address: str, sid: str, token: str) -> Any:
    """The SDK's synchronous client (`twilio.rest.Client`)."""
    shipped = import_module("twilio.http.http_client").TwilioHttpClient(timeout=TIMEOUT)
    return import_module("twilio.rest").Client(
        sid, token, http_client=Moved(shipped, address, is_async=False)
    )


@asynccontextmanager
async def connected(address: str, sid: str, token: str) -> AsyncIterator[Any]:
    """The SDK's asynchronous client, closed at the end."""
    shipped = import_module("twilio.http.async_http_client").AsyncTwilioHttpClient()
    try:
        yield import_module("twilio.rest").Client(
            sid, token, http_client=Moved(shipped, address, is_async=True)
        )
    finally:
        await shipped.close()
