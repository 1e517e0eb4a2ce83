"""The explanations are about real codes, name real inputs and tell what to do."""

import json
import os
from pathlib import Path

import pytest

from ringback.twilio.codes import Explanation, explain, explanations

# Every input of the catalogue that a code can be about.
INPUTS = {
    "to",
    "sender",
    "body",
    "media_urls",
    "media_url",
    "validity_period",
    "send_at",
    "content_sid",
    "variables",
    "sid",
    "limit",
    "url",
    "service_sid",
    "channel",
    "locale",
    "code",
    "custom_code",
    "custom_friendly_name",
    "template_sid",
    "template_substitutions",
    "device_ip",
}

# Named in Twilio's trial documents of September 2026, younger than the copy of the dictionary.
YOUNGER = {575001}

CASES = sorted(explanations().items())
IDS = [str(code) for code, _ in CASES]


@pytest.mark.parametrize(("code", "explanation"), CASES, ids=IDS)
def test_an_explanation_tells_what_why_and_what_to_do(code: int, explanation: Explanation) -> None:
    for sentence in (explanation.message, explanation.cause, explanation.remedy):
        assert sentence[0].isupper(), code
        assert sentence.endswith("."), code
    assert len(explanation.message) <= 80
    assert len(explanation.remedy.split()) >= 3
    assert explanation.field is None or explanation.field in INPUTS


@pytest.mark.parametrize(("code", "explanation"), CASES, ids=IDS)
def test_what_is_not_worth_repeating_does_not_say_try_again(code: int, explanation: Explanation) -> None:
    assert explanation.retry or "try again" not in explanation.remedy.lower(), code


def test_the_codes_that_users_meet_are_explained() -> None:
    met = [
        20003,
        20429,
        21211,
        21608,
        21610,
        21617,
        30003,
        30007,
        30034,
        60200,
        60202,
        60203,
        63007,
        63016,
        572006,
    ]

    assert all(explain(code) for code in met)
    assert len(explanations()) > 150


def test_a_code_that_is_not_known_has_no_explanation() -> None:
    assert explain(99999) is None


def test_every_code_is_in_twilios_dictionary() -> None:
    folder = os.environ.get("RINGBACK_TWILIO_OAI")
    if not folder:
        pytest.skip("RINGBACK_TWILIO_OAI does not name a folder with Twilio's error-codes.json")
    dictionary = json.loads((Path(folder) / "error-codes.json").read_text())

    assert set(explanations()) - {entry["code"] for entry in dictionary} == YOUNGER
