"""Keyword templates."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import FieldError, InvalidInput
from ringback.keywords import Keyword, fill, found, holds_braces

KEYWORDS: dict[str, object] = {
    "name": "Ada",
    "count": 3,
    "customer": {"first_name": "Ada", "age": None, "zip-code": "02139"},
    "items": [{"sku": "A-1"}, {"sku": "B-2"}],
    "paid": True,
    "big": 1e20,
    "small": 1e-7,
    "price": Decimal("1E+3"),
}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)

plain = st.text(alphabet=st.characters(exclude_characters="{}")).map(lambda text: (text, text))


def filled(text: str, keywords: dict[str, object] | None = None) -> object:
    return fill({"body": text}, KEYWORDS if keywords is None else keywords)["body"]


def complaints(inputs: dict[str, object], keywords: dict[str, object] | None = None) -> list[FieldError]:
    with pytest.raises(InvalidInput) as refused:
        fill(inputs, KEYWORDS if keywords is None else keywords)
    return refused.value.errors


def complaint(text: str) -> str:
    (error,) = complaints({"body": text})
    return error.message


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Hi {{name}}, you have {{count}}.", "Hi Ada, you have 3."),
        ("{{ name }}!", "Ada!"),
        ("{{name}}{{count}}", "Ada3"),
        ("{{customer.first_name}} {{customer.zip-code}}", "Ada 02139"),
        ("sku {{items.1.sku}}", "sku B-2"),
        ("paid: {{paid}}", "paid: true"),
        ("{{big}} {{small}} {{price}}", "100000000000000000000 0.0000001 1000"),
        ("{{{{name}}}}", "{{name}}"),
        ("{{{{{{name}}}}}}", "{{Ada}}"),
        ("{{{{name", "{{name"),
        ("{{{{name}}", "{{name}}"),
        ('{"a":{"b":1}}', '{"a":{"b":1}}'),
        ('{"a":{"b":{{count}}}}', '{"a":{"b":3}}'),
        ("{name}", "{name}"),
        ("", ""),
    ],
)
def test_keywords_in_a_text(text: str, result: str) -> None:
    assert filled(text) == result


@given(value=values)
def test_a_value_that_is_one_keyword_keeps_its_type(value: object) -> None:
    assert filled("{{it}}", {"it": value}) is value


def test_every_text_is_filled_at_any_depth_and_names_of_fields_are_left_alone() -> None:
    inputs = {"to": "{{name}}", "{{name}}": {"{{name}}": ["{{count}}", "{{name}}!", 5, None]}, "flag": False}

    assert fill(inputs, KEYWORDS) == {
        "to": "Ada",
        "{{name}}": {"{{name}}": [3, "Ada!", 5, None]},
        "flag": False,
    }


@given(value=st.text())
def test_a_value_is_never_read_again(value: str) -> None:
    assert filled("<{{it}}>", {"it": value, "x": "never"}) == f"<{value}>"
    assert filled("<{{it}}>", {"it": f"{{{{x}}}}{value}{{{{", "x": "never"}) == f"<{{{{x}}}}{value}{{{{>"


@given(parts=st.lists(st.sampled_from([("{{{{", "{{"), ("}}}}", "}}"), ("{{name}}", "Ada")]) | plain))
def test_a_text_is_read_piece_by_piece(parts: list[tuple[str, str]]) -> None:
    assert filled("".join(written for written, _ in parts)) == "".join(result for _, result in parts)


@given(text=st.text(alphabet="{}na.me1 "))
def test_whatever_is_found_can_be_filled(text: str) -> None:
    names = [keyword.name for keyword in found({"body": text})]
    faults: list[FieldError] = []

    try:
        filled(text, dict.fromkeys(names, "x"))
    except InvalidInput as refused:
        faults = refused.errors

    assert not [fault for fault in faults if "is missing" in fault.message]


def test_a_key_with_dots_comes_before_the_path() -> None:
    keywords: dict[str, object] = {"customer.first_name": "Flat", "customer": {"first_name": "Deep"}}

    assert filled("{{customer.first_name}}", keywords) == "Flat"


@pytest.mark.parametrize(
    "name",
    ["name.__class__", "items.__len__", "customer.keys", "items.-1", "items.2", "name.0", "count.real"],
)
def test_only_keys_and_places_lead_anywhere(name: str) -> None:
    assert complaint(f"{{{{{name}}}}}").startswith(f"Keyword {name} is missing.")


@pytest.mark.parametrize(
    "inside",
    ["count + 1", "name()", "items[0]", "name|upper", "'x'", "", " ", "a..b", ".a", "a.", "{name", "a b"],
)
def test_what_is_no_path_is_named_and_never_run(inside: str) -> None:
    assert complaint(f"x {{{{{inside}}}}}").startswith(f"{{{{{inside.strip()}}}}} is no keyword, and nothing")


def test_braces_that_never_close_are_refused() -> None:
    assert complaint("Hi {{name").startswith("A {{ is not closed.")


def test_all_missing_keywords_are_told_at_once_with_their_fields() -> None:
    inputs: dict[str, object] = {
        "body": "{{nmae}} {{nmae}} {{zzzzzz}}",
        "media_urls": ["{{name}}", "{{url}}"],
        "variables": {"1": "{{item.0.sku}}"},
    }

    assert complaints(inputs) == [
        FieldError("body", "Keyword nmae is missing. Did you mean name?"),
        FieldError("body", "Keyword zzzzzz is missing. Give it a value."),
        FieldError("media_urls.1", "Keyword url is missing. Give it a value."),
        FieldError("variables.1", "Keyword item.0.sku is missing. Did you mean items.0.sku?"),
    ]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([1], "is a list; "),
        ({"a": 1}, "is an object; "),
        (None, "is null; "),
        (float("nan"), "is no finite number; "),
        (Decimal("Infinity"), "is no finite number; "),
        (b"x", "is of type bytes; "),
    ],
)
def test_what_has_no_text_cannot_stand_inside_one(value: object, fault: str) -> None:
    (error,) = complaints({"body": "x {{it}}"}, {"it": value})

    assert error.field == "body"
    assert error.message.startswith(f"Keyword it {fault}")


def test_no_error_repeats_a_value() -> None:
    (error,) = complaints({"body": "code {{it}}"}, {"it": ["831902"]})

    assert "831902" not in error.message


@given(
    number=st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.decimals(allow_nan=False, places=3)
)
def test_a_number_in_a_text_keeps_its_value_without_an_exponent(number: float | Decimal) -> None:
    if isinstance(number, Decimal) and not number.is_finite():
        return

    text = filled("={{it}}", {"it": number})

    assert isinstance(text, str)
    assert "e" not in text.lower()
    assert type(number)(text[1:]) == number


def test_the_keywords_of_inputs_are_found_in_order() -> None:
    inputs = {
        "to": "{{phone}}",
        "body": "{{a.b}} {{phone}} {{a.b}} {{1+1}} {{{{no}}}}",
        "media_urls": ["x", "{{url}}"],
    }

    assert found(inputs) == [
        Keyword("phone", "to"),
        Keyword("a.b", "body"),
        Keyword("phone", "body"),
        Keyword("url", "media_urls.1"),
    ]


def test_the_fields_with_braces_are_found() -> None:
    assert holds_braces({"to": "+1", "body": "Hi {{name", "variables": {"1": "{{x}}", "2": "}}"}}) == [
        "body",
        "variables.1",
    ]


@pytest.mark.timeout(5)
def test_a_hostile_text_is_answered_soon() -> None:
    inputs: dict[str, object] = {
        "body": "{{ a " * 20_000,
        "more": [f"{{{{k{index}}}}}" for index in range(2_000)],
    }
    keywords: dict[str, object] = {f"key{index}": index for index in range(5_000)}

    assert len(complaints(inputs, keywords)) == 2_001
