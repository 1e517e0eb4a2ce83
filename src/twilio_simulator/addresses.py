"""Phone numbers and channel addresses as Twilio reads them."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

Channel = Literal["sms", "whatsapp"]
WHATSAPP = "whatsapp:"
SANDBOX = "+14155238886"
"""Twilio's shared WhatsApp sandbox number (docs whatsapp/sandbox)."""
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}")
_SHORT_CODE = re.compile(r"\d{5,6}")
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 _\-+&]{1,11}")
_PUNCTUATION = str.maketrans("", "", " -.()")


class Address(NamedTuple):
    """A channel and what is on it: an E.164 number, a short code or an alphanumeric sender."""

    channel: Channel
    number: str

    def __str__(self) -> str:
        return WHATSAPP + self.number if self.channel == "whatsapp" else self.number


@lru_cache(maxsize=8192)
def is_dialable(number: str) -> bool:
    """Whether it is E.164, and of the right length where the North American plan says so."""
    pattern = _NORTH_AMERICAN if number.startswith("+1") else _E164
    return pattern.fullmatch(number) is not None


@lru_cache(maxsize=8192)
def address(text: str) -> Address:
    """Split off the channel and the punctuation; nothing is checked."""
    if text.startswith(WHATSAPP):
        return Address("whatsapp", text[len(WHATSAPP) :].translate(_PUNCTUATION))
    return Address("sms", text.translate(_PUNCTUATION) if text.startswith("+") else text)


def is_short_code(text: str) -> bool:
    """Five or six digits."""
    return _SHORT_CODE.fullmatch(text) is not None


def is_alphanumeric(text: str) -> bool:
    """A sender made of up to 11 letters, digits and spaces, with a letter in it."""
    return _ALPHANUMERIC.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def is_sender(sender: Address) -> bool:
    """Whether it could be a From at all."""
    if is_dialable(sender.number):
        return True
    return sender.channel == "sms" and (is_short_code(sender.number) or is_alphanumeric(sender.number))
