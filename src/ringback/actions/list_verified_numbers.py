"""List the numbers that a trial account may send to."""

from pydantic import Field

from ringback.action import Input, Result, action
from ringback.twilio import resources
from ringback.twilio.client import Twilio


class ListVerifiedNumbers(Input):
    """Takes no inputs."""


class VerifiedNumber(Result):
    """A number that was verified for the account."""

    sid: str
    number: str = Field(validation_alias="phone_number")
    name: str | None = Field(None, validation_alias="friendly_name")


class VerifiedNumbers(Result):
    """The numbers that were verified for the account."""

    numbers: list[VerifiedNumber]


@action(effect="read", reference="https://www.twilio.com/docs/voice/api/outgoing-caller-ids")
async def list_verified_numbers(
    wanted: ListVerifiedNumbers,  # noqa: ARG001 - every action takes both
    twilio: Twilio,
) -> VerifiedNumbers:
    """List the numbers verified for the account."""
    rows = twilio.items(resources.caller_ids(), PageSize=1000)
    return VerifiedNumbers(numbers=[VerifiedNumber.model_validate(row) async for row in rows])
