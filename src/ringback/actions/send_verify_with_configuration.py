"""Send a verification code with a lifetime, limits, a template or a code of one's own."""

from pydantic import Field, IPvAnyAddress, ValidationInfo, field_validator

from ringback import verifying
from ringback.action import Input, action
from ringback.content.timing import ExpiresAt
from ringback.results import StartedVerification
from ringback.twilio import resources
from ringback.twilio.client import Twilio


class SendVerifyWithConfiguration(Input):
    """A code with a configuration. Lifetime and limits are kept by Ringback, for Twilio's API has none."""

    service_sid: verifying.Service
    to: verifying.Recipient
    channel: verifying.Channel = "sms"
    locale: verifying.Locale = None
    expires_at: ExpiresAt = None
    expires_in: verifying.Lifetime = None
    max_checks: verifying.Limit = Field(
        None, description="How many codes may be tried, up to 5.", examples=[3]
    )
    max_sends: verifying.Limit = Field(
        None, description="How often the code may be sent, up to 5.", examples=[2]
    )
    rate_limits: dict[str, str] | None = Field(
        None, description="What each rate limit of the service counts by.", examples=[{"user": "42"}]
    )
    custom_code: verifying.CustomCode = None
    custom_friendly_name: str | None = Field(None, description="The name in the message.", examples=["Shop"])
    template_sid: verifying.Template = None
    template_substitutions: verifying.Substitutions = None
    channel_configuration: verifying.MailConfiguration = None
    device_ip: IPvAnyAddress | None = Field(None, description="The person's IP.", examples=["192.0.2.1"])
    risk_check: verifying.RiskCheck = None
    tags: dict[str, str] | None = Field(None, description="Facts kept with it.", examples=[{"order": "42"}])
    send_digits: str | None = Field(
        None, description="Keys to press once a call is answered.", examples=["1234#"]
    )
    app_hash: str | None = Field(None, description="For Android's SMS Retriever.", examples=["FA+9qCX9VSu"])

    @field_validator("channel")
    @classmethod
    def fits_the_recipient(cls, channel: verifying.Channel, known: ValidationInfo) -> verifying.Channel:
        """A number gets no mail, and a mail address no text."""
        verifying.fits(channel, known.data.get("to"))
        return channel


@action(
    effect="send",
    channel="verify",
    verification="starts",
    proof="code",
    reference="https://www.twilio.com/docs/verify/api/verification",
)
async def send_verify_with_configuration(
    wanted: SendVerifyWithConfiguration, twilio: Twilio
) -> StartedVerification:
    """Send a verification code with a configuration."""
    started = await twilio.create(
        resources.verifications(wanted.service_sid),
        To=wanted.to,
        Channel=wanted.channel,
        Locale=wanted.locale,
        RateLimits=wanted.rate_limits,
        CustomCode=wanted.custom_code and wanted.custom_code.get_secret_value(),
        CustomFriendlyName=wanted.custom_friendly_name,
        TemplateSid=wanted.template_sid,
        TemplateCustomSubstitutions=wanted.template_substitutions,
        ChannelConfiguration=wanted.channel_configuration,
        DeviceIp=wanted.device_ip,
        RiskCheck=wanted.risk_check,
        Tags=wanted.tags,
        SendDigits=wanted.send_digits,
        AppHash=wanted.app_hash,
    )
    return StartedVerification.model_validate(started)
