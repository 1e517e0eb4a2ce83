"""Remove the record of a message from Twilio."""

from ringback.action import Input, Result, action
from ringback.content import SentMessage
from ringback.errors import Refused
from ringback.twilio import resources
from ringback.twilio.client import Twilio
from ringback.twilio.looking import or_look

GONE = 20404


class DeleteMessage(Input):
    """The message to delete."""

    sid: SentMessage


class DeletedMessage(Result):
    """The message that Twilio knows no more."""

    sid: str
    deleted: bool


async def gone(wanted: DeleteMessage, twilio: Twilio) -> DeletedMessage | None:
    """That it is deleted, if Twilio does not know the message."""
    try:
        await twilio.fetch(resources.message(wanted.sid))
    except Refused as refusal:
        if refusal.fault.code == GONE:
            return DeletedMessage(sid=wanted.sid, deleted=True)
        raise
    return None


@action(effect="write", reading=gone, reference="https://www.twilio.com/docs/messaging/api/message-resource")
async def delete_message(wanted: DeleteMessage, twilio: Twilio) -> DeletedMessage:
    """Delete the record of a message from Twilio.

    It must have come to a final status. Nobody gets a sent message back, and its media are deleted apart.
    """

    async def delete() -> DeletedMessage:
        await twilio.delete(resources.message(wanted.sid))
        return DeletedMessage(sid=wanted.sid, deleted=True)

    return await or_look(delete, lambda: gone(wanted, twilio))
