"""From what a caller wrote to a validated input, or one error that names every bad field."""

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ringback.errors import FieldError, InvalidInput

ModelT = TypeVar("ModelT", bound=BaseModel)


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
    message: str = detail["msg"].removeprefix("Value error, ")
    return message if message.endswith((".", "?", ")")) else f"{message}."


def _about(model: type[BaseModel], place: tuple[int | str, ...]) -> str:
    field = model.model_fields.get(str(place[0])) if place else None
    if field is None or not field.description:
        return "give it a value."
    example = f" For example {field.examples[0]!r}." if field.examples else ""
    return f"{field.description}{example}"


def _unknown(model: type[BaseModel], name: str) -> str:
    close = difflib.get_close_matches(name, model.model_fields, n=1)
    if close:
        return f"Is not an input here. Did you mean {close[0]}?"
    return f"Is not an input here. There are: {', '.join(model.model_fields)}."
