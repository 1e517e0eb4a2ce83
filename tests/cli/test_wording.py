import pytest

from ringback.cli.wording import age, explained, harmless, lines_of, plain


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0, "now"),
        (-5, "now"),
        (999, "now"),
        (1_000, "1s"),
        (59_999, "59s"),
        (60_000, "1m"),
        (3_599_999, "59m"),
        (3_600_000, "1h"),
        (86_400_000, "1d"),
        (900_000_000, "10d"),
    ],
)
def test_an_age_is_told_in_one_unit(milliseconds: int, shown: str) -> None:
    assert age(milliseconds) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hi\nAda", "Hi\nAda"),
        ("Hi\r\nAda", "Hi\nAda"),
        ("a\tb", "a b"),
        ("\x1b[31mred", "�[31mred"),
        ("\x9b31m", "�31m"),
        ("a\x07\x08\x7f", "a���"),
        ("é✓値", "é✓値"),
    ],
)
def test_a_strangers_text_cannot_steer_the_terminal(text: str, shown: str) -> None:
    assert harmless(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (True, "yes"), (False, "no"), ([1, "a"], "1, a"), ({"a": 1, "b": None}, "a 1"), (0, "0")],
)
def test_values_are_shown_without_the_noise_of_json(value: object, shown: str) -> None:
    assert plain(value) == shown


def test_what_is_within_stands_under_its_name_and_what_is_empty_is_left_out() -> None:
    facts = {"balance": {"currency": "USD"}, "none": None, "list": [{"a": 1}, {"a": 2}], "no": []}

    assert list(lines_of(facts)) == [
        ("balance", ""),
        ("  currency", "USD"),
        ("list", "a 1"),
        ("", "a 2"),
    ]


def test_an_error_tells_what_happened_why_and_what_to_do() -> None:
    error = {"message": "Refused.", "code": 21610, "cause": "Opted out.", "remedy": "Ask them."}

    assert explained(error) == ["Refused. (Twilio 21610)", "Why: Opted out.", "Do:  Ask them."]
