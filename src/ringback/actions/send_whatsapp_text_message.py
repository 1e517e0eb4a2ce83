"""Send free text over WhatsApp."""

from typing import Self

from pydantic import Field, model_validator

from ringback.action import Input, action
from ringback.content import Body
from ringback.numbers import WhatsappAddress, WhatsappSender, is_messaging_service
from ringback.results import AcceptedMessage
from ringback.twilio import resources
from ringback.twilio.client import Twilio


class SendWhatsappTextMessage(Input):
    """A text to one person on WhatsApp, within 24 hours of their last message."""

    to: WhatsappAddress = Field(
        description="Who receives it; whatsapp: is added for you.", examples=["whatsapp:+15005550006"]
    )
    sender: WhatsappSender = Field(
        description="Who it comes from: a WhatsApp sender or Messaging Service of the account.",
        examples=["whatsapp:+14155238886"],
        json_schema_extra={"default_from": "account"},
    )
    body: Body = Field(
        min_length=1,
        description="The text, up to 1600 characters; may hold {{keywords}}.",
        examples=["Hi Ada"],
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
    reference="https://www.twilio.com/docs/whatsapp/api",
)
async def send_whatsapp_text_message(wanted: SendWhatsappTextMessage, twilio: Twilio) -> AcceptedMessage:
    """Send a text over WhatsApp."""
    sender = "MessagingServiceSid" if is_messaging_service(wanted.sender) else "From"
    created = await twilio.create(
        resources.messages(),
        {sender: wanted.sender},
        To=wanted.to,
        Body=wanted.body,
        StatusCallback=twilio.status_callback,
    )
    return AcceptedMessage.model_validate(created)
