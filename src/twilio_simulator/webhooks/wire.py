"""One HTTP request to a webhook, its parts in our hands: header order, one connection each, strict times."""

import asyncio
import re
import socket
import ssl
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from urllib.parse import quote_plus

from twilio_simulator.webhooks.signature import Parameters
from twilio_simulator.webhooks.target import Target

MAX_BODY = 64 * 1024
"""The largest TwiML that Twilio takes (11750); no more than one byte over it is kept."""
MAX_HEAD = 16 * 1024
IN_CHUNKS, UNTIL_CLOSED = -1, 10 * (MAX_HEAD + MAX_BODY)


class WebhookError(Exception):
    """There is no answer; `code` is what the debugger would show."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class ConnectFailedError(WebhookError):
    """The connection was never made; nothing left."""


class NoAnswerError(WebhookError):
    """It left, and no complete answer came."""


@dataclass(slots=True)
class Answered:
    """What the customer's server said."""

    status: int
    headers: dict[str, str]
    body: str
    cookies: list[str]
    """Its Set-Cookie lines."""
    too_large: bool
    """There was more than `MAX_BODY`; the rest was not read."""


class _Exchange(asyncio.Protocol):
    """Writes one request and gathers the answer until the other side closes or the body is whole."""

    def __init__(self, request: bytes, done: "asyncio.Future[bytes]") -> None:
        self._request = request
        self._done = done
        self._buffer = bytearray()
        self._needed: int | None = None
        """Bytes of the whole answer, once its head is here."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        cast("asyncio.WriteTransport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > MAX_HEAD + MAX_BODY or self._is_whole():
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._finish()

    def _finish(self) -> None:
        if not self._done.done():
            self._done.set_result(bytes(self._buffer))

    def _is_whole(self) -> bool:
        if self._needed is None:
            self._needed = _needed(self._buffer)
        if self._needed == IN_CHUNKS:
            return self._buffer.endswith(b"0\r\n\r\n")
        return self._needed is not None and len(self._buffer) >= self._needed


def _needed(buffer: bytearray) -> int | None:
    """How long the answer will be, None while nobody can tell."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    lower = bytes(buffer[:end]).lower()
    if b"transfer-encoding: chunked" in lower:
        return IN_CHUNKS
    start = lower.find(b"content-length:")
    if start < 0:
        return 0 if lower.startswith((b"http/1.1 204", b"http/1.0 204")) else UNTIL_CLOSED
    length = lower[start + 15 :].split(b"\r\n", 1)[0].strip()
    # No body is read further than `MAX_BODY`, whatever its length.
    return end + 4 + min(int(length[:10]), UNTIL_CLOSED) if length.isdigit() else 0


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


async def exchanged(target: Target, request: bytes, budget: float) -> Answered:
    """Send the request and wait for the answer, `budget` seconds at most.

    Raises:
        ConnectFailedError: nobody was there.
        NoAnswerError: somebody was, but gave no HTTP answer in time.
    """
    done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    transport = await _connected(target, request, done, budget)
    read = target.read_ms / 1000
    try:
        async with asyncio.timeout(min(read, budget)):
            return _parsed(await done)
    except TimeoutError:
        if budget < read:
            raise NoAnswerError(11203, "no answer within the total time") from None
        raise NoAnswerError(11200, "no answer within the read timeout") from None
    finally:
        # Not `close`: what a large answer still holds is of no interest.
        transport.abort()


async def _connected(
    target: Target, request: bytes, done: "asyncio.Future[bytes]", budget: float
) -> asyncio.Transport:
    context = ssl.create_default_context() if target.secure else None
    try:
        async with asyncio.timeout(min(target.connect_ms / 1000, budget)):
            transport, _ = await asyncio.get_running_loop().create_connection(
                lambda: _Exchange(request, done), target.host, target.port, ssl=context
            )
    except (OSError, TimeoutError, UnicodeError) as error:
        raise ConnectFailedError(_connect_code(error), str(error) or "timed out") from error
    return transport


def _connect_code(error: Exception) -> int:
    for kind, code in _CONNECT_CODES:
        if isinstance(error, kind):
            return code
    return 11205


_CONNECT_CODES: tuple[tuple[type[Exception], int], ...] = (
    (TimeoutError, 11201),
    (ConnectionRefusedError, 11202),
    (ssl.SSLCertVerificationError, 11237),
    (ssl.SSLError, 11220),
    (socket.gaierror, 11210),
    (UnicodeError, 11210),
)


def _parsed(raw: bytes) -> Answered:
    head, end, body = raw.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if not raw:
        raise NoAnswerError(11200, "the connection closed without an HTTP answer")
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdecimal():  # noqa: PLR2004 - version, status
        raise NoAnswerError(11206, "the answer is no HTTP")
    if not end:
        raise NoAnswerError(11206, "the head of the answer has no end")
    headers, cookies = {}, []
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
        if name.lower() == "set-cookie":
            cookies.append(value.strip())
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = _joined(body)
    text = body[:MAX_BODY].decode("utf-8", "replace")
    return Answered(int(words[1]), headers, text, cookies, len(body) > MAX_BODY)


def _joined(body: bytes) -> bytes:
    parts = []
    while body:
        size, _, body = body.partition(b"\r\n")
        digits = size.split(b";")[0].strip()
        if re.fullmatch(rb"[0-9A-Fa-f]{1,8}", digits) is None:
            raise NoAnswerError(11206, "the answer is cut into broken chunks")
        length = int(digits, 16)
        if length == 0:
            break
        parts.append(body[:length])
        body = body[length + 2 :]
    return b"".join(parts)
