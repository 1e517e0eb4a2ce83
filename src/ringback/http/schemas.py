"""JSON Schemas of the catalogue as it is published: flat, with the account, and open to keywords."""

import inspect
from typing import Any

from ringback.action import Action
from ringback.http.examples import EXAMPLE_ACCOUNT, example_bodies

Schema = dict[str, Any]

KEYWORD: Schema = {
    "type": "string",
    "pattern": r"\{\{.+\}\}",
    "description": "A {{keyword}}; its value comes from `keywords`.",
}
ACCOUNT: Schema = {
    "type": "string",
    "description": "The name of the connected account.",
    "examples": [EXAMPLE_ACCOUNT],
}
KEYWORDS: Schema = {
    "type": "object",
    "description": "Values for the {{keywords}} in the inputs. If it is left out, braces are sent as they "
    "stand; if it is given, even empty, every keyword must have a value.",
    "examples": [{"name": "Ada"}],
}
DEFAULTED = "If it is left out, the account's default is taken."
ABOUT_PROPERTIES = ("description", "examples", "default", "title", "writeOnly", "x-default-from")
NARROWING = {"enum", "const", "pattern", "minLength", "maxLength", "$ref", "anyOf", "allOf"}
CHECKED_FORMATS = {"date-time"}
"""Formats that some validators hold a text to; our own are unknown to them."""


def action_view(action: Action[Any, Any]) -> dict[str, Any]:
    """An action as `GET /v1/actions` shows it."""
    return {
        "name": action.name,
        "title": action.title,
        "description": described(action),
        "effect": action.effect,
        "channel": action.channel,
        "reference": action.reference,
        "path": f"/v1/actions/{action.name}",
        "input": request_schema(action),
        "result": result_schema(action),
        "examples": example_bodies(action),
    }


def described(action: Action[Any, Any]) -> str:
    """What an action does, in the words of its function."""
    return inspect.getdoc(action.function) or action.title


def request_schema(action: Action[Any, Any]) -> Schema:
    """The body of a POST: the action's inputs beside `account` and `keywords`."""
    schema = action.input.model_json_schema(mode="validation")
    properties = {name: _published(field) for name, field in schema.get("properties", {}).items()}
    required = [name for name in schema.get("required", []) if "x-default-from" not in properties[name]]
    kept = {name: value for name, value in schema.items() if name in ("$defs", "additionalProperties")}
    return {
        "title": action.name,
        "type": "object",
        "properties": {"account": ACCOUNT, **properties, "keywords": KEYWORDS},
        "required": ["account", *required],
        **kept,
    }


def result_schema(action: Action[Any, Any]) -> Schema:
    """What `result` holds once the action is done."""
    schema: Schema = action.result.model_json_schema(mode="serialization")
    return schema


def without_null(field: Schema) -> Schema:
    """An optional field as one that is left out: many importers do not know null."""
    choices: list[Schema] = [choice for choice in field.get("anyOf", []) if choice != {"type": "null"}]
    rest = {
        name: value for name, value in field.items() if name != "anyOf" and (name, value) != ("default", None)
    }
    if len(choices) == 1:
        return choices[0] | rest
    return {"anyOf": choices} | rest if choices else rest


def _published(field: Schema) -> Schema:
    plain = without_null(field)
    if plain.pop("default_from", None):
        plain["description"] = f"{plain.get('description', '')} {DEFAULTED}".strip()
        plain["x-default-from"] = "account"
    plain.pop("ages", None)
    if plain.get("type") == "string" and not _is_narrow(plain):
        return plain
    about = {name: plain.pop(name) for name in ABOUT_PROPERTIES if name in plain}
    choices = plain["anyOf"] if plain.keys() == {"anyOf"} else [plain]
    return {"anyOf": [*choices, KEYWORD]} | about


def _is_narrow(field: Schema) -> bool:
    """Whether a keyword would not fit into a text."""
    return bool(field.keys() & NARROWING) or field.get("format") in CHECKED_FORMATS
