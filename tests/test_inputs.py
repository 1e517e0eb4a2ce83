"""Errors of input: which field, what is wrong, what to do."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ringback.actions import find
from ringback.errors import InvalidInput
from ringback.inputs import validated


class Order(BaseModel):
    """What the tests read."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Who it is for.", examples=["Ada"])
    size: Literal["small", "large"] = "small"
    lines: list[int] = Field([], max_length=2)
    note: str = "none"
    code: str

    @field_validator("note")
    @classmethod
    def plain(cls, note: str) -> str:
        if "!" in note:
            raise ValueError("Write it without exclamation marks")
        return note


def said(**given: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        validated(Order, given)
    return {error.field: error.message for error in caught.value.errors}


def test_what_fits_is_read() -> None:
    assert validated(Order, {"name": "Ada", "code": "x"}) == Order(name="Ada", code="x")


def test_every_bad_field_is_named_at_once() -> None:
    assert set(said(size="huge", lines=["one"], note="Hi!", colour="red")) == {
        "name",
        "size",
        "lines.0",
        "note",
        "code",
        "colour",
    }


def test_a_missing_field_says_what_it_is_for_with_an_example() -> None:
    errors = said()

    assert errors["name"] == 'Is required: Who it is for. For example "Ada".'
    assert errors["code"] == "Is required: give it a value."


def test_a_misspelt_name_is_answered_with_the_one_that_was_meant() -> None:
    assert said(nmae="Ada")["nmae"] == "Is not an input here. Did you mean name?"


def test_a_strange_name_is_answered_with_those_there_are() -> None:
    assert said(xyz=1)["xyz"] == "Is not an input here. There are: name, size, lines, note, code."


def test_a_choice_names_what_can_be_chosen() -> None:
    assert said(size="huge")["size"] == "Must be one of 'small', 'large'."


def test_a_validators_own_sentence_is_shown_as_a_sentence() -> None:
    assert said(note="Hi!")["note"] == "Write it without exclamation marks."


def test_an_error_repeats_no_value() -> None:
    assert "hush" not in str(said(code=["hush"], size="hush", lines="hush"))


def test_what_pydantic_would_say_is_said_in_plain_words_with_an_example() -> None:
    with pytest.raises(InvalidInput) as caught:
        validated(
            find("SendVerifyWithConfiguration").input,
            {"to": "+14155550101", "expires_in": "soon", "max_checks": 9, "tags": 1, "custom_code": "1"},
        )

    said = {bad.field: bad.message for bad in caught.value.errors}
    assert said["expires_in"] == "Give a whole number. For example 300."
    assert said["max_checks"] == "Give 5 or less. For example 3."
    assert said["tags"].startswith("Give an object of names and values. For example {")
    assert said["custom_code"].startswith("Give 4 characters or more.")
    assert not any("Input should" in message or "Value should" in message for message in said.values())
