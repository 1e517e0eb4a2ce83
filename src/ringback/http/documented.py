"""What routes say of themselves in the OpenAPI document: what they take, what they answer."""

from typing import Any

from pydantic import BaseModel

from ringback.http.components import gathered, ref
from ringback.http.problems import PROBLEM
from ringback.http.schemas import Schema, without_null

Responses = dict[int | str, dict[str, Any]]

REASONS = {
    400: "The body is no JSON; `detail` names the place.",
    401: "No API key came, or one that is not known.",
    403: "The key lacks the scope, or the account is not one of its own.",
    404: "Nothing goes by that name.",
    409: "It clashes with what is there; `detail` says how.",
    413: "The body is too large.",
    415: "The body is not announced as JSON.",
    422: "The input cannot be used; `errors` names every bad field.",
    502: "Twilio cannot be reached or gave no usable answer. Nothing was changed; try again.",
    503: "The store cannot answer now, or the queue is full; nothing was half-written. Try again after "
    "`Retry-After` seconds, under the same idempotency key.",
}
HEADERS = {
    503: {"headers": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}},
}
WITH_KEY = (401, 403)
WITH_BODY = (400, 413, 415, 422)


def json_of(schema: Schema) -> dict[str, Any]:
    """A body of that schema."""
    return {"content": {"application/json": {"schema": schema}}}


def problems(*statuses: int) -> Responses:
    """The problem documents that a route may answer."""
    content = {PROBLEM: {"schema": ref("Problem")}}
    return {
        status: {"description": REASONS[status], "content": content, **HEADERS.get(status, {})}
        for status in sorted(statuses)
    }


def answers(name: str, description: str, *statuses: int, status: int = 200) -> Responses:
    """A good answer by its schema's name, and the problems."""
    good = {"description": description, **json_of(ref(name))}
    return {status: good, **problems(*WITH_KEY, *statuses, 503)}


def takes(name: str, example: Any) -> dict[str, Any]:
    """A required JSON body by its schema's name, with an example."""
    content = {"application/json": {"schema": ref(name), "example": example}}
    return {"requestBody": {"required": True, "content": content}}


def example_of(model: type[BaseModel], *names: str) -> dict[str, Any]:
    """A body with the named fields' first examples."""
    return {name: (model.model_fields[name].examples or [None])[0] for name in names}


def query_of(model: type[BaseModel]) -> dict[str, Any]:
    """The query parameters that a model reads."""
    schema = gathered({"query": model.model_json_schema(mode="validation")})["query"]
    return {"parameters": [_parameter(name, field) for name, field in schema["properties"].items()]}


def _parameter(name: str, field: Schema) -> dict[str, Any]:
    schema = without_null(field)
    example = schema.pop("examples", [None])[0]
    parameter = {"name": name, "in": "query", "description": schema.pop("description", ""), "schema": schema}
    return parameter | ({"examples": {"one": {"value": example}}} if example is not None else {})
