"""The control API described as OpenAPI 3.1, made from its routes and their words."""

import inspect
import re
from typing import Any

from twilio_simulator import __version__
from twilio_simulator.control.parameters import BODIES, QUERIES
from twilio_simulator.control.visit import Content, Handler, Visit

DESCRIPTION = (
    "Turns the knobs of a local, simulated Twilio: phones, clock, faults, snapshots. It listens on this "
    "machine only. Bad input is answered with each field, its cause and its remedy, and changes nothing."
)
_PATH_WORDS = {
    "sid": "A SID, as the API answers it",
    "number": "A phone number in E.164 form; the plus sign is written %2B",
    "name": "A name",
    "id": "An identifier from the list",
}
_ERRORS = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "cause", "remedy"],
                "properties": {name: {"type": "string"} for name in ("field", "cause", "remedy")},
            },
        }
    },
}


def _schema(words: str) -> dict[str, Any]:
    kind, _, description = words.partition(" ")
    schema: dict[str, Any] = {"type": kind.lower()}
    if kind.lower() == "array":
        schema["items"] = {}
    return {**schema, "description": description} if description else schema


def _parameters(route: str, path: str) -> list[dict[str, Any]]:
    in_path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PATH_WORDS[name],
            "schema": {"type": "string"},
        }
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    in_query = []
    for name, words in QUERIES.get(route, {}).items():
        schema = _schema(words)
        one = {"name": name, "in": "query", "required": words.partition(" ")[0].isupper(), "schema": schema}
        in_query.append({**one, "description": schema.pop("description")} if "description" in schema else one)
    return [*in_path, *in_query]


def _body(route: str) -> dict[str, Any]:
    fields = BODIES.get(route, {})
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _schema(words) for name, words in fields.items()},
    }
    required = [name for name, words in fields.items() if words.partition(" ")[0].isupper()]
    if required:
        schema["required"] = required
    return {"required": bool(required), "content": {"application/json": {"schema": schema}}}


def _operation(route: str, handler: Handler) -> dict[str, Any]:
    method, _, path = route.partition(" ")
    words = (inspect.getdoc(handler) or "").split("\n\n")[0].replace("\n", " ")
    topic = handler.__module__.rpartition(".")[2]
    kind = "text/event-stream" if path.endswith("/stream") else "application/json"
    schema: dict[str, Any] = {"type": "string" if path.endswith("/stream") else "object"}
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
        "summary": words,
        "tags": [topic],
        "parameters": _parameters(route, path),
        "responses": {
            "200": {"description": "Done", "content": {kind: {"schema": schema}}},
            "default": {"description": "Refused; nothing was changed", "content": refused},
        },
    }
    if method in ("POST", "PATCH") or route in BODIES:
        operation["requestBody"] = _body(route)
    return operation


def document(routes: dict[str, Handler], address: str) -> Content:
    """The whole description; routes read `GET /clock`."""
    paths: dict[str, dict[str, Any]] = {}
    for route, handler in sorted(routes.items()):
        method, _, path = route.partition(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(route, handler)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Twilio simulator: controls", "version": __version__, "description": DESCRIPTION},
        "servers": [{"url": f"{address}/_sim"}],
        "paths": paths,
        "components": {
            "schemas": {"Errors": _ERRORS},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        # Without --control-token, no token is asked for.
        "security": [{}, {"token": []}],
    }


def shown(visit: Visit) -> Content:
    """This description."""
    from twilio_simulator.control.api import handlers  # noqa: PLC0415 - it takes its routes from here

    return document(handlers(), visit.request.address)


ROUTES: dict[str, Handler] = {"GET /openapi.json": shown}
