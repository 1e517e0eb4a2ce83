"""One HTTP request to a webhook, its parts in our hands: header order, one connection each, strict times."""

import asyncio
import ssl
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from urllib.parse import quote_plus

from twilio_simulator.webhooks.signature import Parameters
from twilio_simulator.webhooks.target import Target

MAX_ANSWER = 256 * 1024


class ConnectFailedError(Exception):
    """The connection was never made; nothing left."""


class NoAnswerError(Exception):
    """It left, and no complete answer came."""


@dataclass(slots=True)
class Answered:
    """What the customer's server said."""

    status: int
    headers: dict[str, str]
    body: str


class _Exchange(asyncio.Protocol):
    """Writes one request and gathers the answer until the other side closes or the body is whole."""

    def __init__(self, request: bytes, done: "asyncio.Future[bytes]") -> None:
        self._request = request
        self._done = done
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        cast("asyncio.WriteTransport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._is_whole() or len(self._buffer) > MAX_ANSWER:
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._finish()

    def _finish(self) -> None:
        if not self._done.done():
            self._done.set_result(bytes(self._buffer))

    def _is_whole(self) -> bool:
        head, found, body = bytes(self._buffer).partition(b"\r\n\r\n")
        if not found:
            return False
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            return body.endswith(b"0\r\n\r\n")
        start = lower.find(b"content-length:")
        if start < 0:
            return lower.startswith((b"http/1.1 204", b"http/1.0 204"))
        length = lower[start + 15 :].split(b"\r\n", 1)[0].strip()
        return not length.isdigit() or len(body) >= int(length)


_repeated = lru_cache(maxsize=4096)(quote_plus)
"""Numbers, SIDs and words come again and again in the callbacks of a message."""
LONGEST_REPEATED = 64


def form_body(parameters: Parameters) -> bytes:
    """The form, in the order given."""
    pairs = [
        f"{name}={_repeated(value) if len(value) <= LONGEST_REPEATED else quote_plus(value)}"
        for name, value in parameters
    ]
    return "&".join(pairs).encode()


def request_bytes(target: Target, method: str, headers: dict[str, str], body: bytes) -> bytes:
    """The request as it goes over the wire."""
    default = target.port == (443 if target.secure else 80)
    name = f"[{target.host}]" if ":" in target.host else target.host
    lines = [f"{method} {target.resource} HTTP/1.1", f"Host: {name}{'' if default else f':{target.port}'}"]
    if target.credentials is not None:
        lines.append(f"Authorization: Basic {b64encode(target.credentials.encode()).decode()}")
    lines += [f"{header}: {value}" for header, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace") + body


async def exchanged(target: Target, request: bytes) -> Answered:
    """Send the request and wait for the answer.

    Raises:
        ConnectFailedError: nobody was there.
        NoAnswerError: somebody was, but gave no HTTP answer in time.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bytes] = loop.create_future()
    context = ssl.create_default_context() if target.secure else None
    try:
        async with asyncio.timeout(target.connect_ms / 1000):
            transport, _ = await loop.create_connection(
                lambda: _Exchange(request, done), target.host, target.port, ssl=context
            )
    except (OSError, TimeoutError) as error:
        raise ConnectFailedError(str(error) or "timed out") from error
    try:
        async with asyncio.timeout(min(target.read_ms, target.total_ms) / 1000):
            return _parsed(await done)
    except TimeoutError:
        raise NoAnswerError("no answer within the read timeout") from None
    finally:
        transport.close()


def _parsed(raw: bytes) -> Answered:
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():  # noqa: PLR2004 - version, status
        raise NoAnswerError("the connection closed without an HTTP answer")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = _joined(body)
    return Answered(int(words[1]), headers, body.decode("utf-8", "replace"))


def _joined(body: bytes) -> bytes:
    parts = []
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size.split(b";")[0] or b"0", 16)
        if length == 0:
            break
        parts.append(body[:length])
        body = body[length + 2 :]
    return b"".join(parts)
