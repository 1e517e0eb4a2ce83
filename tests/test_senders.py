"""What messages come from, and the addresses of the other channels."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ringback.numbers import (
    Reader,
    SenderKind,
    SmsSender,
    VerifyRecipient,
    WhatsappAddress,
    WhatsappSender,
    is_messaging_service,
    read_sms_sender,
    read_whatsapp_address,
    sender_kind,
)

ADA, POOL = "+14155550101", "MG" + "0aF9" * 8


def read(kind: Any, text: str, default_country: str | None = None) -> str:
    value = TypeAdapter(kind).validate_python(text, context=Reader(default_country))
    assert isinstance(value, str)
    return value


def refusal(kind: Any, text: str) -> str:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(text)
    return str(refused.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("written", "sender", "kind"),
    [
        ("+1 (415) 555-0101", ADA, SenderKind.NUMBER),
        ("tel:+14155550101", ADA, SenderKind.NUMBER),
        ("123", "123", SenderKind.SHORT_CODE),
        (" 24567 ", "24567", SenderKind.SHORT_CODE),
        ("\u0662\u0664\u0665\u0666\u0667", "24567", SenderKind.SHORT_CODE),
        ("12345678", "12345678", SenderKind.SHORT_CODE),
        ("A", "A", SenderKind.ALPHANUMERIC),
        ("Ada Shop", "Ada Shop", SenderKind.ALPHANUMERIC),
        ("+A-d_a & 1", "+A-d_a & 1", SenderKind.ALPHANUMERIC),
        ("24seven", "24seven", SenderKind.ALPHANUMERIC),
        ("MG123", "MG123", SenderKind.ALPHANUMERIC),
        (f" {POOL} ", POOL, SenderKind.MESSAGING_SERVICE),
    ],
)
def test_each_kind_of_sender_is_told_by_its_form(written: str, sender: str, kind: SenderKind) -> None:
    assert read(SmsSender, written) == sender
    assert sender_kind(sender) == kind
    assert is_messaging_service(sender) == (kind is SenderKind.MESSAGING_SERVICE)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("My Long Shop Name", "is too long for an alphanumeric sender. Write 11 characters at most."),
        ("Caf\u00e9", "is no alphanumeric sender. Use only letters a to z"),
        ("Ada!", "is no alphanumeric sender."),
        ("MG" + "z" * 32, "is no Messaging Service: that is MG and 32 hexadecimal digits."),
        (POOL[:-1], "is no Messaging Service"),
        ("PN" + "0" * 32, "is no sender's SID."),
        ("+1415x5", "holds 'x'."),
        ("123456789", "has no country code."),
        ("12", "has no country code."),
        ("whatsapp:+14155550101", "use SendWhatsappTextMessage"),
        ("", "holds no number"),
    ],
)
def test_what_cannot_be_a_sender_is_refused_with_the_reason(written: str, fault: str) -> None:
    assert fault in refusal(SmsSender, written)


def test_few_digits_are_a_short_code_even_with_a_default_country_which_is_told() -> None:
    reader = Reader("US")

    assert TypeAdapter(SmsSender).validate_python("24567", context=reader) == "24567"
    assert [note.read_as for note in reader.notes] == ["24567"]


def test_a_national_number_is_a_sender_under_a_default_country() -> None:
    assert read(SmsSender, "(415) 555-0101", "US") == ADA


@given(st.text(max_size=40))
def test_a_sender_once_read_reads_as_itself_and_keeps_its_kind(text: str) -> None:
    try:
        sender = read_sms_sender(text, Reader("US"))
    except ValueError:
        return

    assert read_sms_sender(sender, Reader()) == sender
    assert (sender_kind(sender) is SenderKind.NUMBER) == (sender[0] == "+" and sender[1:].isdigit())


@pytest.mark.parametrize(
    "written",
    [
        ADA,
        "+1 415 555 0101",
        f"whatsapp:{ADA}",
        f"WhatsApp: {ADA}",
        f"whatsapp:whatsapp:{ADA}",
        f" WHATSAPP :{ADA}",
    ],
)
def test_the_whatsapp_prefix_is_added_and_never_doubled(written: str) -> None:
    assert read(WhatsappAddress, written) == f"whatsapp:{ADA}"
    assert read(WhatsappSender, written) == f"whatsapp:{ADA}"


@given(st.lists(st.sampled_from(["whatsapp:", "WhatsApp: ", " whatsapp :"]), max_size=4))
def test_any_number_of_prefixes_makes_one(prefixes: list[str]) -> None:
    assert read_whatsapp_address("".join(prefixes) + ADA, Reader()) == f"whatsapp:{ADA}"


def test_the_number_of_an_address_is_read_like_any_other() -> None:
    assert read(WhatsappAddress, "whatsapp:098200 12345", "IN") == "whatsapp:+919820012345"
    assert "has no country code" in refusal(WhatsappAddress, "whatsapp: 14155550101")
    assert "is too short" in refusal(WhatsappAddress, "whatsapp:+1415")
    assert "holds no number" in refusal(WhatsappAddress, "whatsapp:")


def test_a_mexican_mobile_keeps_the_1_that_whatsapp_knows_it_by() -> None:
    assert read(WhatsappAddress, "whatsapp:+521 55 1234 5678") == "whatsapp:+5215512345678"
    assert "is too long" in refusal(SmsSender, "+5215512345678")


def test_a_messaging_service_sends_whatsapp_but_does_not_receive() -> None:
    assert read(WhatsappSender, POOL) == POOL
    assert "only a sender" in refusal(WhatsappAddress, POOL)


def test_a_whatsapp_sender_is_a_number() -> None:
    assert sender_kind(f"whatsapp:{ADA}") is SenderKind.NUMBER


@pytest.mark.parametrize("mail", ["ada@example.org", "a.b+c@sub.example.co", "\u00e4da@b\u00fccher.example"])
def test_a_code_goes_to_a_mail_address_as_written(mail: str) -> None:
    assert read(VerifyRecipient, f" {mail} ") == mail


def test_a_code_goes_to_a_number() -> None:
    assert read(VerifyRecipient, "+1 415 555 0101") == ADA


@pytest.mark.parametrize(
    "written",
    [
        "@",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@.org",
        "ada@example..org",
        "a b@example.org",
        "a@b.org,c@d.org",
        "Ada <ada@example.org>",
        "ada@example.org\x00",
        "a" * 65 + "@example.org",
        "a@" + "b" * 250 + ".org",
    ],
)
def test_a_mail_address_with_a_slip_is_refused(written: str) -> None:
    assert refusal(VerifyRecipient, written).endswith("is no mail address. Write one, like ada@example.org.")


def test_a_whatsapp_address_is_told_to_use_the_channel_instead() -> None:
    assert refusal(VerifyRecipient, f"whatsapp:{ADA}").endswith(
        "Leave out whatsapp: and choose that channel."
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (SmsSender, "sms-sender"),
        (WhatsappAddress, "whatsapp-address"),
        (WhatsappSender, "whatsapp-sender"),
        (VerifyRecipient, "verify-recipient"),
    ],
)
def test_each_type_carries_its_format(kind: Any, name: str) -> None:
    assert TypeAdapter(kind).json_schema() == {"type": "string", "format": name}
