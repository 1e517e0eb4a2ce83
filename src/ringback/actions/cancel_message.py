"""Take back a message that Twilio keeps until an instant to come."""

from typing import Any

from ringback.action import Input, Result, action
from ringback.content import SentMessage
from ringback.twilio import resources
from ringback.twilio.client import Twilio
from ringback.twilio.looking import or_look

NOT_SCHEDULED = 30409


class CancelMessage(Input):
    """The scheduled message to cancel."""

    sid: SentMessage


class CanceledMessage(Result):
    """The message, which will not be sent."""

    sid: str
    status: str
    to: str


@action(effect="write", reference="https://www.twilio.com/docs/messaging/features/message-scheduling")
async def cancel_message(wanted: CancelMessage, twilio: Twilio) -> CanceledMessage:
    """Cancel a message that Twilio has scheduled.

    Only a message with the status `scheduled` can be canceled; one that is canceled already counts as done.
    A job that still waits here has no message yet: withdraw the job instead.
    """
    message = resources.message(wanted.sid)

    async def canceled() -> dict[str, Any] | None:
        found = await twilio.fetch(message)
        return found if found["status"] == "canceled" else None

    found = await or_look(lambda: twilio.update(message, Status="canceled"), canceled, NOT_SCHEDULED)
    return CanceledMessage.model_validate(found)
