"""The media store: files handed in by tests, and those of messages."""

from base64 import b64decode, b64encode

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.exchange import Reply
from twilio_simulator.webhooks.files import FileError, fetched
from twilio_simulator.world.message import Media
from twilio_simulator.world.uploads import LARGEST, Upload, keep, placeholder

OK = 200
LARGEST_COPY = 16_000_000
"""Bytes: what a WhatsApp message may carry."""


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
    """The bytes: as handed in, as fetched from a server that may be asked, or a grey picture."""
    found = visit.world.uploads.get(visit.path["sid"])
    if found is None:
        media = _media(visit)
        found = visit.world.uploads.get(media.url.rpartition("/")[2])
        if found is None:
            return await _copied(visit, media)
    return Reply(200, b64decode(found.content), content_type=found.content_type)


async def _copied(visit: Visit, media: Media) -> Reply:
    try:
        file = await fetched(media.url, visit.simulator.webhooks.allows, LARGEST_COPY)
    except FileError:
        file = None
    if file is not None and file.status == OK:
        return Reply(200, file.content, content_type=media.content_type)
    return Reply(200, placeholder(), "X-Sim-Placeholder: true\r\n", "image/png")


ROUTES: dict[str, Handler] = {"POST /media": upload, "GET /media/{sid}": serve}
