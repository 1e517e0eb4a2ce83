"""What a text can come from: a number, a short code, an alphanumeric sender, a Messaging Service."""

import re
from enum import StrEnum

from ringback.numbers.dialling import TEL, WHATSAPP, read_number
from ringback.numbers.reading import Reader, plain, refusal, shown

# Twilio docs, messaging/api/alphasender-resource: up to 11 of these, at least one of them a letter.
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}")
_LONGEST_ALPHANUMERIC = 11
_MESSAGING_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
_OTHER_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
# 5 or 6 digits in the US and Canada, 3 to 8 elsewhere.
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_BEGINS_LIKE_A_NUMBER = re.compile(r"[( ]*\+[( ]*[0-9]")


class SenderKind(StrEnum):
    """What a message can come from."""

    NUMBER = "number"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"
    MESSAGING_SERVICE = "messaging_service"


def read_sms_sender(given: str, reader: Reader) -> str:
    """A number, short code, alphanumeric sender or Messaging Service SID.

    Raises:
        PydanticCustomError: a ValueError with the cause and the remedy.
    """
    text = plain(given)
    if is_messaging_service(text):
        return text
    if _SHORT_CODE.fullmatch(text):
        return _short_code(given, text, reader)
    if _is_a_name(text):
        return _alphanumeric(text)
    return read_number(given, reader)


def is_messaging_service(sender: str) -> bool:
    """Whether a sender is a Messaging Service, which Twilio takes under another parameter than a number."""
    return _MESSAGING_SERVICE.fullmatch(sender) is not None


def sender_kind(sender: str) -> SenderKind:
    """What a sender is, once it has been read; a WhatsApp address is a number."""
    if is_messaging_service(sender):
        return SenderKind.MESSAGING_SERVICE
    if _SHORT_CODE.fullmatch(sender):
        return SenderKind.SHORT_CODE
    return SenderKind.ALPHANUMERIC if _is_a_name(sender) else SenderKind.NUMBER


def _is_a_name(text: str) -> bool:
    """Letters make a name of it, but not in a link or an address, nor after the + of a number."""
    if TEL.match(text) or WHATSAPP.match(text) or _BEGINS_LIKE_A_NUMBER.match(text):
        return False
    return any(letter.isalpha() for letter in text)


def _short_code(given: str, text: str, reader: Reader) -> str:
    if reader.default_country:
        reason = "3 to 8 digits are read as a short code; a number is written with + and its country code."
        reader.note(given, text, reason)
    return text


def _alphanumeric(text: str) -> str:
    if not _ALPHANUMERIC.fullmatch(text):
        raise refusal(f"{shown(text)} {_remedy(text)}")
    return text


def _remedy(text: str) -> str:
    if _OTHER_SID.fullmatch(text):
        return "is no sender's SID. Write the number itself, or a Messaging Service: MG and 32 hex digits."
    if len(text) <= _LONGEST_ALPHANUMERIC:
        return (
            "is no alphanumeric sender. Use only letters a to z, digits, spaces and + - _ &, like Ada-Shop."
        )
    if text.startswith("MG"):
        return "is no Messaging Service: that is MG and 32 hexadecimal digits. Copy it from Twilio's console."
    return f"is too long for an alphanumeric sender. Write {_LONGEST_ALPHANUMERIC} characters at most."
