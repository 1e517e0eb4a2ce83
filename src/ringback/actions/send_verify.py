"""Send a verification code."""

from pydantic import ValidationInfo, field_validator

from ringback.action import Input, action
from ringback.content.timing import ExpiresAt
from ringback.results import StartedVerification
from ringback.twilio import resources
from ringback.twilio.client import Twilio
from ringback.verifying import Channel, Locale, Recipient, Service, fits


class SendVerify(Input):
    """A code that Twilio makes, sends and later checks."""

    service_sid: Service
    to: Recipient
    channel: Channel = "sms"
    locale: Locale = None
    expires_at: ExpiresAt = None

    @field_validator("channel")
    @classmethod
    def fits_the_recipient(cls, channel: Channel, known: ValidationInfo) -> Channel:
        """A number gets no mail, and a mail address no text."""
        fits(channel, known.data.get("to"))
        return channel


@action(
    effect="send",
    channel="verify",
    verification="starts",
    proof="code",
    reference="https://www.twilio.com/docs/verify/api/verification",
)
async def send_verify(wanted: SendVerify, twilio: Twilio) -> StartedVerification:
    """Send a verification code."""
    started = await twilio.create(
        resources.verifications(wanted.service_sid),
        To=wanted.to,
        Channel=wanted.channel,
        Locale=wanted.locale,
    )
    return StartedVerification.model_validate(started)
