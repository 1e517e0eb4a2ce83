"""Take back a message that Twilio keeps until an instant to come."""

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


async def canceled(wanted: CancelMessage, twilio: Twilio) -> CanceledMessage | None:
    """The message, if it is canceled."""
    found = await twilio.fetch(resources.message(wanted.sid))
    return CanceledMessage.model_validate(found) if found["status"] == "canceled" else None


@action(
    effect="write",
    reading=canceled,
    reference="https://www.twilio.com/docs/messaging/features/message-scheduling",
)
async def cancel_message(wanted: CancelMessage, twilio: Twilio) -> CanceledMessage:
    """Cancel a message that Twilio has scheduled.

    Only a message with the status `scheduled` can be canceled; one that is canceled already counts as done.
    A job that still waits here has no message yet: withdraw the job instead.
    """

    async def cancel() -> CanceledMessage:
        found = await twilio.update(resources.message(wanted.sid), Status="canceled")
        return CanceledMessage.model_validate(found)

    return await or_look(cancel, lambda: canceled(wanted, twilio), NOT_SCHEDULED)
