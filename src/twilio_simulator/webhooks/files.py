"""Files fetched from a customer's server, within the same allow-list as webhooks."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urljoin

from twilio_simulator.webhooks.target import Target, is_webhook_url, target
from twilio_simulator.webhooks.wire import request_bytes

FETCHED_WITHIN = 5.0
"""Seconds for one file, redirects included."""
MOST_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PART = 65_536
LONGEST_HEAD = 16_384


@dataclass(frozen=True, slots=True)
class File:
    """What the server gave; `size` stops one byte over what was to be read at most."""

    status: int
    content_type: str
    content: bytes
    size: int


class FileError(Exception):
    """There is no answer, or none that the allow-list lets us ask for."""


async def fetched(url: str, allows: Callable[[str], bool], most: int, *, keep: bool = True) -> File:
    """The file behind a URL, its first `most` bytes; only their number when they are not to be kept.

    Raises:
        FileError: nobody answered in time, or the way leads elsewhere.
    """
    try:
        async with asyncio.timeout(FETCHED_WITHIN):
            for _ in range(MOST_REDIRECTS + 1):
                if not is_webhook_url(url) or not allows(url):
                    raise FileError(f"{url} is no address to fetch from")
                file, location = await _asked(target(url), most, keep=keep)
                if file.status not in REDIRECTS or not location:
                    return file
                url = urljoin(url, location)
    except (
        OSError,
        TimeoutError,
        ValueError,
        asyncio.IncompleteReadError,
        asyncio.LimitOverrunError,
    ) as error:
        raise FileError(str(error) or "no answer in time") from error
    raise FileError(f"more than {MOST_REDIRECTS} redirects")


async def _asked(to: Target, most: int, *, keep: bool) -> tuple[File, str]:
    context = ssl.create_default_context() if to.secure else None
    reader, writer = await asyncio.open_connection(to.host, to.port, ssl=context, limit=LONGEST_HEAD)
    with closing(writer):
        # HTTP/1.0: the answer comes in one piece, and ends when the connection does.
        asked = request_bytes(to, "GET", {"User-Agent": "TwilioProxy/1.1", "Accept": "*/*"}, b"")
        writer.write(asked.replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", 1))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head)}
        length = headers.get("content-length", "")
        content = bytearray()
        size = int(length) if length.isdecimal() else None
        if keep or size is None:
            size = await _read(reader, most, size, content if keep else None)
    status = head[0].split(" ")[1:2]
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return File(int("".join(status)), kind, bytes(content), size), headers.get("location", "")


async def _read(reader: asyncio.StreamReader, most: int, length: int | None, into: bytearray | None) -> int:
    """How long the body is: as it says, or to the end of the connection, but no more than is of interest."""
    size, wanted = 0, most if length is None else min(most, length)
    while size <= wanted and (part := await reader.read(PART)):
        if into is not None:
            into += part[: max(0, wanted - size)]
        size += len(part)
    return size if length is None else length
