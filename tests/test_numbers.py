"""Numbers as people write them."""

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import (
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneNumberFormat,
    ValidationResult,
    example_number,
    format_number,
    is_possible_number_with_reason,
    parse,
)
from phonenumbers import PhoneNumber as Example
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from ringback.numbers import CountryCode, Note, PhoneNumber, Reader, country, read_number

ADA = "+919820012345"
numbers: TypeAdapter[str] = TypeAdapter(PhoneNumber)
examples = st.sampled_from(
    [(region, number) for region in sorted(SUPPORTED_REGIONS) if (number := example_number(region))]
)


def refusal(text: object, default_country: str | None = None) -> str:
    with pytest.raises(ValidationError) as refused:
        numbers.validate_python(text, context=Reader(default_country))
    return str(refused.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+91 98200 12345", ADA),
        (" +91-98200-12345 ", ADA),
        ("+1 (415) 555-0101", "+14155550101"),
        ("+1.415.555.0101", "+14155550101"),
        ("0044 20 7946 0958", "+442079460958"),
        ("00 44 (0)20 7946 0958", "+442079460958"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+44 020 7946 0958", "+442079460958"),
        ("(+44) 20 7946 0958", "+442079460958"),
        ("+(44) 20 7946 0958", "+442079460958"),
        ("+49 30/1234567", "+49301234567"),
        ("+39 02 3661 8300", "+390236618300"),
        ("+39 (0)2 3661 8300", "+390236618300"),
        ("tel:+1-415-555-0101", "+14155550101"),
        ("TEL:+14155550101;isub=1", "+14155550101"),
        ("tel:020-7946-0958;phone-context=+44", "+442079460958"),
        ("\uff0b\uff11 \uff14\uff11\uff15 555 0101", "+14155550101"),
        ("+\u0661 \u0664\u0661\u0665 555 0101", "+14155550101"),
        ("\u202a+1\u00a0415\u2011555\u20130101\u202c", "+14155550101"),
        ("+1 415 555\u22120101", "+14155550101"),
    ],
)
def test_human_forms_become_e164(written: str, number: str) -> None:
    assert numbers.validate_python(written) == number


@pytest.mark.parametrize("number", ["+15005550006", "+15005550001", "+15005550009", "+14155238886"])
def test_test_numbers_of_twilio_pass(number: str) -> None:
    assert numbers.validate_python(number) == number


@given(case=examples, style=st.sampled_from([PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.RFC3966]))
def test_every_written_form_of_a_number_of_any_country_is_read(case: tuple[str, Example], style: int) -> None:
    _, number = case
    written = format_number(number, style)

    assert numbers.validate_python(written) == format_number(number, PhoneNumberFormat.E164)
    assert numbers.validate_python(written.replace("+", "00")) == format_number(
        number, PhoneNumberFormat.E164
    )


@given(case=examples)
def test_every_country_reads_its_own_national_form(case: tuple[str, Example]) -> None:
    region, number = case
    written = format_number(number, PhoneNumberFormat.NATIONAL)

    read = numbers.validate_python(written, context=Reader(region))

    assert read == format_number(number, PhoneNumberFormat.E164)


@given(text=st.one_of(st.text(max_size=30), st.from_regex(r"\+?[0-9 ()-]{5,18}", fullmatch=True)))
@example(text="\ud800")
@example(text="+0")
def test_what_is_read_is_e164_and_reads_as_itself(text: str) -> None:
    try:
        number = read_number(text, Reader("IN"))
    except ValueError:
        return

    again = Reader()
    assert number[0] == "+"
    assert number[1:].isascii()
    assert number[1:].isdigit()
    assert number[1] != "0"
    assert 3 <= len(number) <= 16
    assert read_number(number, again) == number


@pytest.mark.parametrize(
    ("written", "likely"),
    [
        ("9820012345", "+<country code>9820012345"),
        ("098200 12345", "+<country code>9820012345"),
        ("919820012345", "+919820012345"),
        ("1 415 555 0101", "+14155550101"),
    ],
)
def test_without_a_country_code_the_likely_form_is_suggested(written: str, likely: str) -> None:
    assert refusal(written) == (
        f"{written} has no country code. Write it in E.164 form, like {likely}, "
        "or set a default country for the account."
    )


def test_a_default_country_completes_a_number_and_says_so() -> None:
    reader = Reader("in")

    assert numbers.validate_python("098200 12345", context=reader) == ADA
    assert reader.notes == [
        Note(
            "098200 12345",
            ADA,
            "It has no country code and was read as dialled in IN, the account's default country.",
        )
    ]


@pytest.mark.parametrize("written", ["9820012345", "919820012345", "09820012345", "0091 98200 12345"])
def test_a_default_country_knows_its_own_ways_to_dial(written: str) -> None:
    assert numbers.validate_python(written, context=Reader("IN")) == ADA


