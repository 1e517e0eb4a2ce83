"""Phone numbers in every human form, read into E.164 by way of libphonenumber."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

from ringback.numbers.reading import Reader, plain, refusal, shown

WHATSAPP = re.compile(r"(?:\s*whatsapp\s*:)+\s*", re.IGNORECASE)
TEL = re.compile(r"tel:", re.IGNORECASE)
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_INPUT = 64
_SHORTEST = 6  # digits within a country; libphonenumber has rules of its own for fewer
_DIGITS = "0123456789"
_PUNCTUATION = "+()-./ "

# By libphonenumber's ValidationResult, then by its parser's error types; what is in neither is too short.
_IMPOSSIBLE = {
    1: "begins with no country code in use",
    2: "is too short",
    3: "is too long",
    4: "lacks its area code",
    5: "has a length that no number of its country has",
}
_UNREADABLE = {0: "begins with no country code in use", 4: "is too long"}


KEPT = 4096  # numbers whose finding is kept: a sender comes with each message, a recipient twice


@dataclass(frozen=True, slots=True)
class _Finding:
    """libphonenumber's answer; `fault` says why no such number can exist, `like` is one from its country."""

    e164: str
    fault: str | None
    in_use: bool
    like: str


def country(code: str) -> str:
    """An ISO 3166 alpha-2 code in capitals, known to libphonenumber.

    Raises:
        PydanticCustomError: a ValueError saying what to write instead.
    """
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415 - 30 ms that most commands never need

    wanted = code.strip().upper()
    if wanted not in SUPPORTED_REGIONS:
        hint = "GB" if wanted == "UK" else "IN, US or GB"
        raise refusal(f"{shown(code)} is no country. Write its two-letter ISO 3166 code, like {hint}.")
    return wanted


def read_number(given: str, reader: Reader) -> str:
    """A number in any human form, as E.164.

    Raises:
        PydanticCustomError: a ValueError with the cause, the remedy and a suggestion.
    """
    if WHATSAPP.match(given):
        raise refusal(
            f"{shown(given)} is a WhatsApp address. Leave out whatsapp:, or use SendWhatsappTextMessage "
            "or SendWhatsappMediaMessage."
        )
    digits = dialled(given)
    if digits.startswith("+"):
        return _international(given, digits, reader)
    if reader.default_country:
        return _national(given, digits, reader, reader.default_country.upper())
    raise refusal(
        f"{shown(given)} has no country code. Write it in E.164 form, like {_completed(digits)}, "
        "or set a default country for the account."
    )


def dialled(given: str) -> str:
    """What a person would key in: `+` and digits when a country code was given, else digits.

    Raises:
        PydanticCustomError: it is no number, or more than one.
    """
    if E164.fullmatch(given):
        return given
    if len(given) > _LONGEST_INPUT:
        raise refusal(f"{shown(given)} is too long for a number. Write one number, like +14155550101.")
    text, _, parameters = TEL.sub("", plain(given), count=1).partition(";")
    # RFC 3966: a local number in a link names its country in a parameter.
    if not text.startswith("+") and (context := re.search(r"phone-context=(\+[0-9]+)", parameters)):
        text = context[1] + text
    _refuse_other_text(given, text)
    digits = "".join(letter for letter in text if letter in _DIGITS)
    if "+" in text:
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def _refuse_other_text(given: str, text: str) -> None:
    odd = next((letter for letter in text if letter not in _DIGITS + _PUNCTUATION), None)
    if odd is not None:
        raise refusal(f"{shown(given)} holds {shown(odd)!r}. Write only the number, like +14155550101.")
    if "+" in text.lstrip("( ")[1:]:
        raise refusal(f"{shown(given)} looks like more than one number. Write one, like +14155550101.")
    if not any(letter in _DIGITS for letter in text):
        raise refusal(f"{shown(given)} holds no number. Write one in E.164 form, like +14155550101.")


