"""A CONNECT proxy for unmodified programs: it ends TLS for Twilio's hosts and refuses all others."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from twilio_simulator.clock import machine_milliseconds
from twilio_simulator.door.authority import Authority
from twilio_simulator.door.http1 import MAX_HEAD, Connection, Connections
from twilio_simulator.door.listener import Listener

_TWILIO = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+twilio\.com")
HTTPS = "443"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


def is_twilio(host: str) -> bool:
    """Whether the name is one of Twilio's hosts."""
    return _TWILIO.fullmatch(host) is not None


def refusal(text: str) -> bytes:
    """The answer to whatever this proxy does not do."""
    body = f"{text}\n".encode()
    head = f"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


def wanted_host(head: bytes) -> str:
    """The host that a CONNECT names.

    Raises:
        ValueError: it is nothing to be let through; the text says why.
    """
    words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    if len(words) != 3 or words[0] != "CONNECT":  # noqa: PLR2004 - method, target, version
        raise ValueError("This proxy of the Twilio simulator only takes CONNECT to Twilio's hosts.")
    host, _, port = words[1].lower().partition(":")
    if not is_twilio(host) or port != HTTPS:
        raise ValueError(
            f"The Twilio simulator stands in for *.twilio.com:443 only, not for {words[1][:200]}."
        )
    return host


class Gate(asyncio.Protocol):
    """Keeps what arrives with the end of the handshake until the connection behind is ready for it."""

    def __init__(self, behind: Connection) -> None:
        self._behind = behind
        self._early = b""
        self._lost = False

    def data_received(self, data: bytes) -> None:
        """A request that came in one piece with the handshake."""
        self._early += data

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The client left at once."""
        self._lost = True

    def open(self, transport: asyncio.Transport) -> None:
        """Hand the connection over."""
        if self._lost:
            return
        self._behind.connection_made(transport)
        transport.set_protocol(self._behind)
        if self._early:
            self._behind.data_received(self._early)


class Tunnel(asyncio.Protocol):
    """One client of the proxy, until its TLS begins."""

    def __init__(self, authority: Authority, connections: Connections, waiting: "set[Tunnel]") -> None:
        self._authority = authority
        self._connections = connections
        self._waiting = waiting
        self._head = b""
        self._transport: asyncio.Transport | None = None
        self._handshake: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is here."""
        self._transport = cast("asyncio.Transport", transport)
        self._waiting.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The client left before its TLS began."""
        self._waiting.discard(self)

    def abort(self) -> None:
        """End it, whatever the client waits for."""
        if self._handshake is not None:
            self._handshake.cancel()
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Part of the CONNECT."""
        self._head += data
        if self._transport is None or self._handshake is not None:
            return
        if b"\r\n\r\n" not in self._head:
            if len(self._head) > MAX_HEAD:
                self._transport.abort()
            return
        try:
            host = wanted_host(self._head)
        except ValueError as error:
            self._transport.write(refusal(str(error)))
            self._transport.close()
            return
        # What comes next belongs to TLS: nothing may be read before that is in place.
        self._transport.pause_reading()
        self._handshake = asyncio.ensure_future(self._begin(self._transport, host))

    async def _begin(self, transport: asyncio.Transport, host: str) -> None:
        gate = Gate(self._connections.protocol())
        try:
            transport.write(ESTABLISHED)
            secure = await asyncio.get_running_loop().start_tls(
                transport, gate, self._authority.context(host), server_side=True
            )
        except (OSError, RuntimeError, asyncio.IncompleteReadError):
            # The client does not trust us, or has left, which it knows best; or the proxy closes, for which
            # uvloop's transport has a RuntimeError.
            transport.abort()
            return
        finally:
            self._waiting.discard(self)
        if secure is not None:
            gate.open(secure)


class Proxy:
    """The proxy and what a program needs to use it."""

    def __init__(self, authority: Authority, url: str) -> None:
        self.url = url
        self._authority = authority

    def exports(self) -> dict[str, dict[str, str]]:
        """The environment variables that point an unmodified program at the simulator."""
        here = {"NO_PROXY": "localhost,127.0.0.1,::1"}
        return {
            "python": {"HTTPS_PROXY": self.url, "REQUESTS_CA_BUNDLE": str(self._authority.bundle), **here},
            "node": {"HTTP_PROXY": self.url, "NODE_EXTRA_CA_CERTS": str(self._authority.certificate), **here},
        }


def _machine_now() -> datetime:
    return datetime.fromtimestamp(machine_milliseconds() / 1000, UTC)


@asynccontextmanager
async def proxying(connections: Connections, folder: Path, host: str, port: int) -> AsyncIterator[Proxy]:
    """A proxy in front of these connections; `folder` gets the certificates that clients have to trust."""
    authority = await asyncio.to_thread(Authority, folder, _machine_now)
    waiting: set[Tunnel] = set()
    listener = Listener(lambda: Tunnel(authority, connections, waiting))
    taken = await listener.open(host, port)
    try:
        yield Proxy(authority, f"http://[{host}]:{taken}" if ":" in host else f"http://{host}:{taken}")
    finally:
        listener.close()
        for tunnel in tuple(waiting):
            tunnel.abort()
        connections.close()
