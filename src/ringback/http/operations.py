"""The OpenAPI operations of one action: run it, explain it."""

from typing import Any

from ringback.action import Action, Channel, Effect
from ringback.http.components import ref
from ringback.http.documented import Responses, answers, json_of, problems
from ringback.http.examples import example_bodies
from ringback.http.preferences import PREFER
from ringback.http.schemas import described

SECURITY: list[dict[str, list[str]]] = [{"ApiKey": []}]
TAG_OF = {Channel.SMS: "Texts", Channel.WHATSAPP: "WhatsApp", Channel.VERIFY: "Verification", None: "Look up"}
EFFECTS = {
    "read": "It only reads, and runs at once.",
    "write": "It changes something at Twilio; it becomes a job.",
    "check": "It checks a code; it becomes a job.",
    "send": "It sends, which costs money; it becomes a job.",
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Your own name for this intent, 1 to 255 characters, like the number of an order. The "
    "same key with the same input answers the first job again; with another input, 409.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def result_name(action: Action[Any, Any]) -> str:
    """The name of an action's result among the document's schemas."""
    return action.result.__name__


def run_operation(action: Action[Any, Any]) -> dict[str, Any]:
    """`POST /v1/actions/{Action}`."""
    is_read = action.effect is Effect.READ
    return {
        "tags": [_tag(action)],
        "summary": action.title,
        "description": f"{_more_about(action)}{EFFECTS[action.effect]} [Twilio's page]({action.reference})",
        "operationId": action.name,
        "security": SECURITY,
        "parameters": [] if is_read else [IDEMPOTENCY_KEY, PREFER],
        "requestBody": _body(action),
        "responses": _keyed(_read_answers(action) if is_read else _job_answers(action)),
    }


def _tag(action: Action[Any, Any]) -> str:
    changes = action.channel is None and action.effect is Effect.WRITE
    return "Messages" if changes else TAG_OF[action.channel]


def _more_about(action: Action[Any, Any]) -> str:
    _, _, more = described(action).partition("\n")
    return f"{more.strip()}\n\n" if more.strip() else ""


def explain_operation(action: Action[Any, Any]) -> dict[str, Any]:
    """`POST /v1/actions/{Action}/explain`."""
    return {
        "tags": ["Explain"],
        "summary": f"Explain {action.name}",
        "description": "The request that would be sent, secrets masked; the text, its segments and its "
        "keywords; and whether it would be refused. Nothing is sent.",
        "operationId": f"Explain{action.name}",
        "security": SECURITY,
        "requestBody": _body(action),
        "responses": _keyed(answers("Explanation", "What it would send.", 400, 413, 415, 422, 502)),
    }


def _body(action: Action[Any, Any]) -> dict[str, Any]:
    bodies = example_bodies(action)
    names = ("short", "with more", *(f"another {number}" for number in range(len(bodies))))
    examples = {name: {"value": body} for name, body in zip(names, bodies, strict=False)}
    content = {"application/json": {"schema": ref(action.name), "examples": examples}}
    return {"required": True, "content": content}


def _outcome(action: Action[Any, Any]) -> dict[str, Any]:
    result = {"anyOf": [ref(result_name(action)), {"type": "null"}]}
    return {"allOf": [ref("Outcome"), {"type": "object", "properties": {"result": result}}]}


def _read_answers(action: Action[Any, Any]) -> Responses:
    good = {"description": "What Twilio answered, in `result`; `id` is null.", **json_of(_outcome(action))}
    return {200: good} | problems(400, 401, 403, 413, 415, 422, 502, 503)


def _job_answers(action: Action[Any, Any]) -> Responses:
    location = {"Location": {"description": "The job's address.", "schema": {"type": "string"}}}
    underway = {"description": "Unknown, or still on its way. Do not send it again: ask for the job."}
    refused = problems(422)[422]
    refused["description"] = "The job, if refused, not sent or withdrawn; a problem, if the input is bad."
    refused["content"] = json_of(ref("Outcome"))["content"] | refused["content"]
    return {
        200: {"description": "Done.", **json_of(_outcome(action))},
        202: underway | {"headers": location} | json_of(ref("Outcome")),
        **problems(400, 401, 403, 409, 413, 415, 503),
        422: refused,
    }


def _keyed(responses: Responses) -> dict[str, Any]:
    return {str(status): response for status, response in sorted(responses.items())}
