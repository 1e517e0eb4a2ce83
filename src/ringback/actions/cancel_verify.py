"""End a verification, so that its code no longer counts and a new one may be sent."""

from pydantic import ValidationInfo, field_validator

from ringback.action import Input, Result, action
from ringback.twilio import resources
from ringback.twilio.client import Twilio
from ringback.verifying import SentTo, Service, Started, names_one


class CancelVerify(Input):
    """The verification to end."""

    service_sid: Service
    to: SentTo = None
    verification_sid: Started = None

    @field_validator("verification_sid")
    @classmethod
    def names_one_verification(cls, sid: Started, known: ValidationInfo) -> Started:
        """By recipient or by SID; two names could mean two verifications."""
        if "to" in known.data:
            names_one(known.data["to"], sid)
        return sid


class CanceledVerification(Result):
    """The verification as it ended."""

    sid: str
    to: str
    channel: str
    status: str


async def canceled(wanted: CancelVerify, twilio: Twilio) -> CanceledVerification | None:
    """The verification, if it is canceled. Twilio shows those that live, and promises no others."""
    found = await twilio.fetch(resources.verification(wanted.service_sid, _name(wanted)))
    return CanceledVerification.model_validate(found) if found["status"] == "canceled" else None


@action(
    effect="write",
    channel="verify",
    verification="cancels",
    reading=canceled,
    reference="https://www.twilio.com/docs/verify/api/verification",
)
async def cancel_verify(wanted: CancelVerify, twilio: Twilio) -> CanceledVerification:
    """Cancel a verification."""
    verification = resources.verification(wanted.service_sid, _name(wanted))
    return CanceledVerification.model_validate(await twilio.update(verification, Status="canceled"))


def _name(wanted: CancelVerify) -> str:
    return wanted.verification_sid or wanted.to or ""