def test_a_default_country_knows_its_own_international_prefix() -> None:
    assert numbers.validate_python("011 91 98200 12345", context=Reader("US")) == ADA


def test_a_country_code_wins_over_the_default_country() -> None:
    reader = Reader("IN")

    assert numbers.validate_python("+14155550101", context=reader) == "+14155550101"
    assert reader.notes == []


@pytest.mark.parametrize("home", ["IN", "US"])
def test_a_number_of_another_country_that_lost_its_plus_is_asked_about(home: str) -> None:
    assert refusal("447911123456", home) == (
        f"447911123456 is not in use in {home}. Write it with a +, like +447911123456."
    )


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("+1415555", "+1415555 is too short. Write it in E.164 form, like +12015550123."),
        ("+1", "+1 is too short."),
        ("+441", "+441 is too short."),
        ("+14155550101999", "+14155550101999 is too long."),
        ("+1234567890123456789", "is too long."),
        ("+999123456789", "+999123456789 begins with no country code in use."),
        ("+15550101", "+15550101 lacks its area code."),
        ("", "An empty text holds no number."),
        ("+", "+ holds no number."),
        ("+14155550101, +14155550102", "holds ','. Write only the number"),
        ("+14155550101 +14155550102", "looks like more than one number."),
        ("1-800-FLOWERS", "holds 'F'."),
        ("+1 415 555 0101 ext 5", "holds 'e'."),
        ("+1" + "0" * 80, "is too long for a number."),
        (9820012345, "Write it as text in quotes"),
        (None, "Write it as text in quotes"),
    ],
)
def test_what_cannot_be_a_number_is_refused_with_the_reason(written: object, fault: str) -> None:
    assert fault in refusal(written)


@pytest.mark.parametrize("written", ["whatsapp:+14155550101", " WhatsApp : +14155550101"])
def test_a_whatsapp_address_is_sent_to_the_whatsapp_actions(written: str) -> None:
    assert "use SendWhatsappTextMessage or SendWhatsappMediaMessage" in refusal(written)


def test_a_number_that_looks_unassigned_passes_with_a_note() -> None:
    reader = Reader()

    assert numbers.validate_python("+1 555 555 0100", context=reader) == "+15555550100"
    assert [note.reason for note in reader.notes] == [
        "No number like it is known to be in use. Check the digits."
    ]


def test_a_trunk_prefix_is_left_out_with_a_note() -> None:
    reader = Reader()

    numbers.validate_python("+44 (0)20 7946 0958", context=reader)

    assert [(note.given, note.read_as) for note in reader.notes] == [("+44 (0)20 7946 0958", "+442079460958")]


def test_every_bad_number_of_a_model_is_told_at_once() -> None:
    class Invitation(BaseModel):
        to: PhoneNumber
        copies: list[PhoneNumber]

    with pytest.raises(ValidationError) as refused:
        Invitation.model_validate({"to": "nobody", "copies": [ADA, "+1"]})

    assert [error["loc"] for error in refused.value.errors()] == [("to",), ("copies", 1)]


def test_the_schema_names_a_format_and_shows_no_pattern() -> None:
    class Invitation(BaseModel):
        to: PhoneNumber = Field(description="Who gets it.", examples=[ADA])

    assert Invitation.model_json_schema()["properties"]["to"] == {
        "title": "To",
        "type": "string",
        "format": "phone-number",
        "description": "Who gets it.",
        "examples": [ADA],
    }


@pytest.mark.parametrize(("written", "code"), [("in", "IN"), (" US ", "US"), ("gb", "GB")])
def test_a_country_is_two_capitals(written: str, code: str) -> None:
    assert country(written) == code
    assert TypeAdapter(CountryCode).validate_python(written) == code


@pytest.mark.parametrize(
    ("written", "hint"), [("UK", "like GB."), ("India", "like IN, US or GB."), ("001", "ISO 3166")]
)
def test_an_unknown_country_is_refused_with_a_hint(written: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        country(written)


def test_importing_the_types_leaves_libphonenumber_alone() -> None:
    script = "import sys, ringback.numbers; sys.exit('phonenumbers' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603 - own interpreter


@given(example=examples, place=st.integers(2, 14), digit=st.sampled_from("0123456789"))
def test_what_is_written_in_e164_is_read_as_libphonenumber_reads_it(
    example: tuple[str, Example], place: int, digit: str
) -> None:
    written = format_number(example[1], PhoneNumberFormat.E164)
    written = written[:place] + digit + written[place + 1 :]
    try:
        parsed = parse(written)
    except NumberParseException:
        parsed = None
    possible = parsed and is_possible_number_with_reason(parsed) == ValidationResult.IS_POSSIBLE

    try:
        read = read_number(written, Reader())
    except ValueError:
        read = None

    assert read == (format_number(parsed, PhoneNumberFormat.E164) if parsed and possible else None)
