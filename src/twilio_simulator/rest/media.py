"""The files of a message: listed, fetched, deleted, and served through a redirect to the media store."""

from twilio_simulator.clock import rfc2822
from twilio_simulator.exchange import Reply
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.dates import in_range
from twilio_simulator.rest.paging import flat_page
from twilio_simulator.world.message import Media, Message


def _message(call: Call) -> Message:
    message = call.account.messages.get(call.path["MessageSid"])
    if message is None:
        raise call.missing()
    return message


def _found(call: Call) -> tuple[Message, Media]:
    message = _message(call)
    for media in message.media:
        if media.sid == call.path["Sid"]:
            return message, media
    raise call.missing()


def list_media(call: Call) -> Reply:
    """The files of a message, filtered by the day or instant of their making."""
    message = _message(call)
    rows = [one for one in message.media if in_range(call.request, "DateCreated", one.created)]
    return flat_page(call, "media_list", rows, lambda one: one.sid, lambda one: media_resource(message, one))


def media_resource(message: Message, media: Media) -> dict[str, object]:
    """The JSON of one file."""
    return {
        "sid": media.sid,
        "account_sid": message.account_sid,
        "parent_sid": message.sid,
        "content_type": media.content_type,
        "date_created": rfc2822(media.created),
        "date_updated": rfc2822(media.created),
        "uri": f"{message.path}/Media/{media.sid}.json",
    }


def fetch_media(call: Call) -> Reply:
    """What is known of one file."""
    return json_reply(200, media_resource(*_found(call)))


def fetch_file(call: Call) -> Reply:
    """The file itself, for which Twilio sends the client on to its media store."""
    _, media = _found(call)
    store = f"{call.world.address or call.request.address}/_sim/media/{media.sid}"
    return Reply(307, b"", f"Location: {store}\r\n")


def delete_media(call: Call) -> Reply:
    """Remove the file; the message stays."""
    message, media = _found(call)
    message.media.remove(media)
    call.world.log.note("media.deleted", call.account.sid, media.sid)
    return no_content()


HANDLERS: dict[str, Handler] = {
    "api.ListMedia": list_media,
    "api.FetchMedia": fetch_media,
    "api.FetchMediaFile": fetch_file,
    "api.DeleteMedia": delete_media,
}
