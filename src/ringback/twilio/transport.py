"""One request out, one answer in, and what a failed exchange says about whether it was carried out."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from urllib.parse import urlsplit

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import BuilderError, DetailedPyreqwestError, PoolTimeoutError
from pyreqwest.request import ConsumedRequest

from ringback import __version__
from ringback.errors import Failure, Fault, NotSent, OutcomeUnknown

NEVER_CONNECTED = "client error (Connect)"
"""The cause pyreqwest 0.15 gives for whatever fails up to and including the TLS handshake.

Its exception classes mislead: a drop after sending is a ConnectError, a stalled answer a ConnectTimeoutError.
"""

WORDS: tuple[tuple[str, str, str], ...] = (
    ("dns error", "{host} could not be found", "Check the network, the region and edge, or the base URL."),
    ("Connection refused", "{host} refused the connection", "Check that it runs and that the port is right."),
    ("certificate", "{host} showed a certificate that is not trusted", "Look for a proxy that opens TLS."),
    ("corrupt message", "{host} does not speak TLS", "Check the base URL: http or https."),
    ("semaphore", "No connection became free in time", "Send fewer requests at once."),
    ("Client was closed", "The client was closed", "Nothing to mend if the program was stopping."),
    ("before message completed", "{host} closed the connection without an answer", ""),
    ("reset by peer", "{host} cut the connection", ""),
    ("before message length reached", "The answer of {host} broke off", ""),
    ("(Connect) / operation timed out", "{host} could not be reached in time", "Check network and firewall."),
    ("timed out", "{host} did not answer in time", ""),
    ("deadline has elapsed", "{host} could not be reached in time", "Check network and firewall."),
    ("invalid HTTP", "{host} answered with something that is not HTTP", "Check the base URL."),
)
"""What a failed exchange is called: words of its causes, the sentence, the remedy. First match counts."""

SETTLE = (
    "It may have been carried out. Settle it by the status callback or by listing; do not repeat it blindly."
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; its repr hides secrets and texts. `read`: it changes nothing, so never is in doubt."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    read: bool


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. `headers` are looked up in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """The one port to the network."""

    async def send(self, request: Request) -> Response:
        """Send once and answer once, whatever the status.

        Raises:
            NotSent: The request never left, or it was a read.
            OutcomeUnknown: It left and no whole answer came.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds allowed per stage, and requests in flight.

    Twilio gives up by itself after 25 to 30 s (twilio-ruby issue 519), so a shorter total would only make
    more outcomes unknown. Idle connections are dropped after 20 s, before balancers close them (60 s is
    usual): one that dies while a POST is being written leaves an unknown outcome, too.
    """

    connect: float = 5.0
    total: float = 30.0
    pool_wait: float = 10.0
    idle: float = 20.0
    in_flight: int = 256


@asynccontextmanager
async def open_transport(limits: Limits | None = None) -> AsyncIterator[Transport]:
    """Open pooled keep-alive connections, closed at the end of the block.

    The environment's proxy variables are ignored: the same program must not send elsewhere in another shell,
    and a simulator on loopback must never be asked for through a proxy. Redirects are not followed, since a
    POST that is sent on to another address could be carried out twice. Nothing is ever sent a second time;
    only a kept-alive connection found closed before the first byte was written is replaced by a new one.
    """
    client = _builder(limits or Limits()).build()
    transport = PyreqwestTransport(client)
    try:
        yield transport
    finally:
        transport.closed = True
        await client.close()


def _builder(limits: Limits) -> ClientBuilder:
    return (
        ClientBuilder()
        .no_proxy()
        .follow_redirects(enable=False)
        .http1_only()
        .user_agent(f"ringback/{__version__}")
        .connect_timeout(timedelta(seconds=limits.connect))
        .timeout(timedelta(seconds=limits.total))
        .pool_timeout(timedelta(seconds=limits.pool_wait))
        .pool_idle_timeout(timedelta(seconds=limits.idle))
        .pool_max_idle_per_host(limits.in_flight)
        .max_connections(limits.in_flight)
    )


class PyreqwestTransport:
    """Rust's reqwest behind the port."""

    __slots__ = ("_client", "closed")

    def __init__(self, client: Client) -> None:
        self._client = client
        self.closed = False

    async def send(self, request: Request) -> Response:
        """Send once; the verdict of a failure follows from its chain of causes alone."""
        ready = self._prepare(request)
        try:
            answer = await ready.send()
            return Response(answer.status, answer.headers, bytes(await answer.bytes()))
        except Exception as error:
            raise verdict(error, request) from error

    def _prepare(self, request: Request) -> ConsumedRequest:
        if self.closed:
            raise NotSent(Fault(message="The client was closed before the request was sent."))
        try:
            builder = self._client.request(request.method, request.url).headers(request.headers)
            return builder.body_bytes(request.body).build()
        except ValueError as error:
            raise NotSent(
                Fault(message="No request could be made of it.", cause=str(error.args[0]))
            ) from error


def verdict(error: Exception, request: Request) -> Failure:
    """NotSent only where the causes prove it or nothing could change, else OutcomeUnknown."""
    causes = _causes(error)
    proven = isinstance(error, PoolTimeoutError | BuilderError) or NEVER_CONNECTED in causes
    if proven or request.read:
        return NotSent(_fault(causes, request.url, "Nothing was changed; try again."))
    return OutcomeUnknown(_fault(causes, request.url, SETTLE))


def _causes(error: Exception) -> list[str]:
    """The messages from outermost to innermost, without the one that repeats the URL."""
    details = error.details["causes"] if isinstance(error, DetailedPyreqwestError) else None
    inner = [cause["message"] for cause in details or () if " for url (" not in cause["message"]]
    return [str(error.args[0]) if error.args else type(error).__name__, *inner]


def _fault(causes: list[str], url: str, otherwise: str) -> Fault:
    chain = " / ".join(causes)
    for word, sentence, remedy in WORDS:
        if word in chain:
            message = sentence.format(host=urlsplit(url).hostname or "The host")
            return Fault(message=f"{message}.", cause=causes[-1], remedy=f"{remedy} {otherwise}".strip())
    return Fault(message="The exchange with the host failed.", cause=causes[-1], remedy=otherwise)
