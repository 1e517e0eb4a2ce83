"""The media store: files handed in by tests, and those of messages."""

import asyncio
from base64 import b64decode, b64encode
from contextlib import closing
from urllib.parse import urlsplit

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.exchange import Reply
from twilio_simulator.webhooks.target import is_loopback
from twilio_simulator.world.message import Media
from twilio_simulator.world.uploads import LARGEST, Upload, keep, placeholder

FETCHED_WITHIN = 5.0
OK = b" 200 "


def upload(visit: Visit) -> Content:
    """Hand in a file as base64; its URL can be the media of a text from a phone."""
    fields = visit.fields()
    kind, text = fields.words("content_type"), fields.words("base64")
    try:
        content = b64decode(text, validate=True)
    except ValueError:
        content = b""
        fields.wrong("base64", "is not base64", "Encode the file's bytes.")
    if len(content) > LARGEST:
        fields.wrong("base64", f"holds {len(content)} bytes", f"Stay under {LARGEST} bytes, as MMS does.")
    fields.done()
    sid = visit.world.sids.new("ME")
    keep(visit.world.uploads, sid, Upload(kind, b64encode(content).decode()))
    address = visit.world.address or visit.request.address
    return {"sid": sid, "content_type": kind, "url": f"{address}/_sim/media/{sid}"}


def _media(visit: Visit) -> Media:
    for account in visit.world.accounts.values():
        for message in account.messages.values():
            for media in message.media:
                if media.sid == visit.path["sid"]:
                    return media
    raise BadInputError.of("sid", f"There is no file {visit.path['sid']}", "Take it from Media.json.", 404)


async def serve(visit: Visit) -> Reply:
    """The bytes: as handed in, as fetched from a server on this machine, or a grey picture in their place."""
    found = visit.world.uploads.get(visit.path["sid"])
    if found is None:
        media = _media(visit)
        found = visit.world.uploads.get(media.url.rpartition("/")[2])
        if found is None:
            return await _copied(media)
    return Reply(200, b64decode(found.content), content_type=found.content_type)


async def _copied(media: Media) -> Reply:
    content = await _fetched(media.url)
    if content is not None:
        return Reply(200, content, content_type=media.content_type)
    return Reply(200, placeholder(), "X-Sim-Placeholder: true\r\n", "image/png")


async def _fetched(url: str) -> bytes | None:
    """The file, None when its host is not this machine or does not give it in time."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not is_loopback(parts.hostname or ""):
        return None
    try:
        async with asyncio.timeout(FETCHED_WITHIN):
            reader, writer = await asyncio.open_connection(
                parts.hostname, parts.port or 80, limit=2 * LARGEST
            )
            with closing(writer):
                resource = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                writer.write(f"GET {resource} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
                head = await reader.readuntil(b"\r\n\r\n")
                content = await _limited(reader)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    return content if OK in head.partition(b"\r\n")[0] + b" " else None


async def _limited(reader: asyncio.StreamReader) -> bytes:
    content = b""
    while len(content) <= LARGEST and (part := await reader.read(65_536)):
        content += part
    return content[:LARGEST]


ROUTES: dict[str, Handler] = {"POST /media": upload, "GET /media/{sid}": serve}
