"""Check the code that a person typed."""

from pydantic import Field, ValidationInfo, field_validator

from ringback.action import Input, Secret, action
from ringback.errors import Refused
from ringback.results import CheckedCode
from ringback.twilio import resources
from ringback.twilio.client import Twilio
from ringback.verifying import SentTo, Service, Started, names_one

TOO_MANY_CHECKS = 60202


class VerifyCode(Input):
    """A code to check against the verification it belongs to."""

    service_sid: Service
    to: SentTo = None
    verification_sid: Started = None
    code: Secret = Field(
        min_length=4, max_length=10, description="What the person typed.", examples=["123456"]
    )

    @field_validator("verification_sid")
    @classmethod
    def names_one_verification(cls, sid: Started, known: ValidationInfo) -> Started:
        """By recipient or by SID; two names could mean two verifications."""
        if "to" in known.data:
            names_one(known.data["to"], sid)
        return sid


@action(
    effect="check",
    channel="verify",
    verification="checks",
    proof="approval",
    reference="https://www.twilio.com/docs/verify/api/verification-check",
)
async def verify_code(wanted: VerifyCode, twilio: Twilio) -> CheckedCode:
    """Check a verification code."""
    try:
        checked = await twilio.create(
            resources.verification_checks(wanted.service_sid),
            To=wanted.to,
            VerificationSid=wanted.verification_sid,
            Code=wanted.code.get_secret_value(),
        )
    except Refused as refusal:
        if refusal.fault.code != TOO_MANY_CHECKS:
            raise
        checked = {"status": "max_attempts_reached", "to": wanted.to, "sid": wanted.verification_sid}
    return CheckedCode.of(checked)