def _international(given: str, digits: str, reader: Reader) -> str:
    finding = _looked_up(digits, None)
    _refuse_impossible(given, finding)
    if finding.e164 != digits:
        reader.note(given, finding.e164, "The trunk prefix, dialled only within the country, was left out.")
    return _noting_unassigned(given, finding, reader)


def _national(given: str, digits: str, reader: Reader, home: str) -> str:
    """Read as dialled in `home`; when it rather seems that a + was forgotten, ask instead of guessing.

    To libphonenumber 447911123456 could be an Indian number, though it is a British one in use.
    """
    finding, abroad = _looked_up(digits, home), _looked_up(f"+{digits}", None)
    if abroad.in_use and not finding.in_use:
        raise refusal(f"{shown(given)} is not in use in {home}. Write it with a +, like {abroad.e164}.")
    _refuse_impossible(given, finding)
    reason = f"It has no country code and was read as dialled in {home}, the account's default country."
    reader.note(given, finding.e164, reason)
    return _noting_unassigned(given, finding, reader)


def _refuse_impossible(given: str, finding: _Finding) -> None:
    if finding.fault:
        raise refusal(f"{shown(given)} {finding.fault}. Write it in E.164 form, like {finding.like}.")


def _noting_unassigned(given: str, finding: _Finding, reader: Reader) -> str:
    """Test numbers and ranges newer than libphonenumber look unassigned too, so this only warns."""
    if not finding.in_use:
        reader.note(given, finding.e164, "No number like it is known to be in use. Check the digits.")
    return finding.e164


def _completed(digits: str) -> str:
    """The E.164 form that was probably meant, as far as the digits tell."""
    whole = _looked_up(f"+{digits}", None)
    return whole.e164 if whole.in_use else f"+<country code>{digits.lstrip('0')}"


@lru_cache(maxsize=KEPT)
def _looked_up(digits: str, home: str | None) -> _Finding:
    import phonenumbers  # noqa: PLC0415 - 30 ms that most commands never need

    e164 = phonenumbers.PhoneNumberFormat.E164
    try:
        number = _plainly_parsed(digits) or phonenumbers.parse(digits, home)
    except phonenumbers.NumberParseException as failure:
        return _Finding(
            "", _UNREADABLE.get(failure.error_type, "is too short"), in_use=False, like="+14155550101"
        )
    fault = _IMPOSSIBLE.get(phonenumbers.is_possible_number_with_reason(number))
    region = phonenumbers.region_code_for_country_code(number.country_code or 0) if fault else None
    like = phonenumbers.example_number(region) if region else None
    return _Finding(
        phonenumbers.format_number(number, e164),
        fault,
        _in_use(number),
        phonenumbers.format_number(like, e164) if like else "+14155550101",
    )


def _in_use(number: "PhoneNumber") -> bool:
    """Whether libphonenumber finds it valid, asked of its calling code's main region first."""
    import phonenumbers  # noqa: PLC0415 - as above

    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(number.country_code or 0)
    in_main = regions is not None and phonenumbers.is_valid_number_for_region(number, regions[0])
    return in_main or phonenumbers.is_valid_number(number)


def _plainly_parsed(digits: str) -> "PhoneNumber | None":
    """What libphonenumber's parser makes of E.164 digits without a trunk prefix, in a quarter of its time."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumber  # noqa: PLC0415 - as above

    if not E164.fullmatch(digits):
        return None
    length = next((end for end in (2, 3, 4) if int(digits[1:end]) in COUNTRY_CODE_TO_REGION_CODE), None)
    if length is None or (national := digits[length:]).startswith("0") or len(national) < _SHORTEST:
        return None
    code = int(digits[1:length])
    facts = PhoneMetadata.metadata_for_region_or_calling_code(code, COUNTRY_CODE_TO_REGION_CODE[code][0])
    if facts is None or re.match(facts.national_prefix_for_parsing or "$^", national):
        return None
    return PhoneNumber(country_code=code, national_number=int(national))
