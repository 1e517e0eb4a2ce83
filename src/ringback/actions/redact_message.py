"""Erase what a message said at Twilio; that it was sent remains."""

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


async def redacted(wanted: RedactMessage, twilio: Twilio) -> RedactedMessage | None:
    """The message, if it says nothing any more."""
    found = await twilio.fetch(resources.message(wanted.sid))
    return None if found["body"] else RedactedMessage.model_validate(found | {"body": ""})


@action(
    effect="write",
    reading=redacted,
    reference="https://www.twilio.com/docs/messaging/api/message-resource",
)
async def redact_message(wanted: RedactMessage, twilio: Twilio) -> RedactedMessage:
    """Erase the text of a message at Twilio.

    It must have come to a final status. Numbers, price and status stay, and so do its media.
    """

    async def redact() -> RedactedMessage:
        return RedactedMessage.model_validate(await twilio.update(resources.message(wanted.sid), Body=""))

    return await or_look(redact, lambda: redacted(wanted, twilio))
