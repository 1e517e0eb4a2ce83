"""What remains of texts that are erased."""

import json

import pytest

from ringback.store.redaction import ERASED, scrubbed, texts_of, without_texts

SID = "SM" + "0a1b2c3d" * 4


def test_an_input_keeps_what_says_nothing_of_a_person() -> None:
    wanted = {
        "to": "+14155550123",
        "sender": "+14155550101",
        "body": "Hi Ada",
        "media_urls": ["https://example.org/a.png", "https://example.org/b.png"],
        "service_sid": "VA" + "0" * 32,
        "template_substitutions": {"name": "Ada"},
        "validity_period": 60,
        "smart_encoded": True,
        "send_at": "2030-01-31T09:00:00Z",
        "priority": "bulk",
        "thing_of_tomorrow": "Ada",
    }

    assert without_texts(wanted) == wanted | {
        "to": ERASED,
        "body": ERASED,
        "media_urls": [ERASED, ERASED],
        "template_substitutions": ERASED,
        "thing_of_tomorrow": ERASED,
    }


@pytest.mark.parametrize(
    ("text", "remains"),
    [
        ("The number +14155550123 is not valid.", f"The number {ERASED} is not valid."),
        ("To whatsapp:+14155550123", f"To whatsapp:{ERASED}"),
        ("(415) 555-0123 was read", f"({ERASED} was read"),
        ("Mail to ada.l@example.org bounced", f"Mail to {ERASED} bounced"),
        ("Hi Ada, see you was refused", f"{ERASED} was refused"),
        (f"A second message, {SID}, exists.", f"A second message, {SID}, exists."),
        ("It had not left by 2030-01-31T09:00:00.000Z.", "It had not left by 2030-01-31T09:00:00.000Z."),
        ("Error 30409 after 600.0 s", "Error 30409 after 600.0 s"),
        (SID, SID),
    ],
)
def test_a_sentence_loses_what_was_asked_for_numbers_and_mail_addresses(text: str, remains: str) -> None:
    assert scrubbed(text, ["Hi Ada, see you"]) == remains


def test_details_are_scrubbed_however_deep_they_stand() -> None:
    detail = {"message": "To +14155550123", "code": 21211, "errors": [{"detail": "ada@example.org"}, None]}

    assert scrubbed(detail, []) == {
        "message": f"To {ERASED}",
        "code": 21211,
        "errors": [{"detail": ERASED}, None],
    }


def test_a_text_that_is_also_a_word_of_the_ledger_takes_nothing_away_from_a_status() -> None:
    detail = {"sid": SID, "status": "delivered", "message": "Your delivered parcel"}

    assert scrubbed(detail, ["delivered"]) == detail | {"message": f"Your {ERASED} parcel"}


def test_longer_texts_go_first_and_short_ones_tear_no_holes() -> None:
    found = texts_of({"to": "+14155550123", "body": "Hi", "tags": {"a": "Lovelace", "b": ["Lovelace, Ada"]}})

    assert found == ["Lovelace, Ada", "+14155550123", "Lovelace"]
    assert "Ada" not in json.dumps(scrubbed("Lovelace, Ada", found))
