"""Where each resource of Twilio lives: product, path, and the key of its list."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from ringback.errors import FieldError, InvalidInput

ACCOUNT = "{AccountSid}"
"""Stands in a path for the account that asks."""


class Product(StrEnum):
    """The first label of a Twilio host."""

    API = "api"
    VERIFY = "verify"
    MESSAGING = "messaging"


@dataclass(frozen=True, slots=True)
class Resource:
    """A product, a path on its host, and the key that holds the rows when it is a list."""

    product: Product
    path: str
    key: str = ""


CLASSIC = f"/2010-04-01/Accounts/{ACCOUNT}"
SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
E164 = re.compile(r"\+[0-9]{1,15}")
MAIL = re.compile(r"[^\s/\\@]+@[^\s/\\@]+")

MESSAGES = Resource(Product.API, f"{CLASSIC}/Messages.json", "messages")
CALLS = Resource(Product.API, f"{CLASSIC}/Calls.json", "calls")
ACCOUNT_ITSELF = Resource(Product.API, f"{CLASSIC}.json")
BALANCE = Resource(Product.API, f"{CLASSIC}/Balance.json")
INCOMING_NUMBERS = Resource(Product.API, f"{CLASSIC}/IncomingPhoneNumbers.json", "incoming_phone_numbers")
CALLER_IDS = Resource(Product.API, f"{CLASSIC}/OutgoingCallerIds.json", "outgoing_caller_ids")
VERIFY_SERVICES = Resource(Product.VERIFY, "/v2/Services", "services")
VERIFY_ATTEMPTS = Resource(Product.VERIFY, "/v2/Attempts", "attempts")
MESSAGING_SERVICES = Resource(Product.MESSAGING, "/v1/Services", "services")
WHATSAPP_SENDERS = Resource(Product.MESSAGING, "/v2/Channels/Senders", "senders")


def messages() -> Resource:
    """Create and list messages."""
    return MESSAGES


def message(sid: str) -> Resource:
    """One message, `SM…` or `MM…`."""
    return Resource(Product.API, f"{CLASSIC}/Messages/{_sid('sid', sid, 'SM', 'MM')}.json")


def calls() -> Resource:
    """Make and list calls."""
    return CALLS


def account() -> Resource:
    """The account itself; a standard API key may not read it."""
    return ACCOUNT_ITSELF


def balance() -> Resource:
    """Money left; refused to trial accounts since 2026."""
    return BALANCE


def incoming_numbers() -> Resource:
    """The numbers an account owns; the cheapest probe that works for API keys, too."""
    return INCOMING_NUMBERS


def caller_ids() -> Resource:
    """The numbers a trial account has verified."""
    return CALLER_IDS


def verify_services() -> Resource:
    """Create and list Verify services."""
    return VERIFY_SERVICES


def verify_service(sid: str) -> Resource:
    """One Verify service, `VA…`."""
    return Resource(Product.VERIFY, f"/v2/Services/{_sid('service_sid', sid, 'VA')}")


def verifications(service: str) -> Resource:
    """Start a verification; Twilio does not list them."""
    return Resource(Product.VERIFY, f"/v2/Services/{_sid('service_sid', service, 'VA')}/Verifications")


def verification(service: str, sid_or_to: str) -> Resource:
    """One verification, by `VE…` or by the recipient it was sent to."""
    return Resource(Product.VERIFY, f"{verifications(service).path}/{_verification(sid_or_to)}")


def verification_checks(service: str) -> Resource:
    """Check a code. The name is singular at Twilio."""
    return Resource(Product.VERIFY, f"/v2/Services/{_sid('service_sid', service, 'VA')}/VerificationCheck")


def verify_attempts() -> Resource:
    """Every delivery of a code, with whether it was confirmed; how a lost answer is settled."""
    return VERIFY_ATTEMPTS


def messaging_services() -> Resource:
    """The Messaging Services."""
    return MESSAGING_SERVICES


def whatsapp_senders() -> Resource:
    """The channel senders; Twilio wants the filter `Channel=whatsapp`."""
    return WHATSAPP_SENDERS


def _sid(field: str, text: str, *prefixes: str) -> str:
    if SID.fullmatch(text) and text.startswith(prefixes):
        return text
    wanted = " or ".join(prefixes)
    raise InvalidInput([FieldError(field, f"The SID starts with {wanted} and 32 hexadecimal digits follow.")])


def _verification(text: str) -> str:
    """What may name a verification in a path; anything else could lead to another resource."""
    if SID.fullmatch(text) and text.startswith("VE"):
        return text
    if E164.fullmatch(text) or MAIL.fullmatch(text):
        return quote(text, safe="")
    raise InvalidInput(
        [FieldError("to", "Name the verification by its SID, a number in E.164 form or a mail address.")]
    )
