"""The vocabulary of numbers, senders and addresses: field types that read what people write.

Each type is text in Python and in JSON; its schema carries a `format`, from which forms, commands and tools
know what to offer. Pass a `Reader` as pydantic's validation context to set a default country and to learn
what was read otherwise than written.
"""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from ringback.numbers.addresses import (
    read_address,
    read_sender,
    read_verify_recipient,
    read_whatsapp_address,
    read_whatsapp_sender,
)
from ringback.numbers.dialling import country, read_number
from ringback.numbers.reading import Note, Reader, refusal
from ringback.numbers.senders import SenderKind, is_messaging_service, read_sms_sender, sender_kind

__all__ = [
    "Address",
    "CountryCode",
    "Note",
    "PhoneNumber",
    "Reader",
    "Sender",
    "SenderKind",
    "SmsSender",
    "VerifyRecipient",
    "WhatsappAddress",
    "WhatsappSender",
    "country",
    "is_messaging_service",
    "read_address",
    "read_number",
    "read_sender",
    "read_sms_sender",
    "read_verify_recipient",
    "read_whatsapp_address",
    "read_whatsapp_sender",
    "sender_kind",
]


def _read_by(read: Callable[[str, Reader], str]) -> BeforeValidator:
    def validate(value: object, info: ValidationInfo[Any]) -> str:
        if not isinstance(value, str):
            raise refusal('Write it as text in quotes, like "+14155550101".')
        return read(value, info.context if isinstance(info.context, Reader) else Reader())

    return BeforeValidator(validate)


def _text(name: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "format": name})


PhoneNumber = Annotated[str, _read_by(read_number), _text("phone-number")]
"""A number, strictly E.164 once read."""

SmsSender = Annotated[str, _read_by(read_sms_sender), _text("sms-sender")]
"""A number, a short code, an alphanumeric sender or the SID of a Messaging Service."""

WhatsappAddress = Annotated[str, _read_by(read_whatsapp_address), _text("whatsapp-address")]
"""`whatsapp:` and a number in E.164."""

WhatsappSender = Annotated[str, _read_by(read_whatsapp_sender), _text("whatsapp-sender")]
"""A WhatsApp address or the SID of a Messaging Service."""

Address = Annotated[str, _read_by(read_address), _text("address")]
"""A number or a WhatsApp address, each normalised."""

Sender = Annotated[str, _read_by(read_sender), _text("sender")]
"""An SMS sender or a WhatsApp address."""

VerifyRecipient = Annotated[str, _read_by(read_verify_recipient), _text("verify-recipient")]
"""A number in E.164 or a mail address."""

CountryCode = Annotated[str, _read_by(lambda code, _: country(code)), _text("country-code")]
"""An ISO 3166 alpha-2 code."""
