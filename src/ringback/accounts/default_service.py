"""The Verify service for actions that name none: looked up, or made at Twilio on request."""

from dataclasses import replace

from ringback.accounts.fields import NewAccount
from ringback.errors import FieldError, InvalidInput, NotSent, OutcomeUnknown, Refused
from ringback.twilio import resources
from ringback.twilio.client import Twilio

FIELD = "default_verify_service"
CREATE = "create"
LONGEST_NAME, MOST_DIGITS = 30, 4  # Twilio docs, errors/60200: up to 30 characters, fewer than 5 digits
NOT_FOUND = 404
TRY_AGAIN = "The account was not saved. Save it again: a Verify service that was made meanwhile is found."


async def settled_service(twilio: Twilio, wanted: NewAccount, known: str | None) -> str | None:
    """The SID of the service, looked up unless `known`.

    To create one means to take the one that bears the account's name, or to make it: so a save whose answer
    was lost can be repeated.

    Raises:
        InvalidInput: Twilio knows no such service, or refuses to make one.
        NotSent: Twilio could not be asked, or did not say whether it made one. Saving again finds it.
    """
    service = wanted.default_verify_service
    if service is None or service == known:
        return service
    try:
        if service == CREATE:
            return await _named_service(twilio, service_name(wanted.name))
        await twilio.fetch(resources.verify_service(service))
    except Refused as refusal:
        raise InvalidInput([FieldError(FIELD, _reason(refusal))]) from refusal
    except OutcomeUnknown as unknown:
        # The account itself is not saved, so this must not read like a job that is still on its way (202).
        raise NotSent(replace(unknown.fault, remedy=TRY_AGAIN)) from unknown
    return service


def service_name(account: str) -> str:
    """The account's name as Twilio takes it, which is also what people read in the text with their code."""
    kept, digits = "", 0
    for letter in account.replace("_", " ").strip():
        digits += letter.isdigit()
        if not letter.isdigit() or digits <= MOST_DIGITS:
            kept += letter
    return kept[:LONGEST_NAME].strip()


async def _named_service(twilio: Twilio, name: str) -> str:
    async for service in twilio.items(resources.verify_services(), PageSize=100):
        if service.get("friendly_name") == name:
            return str(service["sid"])
    created = await twilio.create(resources.verify_services(), FriendlyName=name)
    return str(created["sid"])


def _reason(refusal: Refused) -> str:
    fault = refusal.fault
    if fault.http_status == NOT_FOUND:
        return "Twilio knows no such Verify service in this account. Copy its SID again, or write create."
    return f"Twilio says: {fault.message} {fault.remedy or ''}".strip()
