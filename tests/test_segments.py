"""What a text costs, held against what Twilio billed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.segments import measure, smart_encode

SMILE, COMBINED, LOW_QUOTE, JOINER = "\U0001f600", "e\u0301", "\u201e", "\u200c"

# Bodies sent through a live account, with the num_segments that Twilio billed: the comment of 2026-07-28
# in TwilioDevEd/message-segment-calculator issue 66.
BILLED = [
    ("1a", "a" * 80 + "\r\n" + "a" * 79, "GSM-7", 2),
    ("1b", "a" * 80 + "\n" + "a" * 79, "GSM-7", 1),
    ("1c", "a" * 200 + "\r\n" + "a" * 105, "GSM-7", 3),
    ("2a", "\u00e9" * 70, "GSM-7", 1),
    ("2b", COMBINED * 70, "UCS-2", 3),
    ("2c", COMBINED, "UCS-2", 1),
    ("3a", "\u201cHi\u201d", "UCS-2", 1),
    ("3b", smart_encode("\u201cHi\u201d"), "GSM-7", 1),
    ("3c", f"a{LOW_QUOTE}b{JOINER}c", "UCS-2", 1),
    ("3d", smart_encode(f"a{LOW_QUOTE}b{JOINER}c"), "GSM-7", 1),
    ("4", f"{SMILE}|", "UCS-2", 1),
    ("5a", "a" * 160, "GSM-7", 1),
    ("5b", "a" * 161, "GSM-7", 2),
    ("5c", "\u4e2d" * 70, "UCS-2", 1),
    ("5d", "\u4e2d" * 71, "UCS-2", 2),
    ("5e", "|", "GSM-7", 1),
]


@pytest.mark.parametrize(
    ("body", "encoding", "segments"), [row[1:] for row in BILLED], ids=[row[0] for row in BILLED]
)
def test_it_agrees_with_what_twilio_billed(body: str, encoding: str, segments: int) -> None:
    measured = measure(body)

    assert (measured.encoding, measured.segments) == (encoding, segments)


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        pytest.param("]" * 153, 3, id="issue 39"),
        pytest.param("this is a " + "]" * 74 + SMILE, 2, id="issue 18"),
        pytest.param("e\u0301\u0301\u0301" + "a" * 69, 2, id="issue 17"),
        pytest.param("|" * 69 + "\u221e", 1, id="issue 57"),
    ],
)
def test_it_agrees_with_older_reports_of_what_twilio_billed(body: str, segments: int) -> None:
    assert measure(body).segments == segments


@pytest.mark.parametrize("letter", list("\f^{}\\[~]|\u20ac"))
def test_a_character_of_the_extension_table_costs_two_septets(letter: str) -> None:
    assert measure(letter).units == 2
    assert measure(letter).encoding == "GSM-7"
    assert (measure(letter * 80).segments, measure(letter * 80 + "a").segments) == (1, 2)


def test_beside_a_character_outside_gsm_the_extension_costs_one_unit() -> None:
    assert measure("[\u4e2d]").units == 3


@pytest.mark.parametrize(
    ("body", "segments", "left"), [(SMILE * 35, 1, 0), (SMILE * 36, 2, 61), (SMILE * 67, 3, 65)]
)
def test_a_surrogate_pair_moves_whole_to_the_next_segment(body: str, segments: int, left: int) -> None:
    measured = measure(body)

    assert (measured.segments, measured.per_segment if segments > 1 else 67, measured.left) == (
        segments,
        67,
        left,
    )


@pytest.mark.parametrize("letter", ["\t", "`", "\u00e7", "\x1b", "\u00a0", "\u2019"])
def test_these_look_plain_and_yet_force_ucs2(letter: str) -> None:
    assert measure(f"a{letter}").forcing == (letter,)


def test_the_forcing_characters_come_once_and_in_order() -> None:
    assert measure(f"a\u2019b{SMILE}c\u2019d\u4e2d").forcing == ("\u2019", SMILE, "\u4e2d")


def test_an_empty_body_has_no_segment() -> None:
    measured = measure("")

    assert (measured.units, measured.segments, measured.per_segment, measured.left) == (0, 0, 160, 160)


def test_what_is_left_counts_down_to_the_next_segment() -> None:
    assert [measure("a" * length).left for length in (1, 160, 161, 306, 307)] == [159, 0, 145, 0, 152]


@given(st.text(alphabet=st.sampled_from(list(f"ab[\u20ac\u00e9\n\u4e2d{SMILE}\u2019")), max_size=400))
def test_a_measure_adds_up(body: str) -> None:
    measured = measure(body)
    waste = measured.segments * measured.per_segment - measured.left - measured.units

    assert (measured.encoding == "UCS-2") == bool(measured.forcing)
    assert measured.units == (
        len(body.encode("utf-16-be")) // 2 if measured.forcing else len(body) + count(body, "[\u20ac")
    )
    assert 0 <= measured.left <= measured.per_segment
    assert 0 <= waste <= max(measured.segments - 1, 0) or not body
    assert measure(body + "a").segments >= measured.segments


def count(body: str, letters: str) -> int:
    return sum(body.count(letter) for letter in letters)


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        ("\u201cHi\u201d \u2018there\u2019", "\"Hi\" 'there'"),
        ("\u00abHi\u00bb \u2039you\u203a", '"Hi" <you>'),
        ("one \u2013 two \u2014 three\u2026", "one - two - three..."),
        ("a\u00a0b\u2009c\td", "a b c d"),
        ("a\u200bb\u2060c\ufeff", "abc"),
        ("\u00bd\u203c", "1/2!!"),
        ("\uff21\uff22\uff01\uff5e", "AB!~"),
        ("\u1d00\u0299", "AB"),
        ("\u00e9t\u00e9 [ok]", "\u00e9t\u00e9 [ok]"),
    ],
)
def test_look_alikes_become_plain(body: str, plain: str) -> None:
    assert smart_encode(body) == plain
    assert measure(plain).encoding == "GSM-7"


@pytest.mark.parametrize("letter", [SMILE, "\u4e2d", "\u0301"])
def test_a_body_that_stays_ucs2_is_left_untouched(letter: str) -> None:
    body = f"\u2026\u201c{letter}"

    assert smart_encode(body) == body


@given(st.text(max_size=60))
def test_smart_encoding_yields_gsm7_or_nothing_and_settles_at_once(body: str) -> None:
    encoded = smart_encode(body)

    assert encoded == body or measure(encoded).encoding == "GSM-7"
    assert smart_encode(encoded) == encoded


@given(st.text("Hi @Ada", max_size=700), st.sampled_from(["", "["]))
def test_plain_letters_fill_each_segment(body: str, dear: str) -> None:
    septets = len(body) + 2 * len(dear)

    measured = measure(dear + body)

    assert measured.units == septets
    if septets <= 160:
        assert (measured.segments, measured.left) == (min(septets, 1), 160 - septets)
    else:
        assert (measured.segments, measured.left) == (-(-septets // 153), -septets % 153)
