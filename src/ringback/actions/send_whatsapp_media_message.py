"""Send a picture, document, sound or film over WhatsApp."""

from typing import Self

from pydantic import Field, model_validator

from ringback.action import Input, action
from ringback.content import Body, MediaUrl, WhatsappFrom, WhatsappTo, origin
from ringback.content.timing import ExpiresAt, Priority, ScheduledBy, SendAt, schedule
from ringback.results import AcceptedMessage
from ringback.twilio import resources
from ringback.twilio.client import Twilio


class SendWhatsappMediaMessage(Input):
    """A file to one person on WhatsApp, within 24 hours of their last message."""

    to: WhatsappTo
    sender: WhatsappFrom
    media_url: MediaUrl = Field(
        description="Where Twilio fetches the file from: up to 16 MB, pictures up to 5 MB.",
        examples=["https://example.org/picture.png"],
    )
    body: Body | None = Field(
        None,
        description="A caption, shown with pictures and films; may hold {{keywords}}.",
        examples=["Your ticket"],
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
    reference="https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages",
)
async def send_whatsapp_media_message(wanted: SendWhatsappMediaMessage, twilio: Twilio) -> AcceptedMessage:
    """Send a file over WhatsApp."""
    created = await twilio.create(
        resources.messages(),
        origin(wanted.sender) | schedule(wanted.send_at, wanted.scheduled_by),
        To=wanted.to,
        Body=wanted.body,
        MediaUrl=wanted.media_url,
        StatusCallback=twilio.status_callback,
    )
    return AcceptedMessage.model_validate(created)
