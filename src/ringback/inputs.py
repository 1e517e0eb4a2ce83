"""From what a caller wrote to a validated input, or one error that names every bad field."""

import difflib
import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ringback.action import MASK, Action
from ringback.errors import FieldError, InvalidInput

ModelT = TypeVar("ModelT", bound=BaseModel)

MOST_ACCEPTED = 1_000  # inputs of jobs that wait; the rest are read again from their rows

# By pydantic's error type, https://docs.pydantic.dev/latest/errors/validation_errors/
NUMBER = "Give a whole number."
SENTENCES = {
    "bool_parsing": "Say true or false.",
    "bool_type": "Say true or false.",
    "date_from_datetime_parsing": "Give a date or an instant in ISO 8601.",
    "datetime_from_date_parsing": "Give a date or an instant in ISO 8601.",
    "datetime_parsing": "Give a date or an instant in ISO 8601.",
    "datetime_type": "Give a date or an instant in ISO 8601.",
    "dict_type": "Give an object of names and values.",
    "greater_than_equal": "Give {ge} or more.",
    "int_from_float": NUMBER,
    "int_parsing": NUMBER,
    "int_type": NUMBER,
    "less_than_equal": "Give {le} or less.",
    "list_type": "Give a list.",
    "many_too_long": "Give {max_length} at most.",
    "many_too_short": "Give {min_length} or more.",
    "string_too_long": "Give {max_length} characters at most.",
    "string_too_short": "Give {min_length} characters or more.",
    "string_type": "Write it as text, in quotes.",
    "too_long": "Give {max_length} characters at most.",
    "too_short": "Give {min_length} characters or more.",
}


def validated(model: type[ModelT], raw: Mapping[str, Any], context: object | None = None) -> ModelT:
    """Read `raw` as `model`. Raises `InvalidInput` with every bad field."""
    try:
        return model.model_validate(dict(raw), context=context)
    except ValidationError as error:
        raise InvalidInput(field_errors(model, error)) from None


def field_errors(model: type[BaseModel], error: ValidationError) -> list[FieldError]:
    """Pydantic's errors in our words: the field, the cause, the remedy."""
    return [
        FieldError(_field(detail["loc"]), _sentence(model, detail))
        for detail in error.errors(include_url=False, include_context=True)
    ]


def _field(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place) or "input"


def _sentence(model: type[BaseModel], detail: Any) -> str:
    kind, place = detail["type"], detail["loc"]
    if kind == "missing":
        return f"Is required: {_about(model, place)}"
    if kind == "extra_forbidden":
        return _unknown(model, str(place[-1]))
    if kind == "literal_error":
        return f"Must be one of {detail['ctx']['expected'].replace(' or ', ', ')}."
    if kind in ("too_long", "too_short") and detail["ctx"]["field_type"] in ("List", "Dictionary"):
        kind = f"many_{kind}"
    if kind in SENTENCES:
        example = _example(model, place)
        return SENTENCES[kind].format(**detail.get("ctx", {})) + (
            f" For example {example}." if example else ""
        )
    message: str = detail["msg"].removeprefix("Value error, ")
    return message if message.endswith((".", "?", ")")) else f"{message}."


def _about(model: type[BaseModel], place: tuple[int | str, ...]) -> str:
    field = model.model_fields.get(str(place[0])) if place else None
    if field is None or not field.description:
        return "give it a value."
    example = _example(model, place)
    return field.description + (f" For example {example}." if example else "")


def _example(model: type[BaseModel], place: tuple[int | str, ...]) -> str | None:
    """The field's example as JSON; None for what is inside a field."""
    field = model.model_fields.get(str(place[0])) if len(place) == 1 else None
    return json.dumps(field.examples[0], ensure_ascii=False) if field and field.examples else None


def _unknown(model: type[BaseModel], name: str) -> str:
    close = difflib.get_close_matches(name, model.model_fields, n=1)
    if close:
        return f"Is not an input here. Did you mean {close[0]}?"
    return f"Is not an input here. There are: {', '.join(model.model_fields)}."


class Accepted:
    """Inputs that this process read when it accepted their jobs, lest its own tries read them a second time.

    The oldest are dropped. None has a secret, which is kept sealed alone.
    """

    def __init__(self) -> None:
        self._inputs: dict[str, Any] = {}

    def keep(self, job_id: str, wanted: Any) -> None:
        """A job was accepted."""
        self._inputs[job_id] = wanted
        if len(self._inputs) > MOST_ACCEPTED:
            del self._inputs[next(iter(self._inputs))]

    def take(self, job_id: str) -> Any | None:
        """Its input, for its first try here."""
        return self._inputs.pop(job_id, None)


def masked(action: Action[Any, Any], wanted: Any) -> dict[str, Any]:
    """The input as JSON values, without what was not given, secrets masked."""
    plain: dict[str, Any] = wanted.model_dump(mode="json", exclude_none=True)
    return {name: MASK if name in action.secrets else value for name, value in plain.items()}


def secrets_of(action: Action[Any, Any], wanted: Any) -> dict[str, str]:
    """The secrets of an input, open."""
    held = {name: getattr(wanted, name) for name in action.secrets}
    return {name: secret.get_secret_value() for name, secret in sorted(held.items()) if secret is not None}
