"""Look at one message."""

from ringback.action import Input, action
from ringback.content import SentMessage
from ringback.results import FoundMessage
from ringback.twilio import resources
from ringback.twilio.client import Twilio


class GetMessage(Input):
    """The message to look at."""

    sid: SentMessage


@action(effect="read", reference="https://www.twilio.com/docs/messaging/api/message-resource")
async def get_message(wanted: GetMessage, twilio: Twilio) -> FoundMessage:
    """Get a message and what became of it."""
    return FoundMessage.model_validate(await twilio.fetch(resources.message(wanted.sid)))
