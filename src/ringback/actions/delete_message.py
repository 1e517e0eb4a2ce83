"""Remove the record of a message from Twilio."""

from typing import Any

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


@action(effect="write", reference="https://www.twilio.com/docs/messaging/api/message-resource")
async def delete_message(wanted: DeleteMessage, twilio: Twilio) -> DeletedMessage:
    """Delete the record of a message from Twilio.

    It must have come to a final status. Nobody gets a sent message back, and its media are deleted apart.
    """
    message = resources.message(wanted.sid)
    deleted = {"sid": wanted.sid, "deleted": True}

    async def delete() -> dict[str, Any]:
        await twilio.delete(message)
        return deleted

    async def gone() -> dict[str, Any] | None:
        try:
            await twilio.fetch(message)
        except Refused as refusal:
            if refusal.fault.code == GONE:
                return deleted
            raise
        return None

    return DeletedMessage.model_validate(await or_look(delete, gone))
