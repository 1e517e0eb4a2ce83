"""An action's inputs as options: how each is written, explained and read."""

import inspect
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, get_args, get_origin

from cyclopts import Parameter
from pydantic.fields import FieldInfo

from ringback.action import Action
from ringback.cli.options import INPUTS, secret
from ringback.errors import FieldError, InvalidInput

DEFAULTED = {"sender": " Else the account's default.", "service_sid": " Else the account's default."}
ASKED_FOR = " Asked for if left out; - reads it from standard input."
DASH_ASKS = " Write - to be asked for it."


def parameters(action: Action[Any, Any]) -> Iterator[inspect.Parameter]:
    """One option for each input; none is required here, so that all mistakes are told together."""
    for name, field in action.input.model_fields.items():
        option = Parameter(
            name=f"--{name.replace('_', '-')}",
            group=INPUTS,
            help=_help(action, name, field),
            metavar=_metavar(field),
        )
        yield keyword_only(name, _kind(field), None, option)


def keyword_only(name: str, kind: Any, default: Any, option: Parameter) -> inspect.Parameter:
    """A parameter of a command that is made while the program runs."""
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )


def about(field: FieldInfo) -> str:
    """What an input is, with an example."""
    return f"{field.description or ''}{_example(field)}"


def read(action: Action[Any, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The inputs that were given, objects read as JSON, needed secrets asked for.

    Raises:
        InvalidInput: An object is no JSON, or a secret is missing.
    """
    inputs = {name: value for name, value in given.items() if value not in (None, [])}
    for name in sorted(action.secrets):
        needed = action.input.model_fields[name].is_required()
        if inputs.get(name) == "-" or (needed and name not in inputs):
            inputs[name] = secret(name)
    return {name: _value(action.input.model_fields[name], name, value) for name, value in inputs.items()}


def keywords(texts: list[str] | None, objects: list[str] | None) -> dict[str, Any] | None:
    """`name=value` pairs, those of `objects` with JSON values; None if there are none.

    Raises:
        InvalidInput: A pair without a name, a name given twice, or a value that is no JSON.
    """
    if texts is None and objects is None:
        return None
    errors: list[FieldError] = []
    pairs = list(_pairs("keyword", texts or (), str, errors))
    pairs += _pairs("keyword_json", objects or (), json.loads, errors)
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    errors += [FieldError("keyword", f"Gives {name} twice. Leave one out.") for name in twice]
    if errors:
        raise InvalidInput(errors)
    return dict(pairs)


def _pairs(
    field: str, given: Iterable[str], value_of: Callable[[str], Any], errors: list[FieldError]
) -> Iterator[tuple[str, Any]]:
    for pair in given:
        name, equals, text = pair.partition("=")
        if not (name and equals):
            errors.append(FieldError(field, f"Write {pair!r} as name=value."))
            continue
        try:
            yield name, value_of(text)
        except ValueError as error:
            errors.append(FieldError(field, f"{name} is not JSON ({error}). {LIKE_JSON}"))


LIKE_JSON = """Write it like 'customer={"first_name": "Ada"}'; plain text goes into --keyword."""


def _kind(field: FieldInfo) -> Any:
    if _is_list(field):
        return list[str] | None
    return bool | None if _is(field, bool) else str | None


def _metavar(field: FieldInfo) -> str | None:
    if _is(field, bool):
        return None
    if _is(field, int):
        return "NUMBER"
    return "JSON" if _is_object(field) else "TEXT"


def _help(action: Action[Any, Any], name: str, field: FieldInfo) -> str:
    repeats = " May be repeated." if _is_list(field) else ""
    needed = DEFAULTED.get(name, " Required.") if field.is_required() else ""
    if name not in action.secrets:
        return f"{field.description or ''}{needed}{repeats}{_example(field)}"
    return f"{field.description or ''}{ASKED_FOR if field.is_required() else DASH_ASKS}"


def _example(field: FieldInfo) -> str:
    if not field.examples or isinstance(field.examples[0], list | bool):
        return ""
    example = field.examples[0]
    return f" For example {json.dumps(example) if isinstance(example, dict) else example}."


def _is(field: FieldInfo, kind: type) -> bool:
    return kind in (field.annotation, *get_args(field.annotation))


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is list or "list[" in str(field.annotation)


def _is_object(field: FieldInfo) -> bool:
    return "dict[" in str(field.annotation)


def _value(field: FieldInfo, name: str, value: Any) -> Any:
    # {{keyword}} may stand for a whole object.
    if not _is_object(field) or not isinstance(value, str) or value.startswith("{{"):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        text = f'Is not JSON ({error}). Write it like {{"name": "value"}}.'
        raise InvalidInput([FieldError(name, text)]) from None
