"""Send free text over WhatsApp."""

from typing import Self

from pydantic import Field, model_validator

from ringback.action import Input, action
from ringback.content import Body, WhatsappFrom, WhatsappTo, origin
from ringback.content.timing import ExpiresAt, Priority, ScheduledBy, SendAt, schedule
from ringback.results import AcceptedMessage
from ringback.twilio import resources
from ringback.twilio.client import Twilio


class SendWhatsappTextMessage(Input):
    """A text to one person on WhatsApp, within 24 hours of their last message."""

    to: WhatsappTo
    sender: WhatsappFrom
    body: Body = Field(
        min_length=1,
        description="The text, up to 1600 characters; may hold {{keywords}}.",
        examples=["Hi Ada"],
    )
    send_at: SendAt = None
    expires_at: ExpiresAt = None
    scheduled_by: ScheduledBy = "ringback"
    priority: Priority = "normal"

    @model_validator(mode="after")
    def goes_elsewhere(self) -> Self:
        """WhatsApp does not deliver from a number to itself."""
        if self.sender == self.to:
            raise ValueError("Sender and recipient are the same number. Give another one for to or sender.")
        return self


@action(
    effect="send",
    channel="whatsapp",
    free_form=True,
    proof="message",
    reference="https://www.twilio.com/docs/whatsapp/api",
)
async def send_whatsapp_text_message(wanted: SendWhatsappTextMessage, twilio: Twilio) -> AcceptedMessage:
    """Send a text over WhatsApp."""
    created = await twilio.create(
        resources.messages(),
        origin(wanted.sender) | schedule(wanted.send_at, wanted.scheduled_by),
        To=wanted.to,
        Body=wanted.body,
        StatusCallback=twilio.status_callback,
    )
    return AcceptedMessage.model_validate(created)
