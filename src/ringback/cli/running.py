"""`ringback run ACTION` and `ringback actions`: one command an action, from the catalogue."""

import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, get_origin

from cyclopts import App, Parameter
from pydantic.fields import FieldInfo

from ringback.action import Action
from ringback.actions import catalogue, find
from ringback.cli.options import WHO, Desk, Everywhere, secret
from ringback.errors import FieldError, InvalidInput
from ringback.perform import Asked

WAIT = 40.0


def run_app(desk: Desk, wanted: str | None) -> App:
    """The group `run`; only the action that was asked for is loaded, all of them for help."""
    group = App(name="run", help="Run an action.")
    actions = [find(wanted)] if wanted else list(catalogue().values())
    for action in actions:
        group.command(_command(desk, action), name=action.name, help=f"{action.title}.")
    return group


def _command(desk: Desk, action: Action[Any, Any]) -> Callable[..., Awaitable[int]]:
    async def run(**given: Any) -> int:
        everywhere: Everywhere = given.pop("everywhere", Everywhere())
        return await _run(desk, action, everywhere, given)

    parameters = [_parameter(name, field) for name, field in action.input.model_fields.items()]
    signature = inspect.Signature([*parameters, *_SHARED])
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {name: shared.annotation for name, shared in signature.parameters.items()}
    return run


async def _run(desk: Desk, action: Action[Any, Any], everywhere: Everywhere, given: dict[str, Any]) -> int:
    account, key, explain = (given.pop(name, None) for name in ("account", "key", "explain"))
    keywords = _keywords(given.pop("keyword", None))
    asked = Asked(
        action=action.name,
        inputs=_inputs(action, given),
        account=account,
        keywords=keywords,
        key=key,
        requested_by=WHO,
    )
    async with desk.open(everywhere, dispatch=not explain) as connector:
        if explain:
            everywhere.show.facts(
                await connector.explain(action.name, asked.inputs, account=account, keywords=keywords)
            )
            return 0
        return everywhere.show.outcome(await connector.carry_out(asked, WAIT))


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    kind: Any = list[str] | None if _repeats(field) else str | None
    help_text = f"{field.description or ''}{_example(field)}"
    option = Parameter(name=f"--{name.replace('_', '-')}", help=help_text, negative="")
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option]
    )


def _repeats(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is list or "list[" in str(field.annotation)


def _example(field: FieldInfo) -> str:
    if not field.examples or isinstance(field.examples[0], list):
        return ""
    example = field.examples[0]
    return f" For example {json.dumps(example) if isinstance(example, dict) else example}."


def _inputs(action: Action[Any, Any], given: dict[str, Any]) -> dict[str, Any]:
    inputs = {name: value for name, value in given.items() if value not in (None, [])}
    for name in action.secrets & inputs.keys():
        if inputs[name] == "-":
            inputs[name] = secret(name, None, None)
    return {name: _read(action.input.model_fields[name], name, value) for name, value in inputs.items()}


def _read(field: FieldInfo, name: str, value: Any) -> Any:
    if "dict[" not in str(field.annotation) or not isinstance(value, str) or not value.startswith("{"):
        return value
    if value.startswith("{{"):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise InvalidInput(
            [FieldError(name, f'Is not JSON ({error}). Write it like {{"name": "value"}}.')]
        ) from None


def _keywords(given: list[str] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    unnamed = [pair for pair in given if "=" not in pair]
    if unnamed:
        raise InvalidInput([FieldError("keyword", f"Write {pair!r} as name=value.") for pair in unnamed])
    return dict(pair.split("=", 1) for pair in given)


def _shared(name: str, kind: Any, default: Any, text: str) -> inspect.Parameter:
    option = Parameter(help=text, negative="")
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )


_SHARED = (
    _shared("account", str, inspect.Parameter.empty, "The connected account to use."),
    _shared("keyword", list[str] | None, None, "name=value for {{name}} in an input; may be repeated."),
    _shared("key", str | None, None, "Idempotency key: the same key and input never send twice."),
    _shared("explain", bool, default=False, text="Show what would be sent; send nothing."),
    inspect.Parameter(
        "everywhere", inspect.Parameter.KEYWORD_ONLY, default=Everywhere(), annotation=Everywhere
    ),
)


def actions_command() -> Callable[..., int]:
    """The command `actions`."""

    def actions(name: str | None = None, *, everywhere: Everywhere = Everywhere()) -> int:  # noqa: B008
        """List the actions, or show one with its inputs."""
        if name is None:
            rows = [
                {"action": one.name, "effect": one.effect.value, "does": one.title}
                for one in catalogue().values()
            ]
            everywhere.show.rows(("action", "effect", "does"), rows, "There are no actions.")
            return 0
        action = find(name)
        if everywhere.json:
            everywhere.show.data({"name": action.name, "input": action.input.model_json_schema()})
            return 0
        everywhere.show.say(f"{action.name}: {action.title}. See {action.reference}")
        rows = [_about(name, field) for name, field in action.input.model_fields.items()]
        everywhere.show.rows(("input", "required", "is"), rows, "It takes no inputs.")
        return 0

    return actions


def _about(name: str, field: FieldInfo) -> dict[str, Any]:
    return {"input": name, "required": field.is_required(), "is": f"{field.description}{_example(field)}"}
