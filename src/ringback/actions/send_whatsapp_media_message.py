"""Send a picture, document, sound or film over WhatsApp."""

from typing import Self

from pydantic import Field, model_validator

from ringback.action import Input, action
from ringback.content import Body, MediaUrl
from ringback.numbers import WhatsappAddress, WhatsappSender, is_messaging_service
from ringback.results import AcceptedMessage
from ringback.twilio import resources
from ringback.twilio.client import Twilio


class SendWhatsappMediaMessage(Input):
    """A file to one person on WhatsApp, within 24 hours of their last message."""

    to: WhatsappAddress = Field(
        description="Who receives it; whatsapp: is added for you.", examples=["whatsapp:+15005550006"]
    )
    sender: WhatsappSender = Field(
        description="Who it comes from: a WhatsApp sender or Messaging Service of the account.",
        examples=["whatsapp:+14155238886"],
        json_schema_extra={"default_from": "account"},
    )
    media_url: MediaUrl = Field(
        description="Where Twilio fetches the file from: up to 16 MB, pictures up to 5 MB.",
        examples=["https://example.org/picture.png"],
    )
    body: Body | None = Field(
        None,
        description="A caption, shown with pictures and films; may hold {{keywords}}.",
        examples=["Your ticket"],
    )

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
    reference="https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages",
)
async def send_whatsapp_media_message(wanted: SendWhatsappMediaMessage, twilio: Twilio) -> AcceptedMessage:
    """Send a file over WhatsApp."""
    sender = "MessagingServiceSid" if is_messaging_service(wanted.sender) else "From"
    created = await twilio.create(
        resources.messages(),
        {sender: wanted.sender},
        To=wanted.to,
        Body=wanted.body,
        MediaUrl=wanted.media_url,
        StatusCallback=twilio.status_callback,
    )
    return AcceptedMessage.model_validate(created)
