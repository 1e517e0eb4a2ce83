"""Erase what a message said at Twilio; that it was sent remains."""

from typing import Any

from ringback.action import Input, Result, action
from ringback.content import SentMessage
from ringback.twilio import resources
from ringback.twilio.client import Twilio
from ringback.twilio.looking import or_look


class RedactMessage(Input):
    """The message whose text to erase."""

    sid: SentMessage


class RedactedMessage(Result):
    """The message as it is now; `body` is empty."""

    sid: str
    status: str
    body: str


@action(effect="write", reference="https://www.twilio.com/docs/messaging/api/message-resource")
async def redact_message(wanted: RedactMessage, twilio: Twilio) -> RedactedMessage:
    """Erase the text of a message at Twilio.

    It must have come to a final status. Numbers, price and status stay, and so do its media.
    """
    message = resources.message(wanted.sid)

    async def redacted() -> dict[str, Any] | None:
        found = await twilio.fetch(message)
        return None if found["body"] else found | {"body": ""}

    found = await or_look(lambda: twilio.update(message, Body=""), redacted)
    return RedactedMessage.model_validate(found)
