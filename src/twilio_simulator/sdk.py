"""Official `twilio` SDK clients that talk to a simulator; the SDK has to be installed for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import orjson

from twilio_simulator.exchange import Outcome, Reply, Request

DEFAULT_ADDRESS = "http://127.0.0.1:4010"
TIMEOUT = 20.0
"""Seconds: the synchronous client waits forever otherwise."""
Serve = Callable[[Request, float | None], Outcome]


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

    @property
    def session(self) -> Any:
        """The shipped client's connections."""
        return self._shipped.session

    def request(self, method: str, url: str, *rest: Any, **named: Any) -> Any:
        """As the SDK calls it; the asynchronous client gets an awaitable."""
        return self._shipped.request(method, moved(url, self._address), *rest, **named)

    def close(self) -> Any:
        """Close its connections; the asynchronous client's answer is awaited."""
        return self._shipped.close() if self.is_async else self._shipped.session.close()


def seed_account(address: str) -> tuple[str, str]:
    """SID and token of the account with which the simulator at this address started."""
    # A proxy in the environment is meant for Twilio, not for this machine.
    with build_opener(ProxyHandler({})).open(f"{address}/_sim/ready", timeout=TIMEOUT) as answer:
        facts = orjson.loads(answer.read())
    return facts["account_sid"], facts["auth_token"]


def connect(address: str = DEFAULT_ADDRESS, sid: str | None = None, token: str | None = None) -> Any:
    """The SDK's synchronous client (`twilio.rest.Client`); without SID, for the seed account.

    Edge and region in the environment do no harm: only path and query of a URL are used.
    """
    if sid is None or token is None:
        sid, token = seed_account(address)
    shipped = import_module("twilio.http.http_client").TwilioHttpClient(timeout=TIMEOUT)
    # Neither a proxy nor a .netrc of the environment is meant for the simulator.
    shipped.session.trust_env = False
    return import_module("twilio.rest").Client(
        sid, token, http_client=Moved(shipped, address, is_async=False)
    )


@asynccontextmanager
async def connected(
    address: str = DEFAULT_ADDRESS, sid: str | None = None, token: str | None = None
) -> AsyncIterator[Any]:
    """The SDK's asynchronous client, closed at the end; without SID, for the seed account."""
    if sid is None or token is None:
        sid, token = await asyncio.to_thread(seed_account, address)
    shipped = import_module("twilio.http.async_http_client").AsyncTwilioHttpClient()
    try:
        yield import_module("twilio.rest").Client(
            sid, token, http_client=Moved(shipped, address, is_async=True)
        )
    finally:
        await shipped.close()


def connected_in_process(serve: Serve, sid: str, token: str) -> Any:
    """The SDK's synchronous client without a socket: its `requests` session hands over to `serve`.

    URLs stay Twilio's, so that the host name leads to the product.
    """
    shipped = import_module("twilio.http.http_client").TwilioHttpClient(timeout=TIMEOUT)
    shipped.session.trust_env = False
    for scheme in ("https://", "http://"):
        shipped.session.mount(scheme, _adapter(serve))
    return import_module("twilio.rest").Client(sid, token, http_client=shipped)


def _adapter(serve: Serve) -> Any:
    requests = import_module("requests")

    class InProcessAdapter(requests.adapters.BaseAdapter):  # type: ignore[misc,name-defined] # loaded by name
        """Hands prepared requests to the simulator and makes its answers responses."""

        def send(self, request: Any, timeout: Any = None, **_: Any) -> Any:
            """One request; faults show as the exceptions that a socket would give."""
            try:
                outcome = serve(_local(request), timeout)
            except TimeoutError:
                raise requests.exceptions.ReadTimeout("no answer in time", request=request) from None
            if not isinstance(outcome, Reply):
                raise requests.exceptions.ConnectionError("the connection was cut", request=request)
            return _response(requests, request, outcome)

        def close(self) -> None:
            """There is no connection."""

    return InProcessAdapter()


def _local(request: Any) -> Request:
    parts = urlsplit(request.url)
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    body = request.body or b""
    return Request(
        request.method,
        parts.path,
        parts.query,
        {"host": parts.netloc, **headers},
        body.encode() if isinstance(body, str) else body,
    )


def _response(requests: Any, request: Any, reply: Reply) -> Any:
    response = requests.Response()
    response.status_code, response.request, response.url = reply.status, request, request.url
    response._content = reply.body  # noqa: SLF001 - as requests' own adapters for other transports do
    response.encoding = "utf-8"
    response.headers["Content-Type"] = reply.content_type
    for line in reply.headers.split("\r\n"):
        name, colon, value = line.partition(": ")
        if colon:
            response.headers[name] = value
    return response
