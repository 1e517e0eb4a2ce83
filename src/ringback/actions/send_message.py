"""Send text and media to one recipient."""

from typing import Self

from pydantic import Field, model_validator

from ringback.action import Input, action
from ringback.content import MOST_MEDIA, Body, MediaUrl, origin
from ringback.content.timing import ExpiresAt, Priority, ScheduledBy, SendAt, schedule
from ringback.numbers import PhoneNumber, SmsSender
from ringback.results import AcceptedMessage
from ringback.twilio import resources
from ringback.twilio.client import Twilio


class SendMessage(Input):
    """A text, with or without media, to one phone."""

    to: PhoneNumber = Field(description="Who receives it, in E.164 form.", examples=["+15005550006"])
    sender: SmsSender = Field(
        description="Who it comes from: a number, short code, name or Messaging Service of the account.",
        examples=["+14155550101"],
        json_schema_extra={"default_from": "account"},
    )
    body: Body | None = Field(
        None, description="The text, up to 1600 characters; may hold {{keywords}}.", examples=["Hi Ada"]
    )
    media_urls: list[MediaUrl] = Field(
        [],
        max_length=MOST_MEDIA,
        description="Where Twilio fetches up to 10 files from; anyone must be able to open them.",
        examples=[["https://example.org/picture.png"]],
    )
    validity_period: int | None = Field(
        None, ge=1, le=36000, description="Seconds it may wait before it is dropped.", examples=[14400]
    )
    smart_encoded: bool | None = Field(
        None, description="Replace look-alike characters that would cost more segments.", examples=[True]
    )
    send_at: SendAt = None
    expires_at: ExpiresAt = None
    scheduled_by: ScheduledBy = "ringback"
    priority: Priority = "normal"

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Twilio refuses an empty message."""
        if not (self.body or "").strip() and not self.media_urls:
            raise ValueError("The message is empty. Give a body, media_urls, or both.")
        return self

    @model_validator(mode="after")
    def goes_elsewhere(self) -> Self:
        """Twilio does not send from a number to itself."""
        if self.sender == self.to:
            raise ValueError("Sender and recipient are the same number. Give another one for to or sender.")
        return self


@action(
    effect="send",
    channel="sms",
    proof="message",
    reference="https://www.twilio.com/docs/messaging/api/message-resource",
)
async def send_message(wanted: SendMessage, twilio: Twilio) -> AcceptedMessage:
    """Send a text or media to a phone."""
    created = await twilio.create(
        resources.messages(),
        origin(wanted.sender) | schedule(wanted.send_at, wanted.scheduled_by),
        To=wanted.to,
        Body=wanted.body,
        MediaUrl=wanted.media_urls,
        ValidityPeriod=wanted.validity_period,
        SmartEncoded=wanted.smart_encoded,
        StatusCallback=twilio.status_callback,
    )
    return AcceptedMessage.model_validate(created)
