"""Bodies that come in chunks."""

import re

# The largest there is: a file of 5 MB as base64, handed to /_sim/media.
MAX_BODY = 8 * 1024 * 1024
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}")


class Malformed(Exception):
    """Bytes that are no HTTP request we can serve."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def dechunked(data: bytes, start: int) -> tuple[bytes, int] | None:
    """The body sent in chunks from `start` and where it ends, None while it is incomplete."""
    parts: list[bytes] = []
    total = 0
    while (line := data.find(b"\r\n", start)) >= 0:
        digits = data[start:line].partition(b";")[0].strip()
        if _SIZE.fullmatch(digits) is None:
            raise Malformed(400, "a chunk without its size")
        size = int(digits, 16)
        start = line + 2
        if size == 0:
            return _after_trailers(b"".join(parts), data, start)
        total += size
        if total > MAX_BODY:
            raise Malformed(413, "the body is too large")
        if len(data) < start + size + 2:
            return None
        parts.append(data[start : start + size])
        start += size + 2
    return None


def _after_trailers(body: bytes, data: bytes, start: int) -> tuple[bytes, int] | None:
    while (line := data.find(b"\r\n", start)) >= 0:
        if line == start:
            return body, line + 2
        start = line + 2
    return None
