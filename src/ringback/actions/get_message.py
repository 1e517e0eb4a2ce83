"""Look at one message."""

from pydantic import Field

from ringback.action import Input, action
from ringback.results import FoundMessage
from ringback.sids import MessageSid
from ringback.twilio import resources
from ringback.twilio.client import Twilio


class GetMessage(Input):
    """The message to look at."""

    sid: MessageSid = Field(description="The message, as it was named when sent.", examples=["SM" + "0" * 32])


@action(effect="read", reference="https://www.twilio.com/docs/messaging/api/message-resource")
async def get_message(wanted: GetMessage, twilio: Twilio) -> FoundMessage:
    """Get a message and what became of it."""
    return FoundMessage.model_validate(await twilio.fetch(resources.message(wanted.sid)))
