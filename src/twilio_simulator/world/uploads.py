"""Files that were handed to the simulator, and the picture it shows for those it never saw."""

import struct
import zlib
from dataclasses import dataclass

MOST_UPLOADS, MOST_BYTES = 200, 64 * 1024 * 1024
LARGEST = 5_000_000
"""Bytes: what an MMS may carry."""
SIDE, GREY = 64, b"\xa0"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file; `content` is base64, so that a snapshot can hold it."""

    content_type: str
    content: str


def keep(uploads: dict[str, Upload], sid: str, upload: Upload) -> None:
    """Store a file; the oldest make room."""
    uploads[sid] = upload
    while len(uploads) > MOST_UPLOADS or sum(len(one.content) for one in uploads.values()) > MOST_BYTES:
        del uploads[next(iter(uploads))]


def placeholder() -> bytes:
    """A small grey PNG."""
    rows = (b"\x00" + GREY * SIDE) * SIDE
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
