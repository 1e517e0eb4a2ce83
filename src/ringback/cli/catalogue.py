"""`ringback actions`: the catalogue as a list, and one action with its inputs."""

from typing import Annotated, Any

from cyclopts import Parameter
from pydantic.fields import FieldInfo

from ringback.action import Action
from ringback.actions import catalogue, find
from ringback.cli.inputs import about
from ringback.cli.options import Json
from ringback.cli.show import Show
from ringback.cli.tables import Column

ACTIONS = (Column("action"), Column("effect"), Column("does", prose=True))
INPUTS = (Column("input"), Column("required"), Column("is", prose=True))

Name = Annotated[str | None, Parameter(help="The action to show.")]


def actions(name: Name = None, *, json: Json = False) -> int:
    """List the actions, or show one with its inputs."""
    show = Show(as_json=json)
    if name is None:
        rows = [
            {"action": one.name, "effect": one.effect.value, "does": one.title}
            for one in catalogue().values()
        ]
        show.rows(ACTIONS, rows, "There are no actions.")
    else:
        _tell(show, find(name))
    return 0


def _tell(show: Show, action: Action[Any, Any]) -> None:
    if show.as_json:
        show.data({"name": action.name, "input": action.input.model_json_schema()})
        return
    show.say(f"{action.name}: {action.title} ({action.effect.value}).")
    show.say(action.reference, "dim")
    show.say("")
    fields = action.input.model_fields.items()
    show.rows(INPUTS, [_row(name, field) for name, field in fields], "It takes no inputs.")
    show.say("")
    show.say(f"Try it: ringback run {action.name} --help", "dim")


def _row(name: str, field: FieldInfo) -> dict[str, Any]:
    return {"input": name, "required": field.is_required(), "is": about(field)}
