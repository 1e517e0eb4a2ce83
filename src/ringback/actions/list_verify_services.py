"""List the Verify services of the account."""

from pydantic import Field

from ringback.action import Input, Result, action
from ringback.results import Instant
from ringback.twilio import resources
from ringback.twilio.client import Twilio


class ListVerifyServices(Input):
    """Takes no inputs."""


class VerifyService(Result):
    """A Verify service: its name stands in the messages, its codes have so many digits."""

    sid: str
    name: str = Field(validation_alias="friendly_name")
    code_length: int
    custom_code_enabled: bool = False
    date_created: Instant | None = None


class VerifyServices(Result):
    """The Verify services of the account."""

    services: list[VerifyService]


@action(effect="read", reference="https://www.twilio.com/docs/verify/api/service")
async def list_verify_services(
    wanted: ListVerifyServices,  # noqa: ARG001 - every action takes both
    twilio: Twilio,
) -> VerifyServices:
    """List the Verify services."""
    rows = twilio.items(resources.verify_services(), PageSize=1000)
    return VerifyServices(services=[VerifyService.model_validate(row) async for row in rows])
