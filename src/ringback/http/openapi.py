"""The OpenAPI 3.1 document: one path an action, from the catalogue, beside the routes of the ledger."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ringback import __version__
from ringback.accounts.fields import AccountChange, NewAccount, Rotation
from ringback.actions import catalogue
from ringback.http.components import gathered
from ringback.http.jobs import Settlement
from ringback.http.operations import explain_operation, result_name, run_operation
from ringback.http.schemas import Schema, request_schema, result_schema
from ringback.http.senders import Pace
from ringback.http.views import (
    AccountList,
    ActionFacts,
    ActionList,
    Explanation,
    JobPage,
    Problem,
    Readiness,
    SenderList,
)
from ringback.outbox.throughput import SenderFacts
from ringback.outcome import Outcome, Timeline

TAGS = {
    "Texts": "SMS and MMS.",
    "WhatsApp": "Free text within 24 hours of the contact's last message, templates at any time.",
    "Verification": "One-time codes: start, check, cancel.",
    "Messages": "Cancel, redact or delete what was sent or scheduled.",
    "Look up": "What there is at Twilio: messages, senders, services.",
    "Jobs": "The ledger: what was asked for and what became of it.",
    "Senders": "How fast each may send, and what waits for it.",
    "Accounts": "Connected Twilio accounts.",
    "Catalogue": "The actions as data, for programs.",
    "Explain": "What an action would send, and whether it would be refused. Nothing is sent.",
    "Operations": "For whoever runs the server.",
}
DESCRIPTION = """\
Send texts, WhatsApp messages and verification codes through connected Twilio accounts.

**Authorise** with an API key: `Authorization: Bearer rb_…`, made with `ringback keys create NAME`.

**A send answers once.** `200` done; `422` refused, not sent, or bad input; `202` unknown or still on its
way, with the job's address in `Location`. Give an `Idempotency-Key`, and the same request repeated hears
what became of the first, and never sends twice.

**Keywords**: any input may hold `{{keywords}}`, filled from `keywords`.
"""


ANSWERED = (
    AccountList,
    ActionFacts,
    ActionList,
    Explanation,
    JobPage,
    Outcome,
    Problem,
    Readiness,
    SenderFacts,
    SenderList,
    Timeline,
)
TAKEN = (NewAccount, AccountChange, Rotation, Settlement, Pace)


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document, without servers. Imports every action."""
    described = get_openapi(
        title="Ringback",
        version=__version__,
        summary="A self-hosted Twilio connector.",
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    _drop_unused_answers(described["paths"])
    described["paths"] = _action_paths() | described["paths"]
    described["components"]["schemas"] = dict(sorted(_schemas().items()))
    return described


def _drop_unused_answers(paths: dict[str, Any]) -> None:
    """FastAPI tells of its own answer to bad parameters, which no route here gives."""
    for operation in (operation for path in paths.values() for operation in path.values()):
        if "HTTPValidationError" in str(operation["responses"].get("422")):
            del operation["responses"]["422"]


def _action_paths() -> dict[str, Any]:
    actions = catalogue().values()
    running = {f"/v1/actions/{action.name}": {"post": run_operation(action)} for action in actions}
    explaining = {
        f"/v1/actions/{action.name}/explain": {"post": explain_operation(action)} for action in actions
    }
    return running | explaining


def _schemas() -> dict[str, Schema]:
    named = {model.__name__: model.model_json_schema(mode="serialization") for model in ANSWERED}
    named |= {model.__name__: model.model_json_schema(mode="validation") for model in TAKEN}
    for action in catalogue().values():
        named[action.name] = request_schema(action)
        named[result_name(action)] = result_schema(action)
    return gathered(named)
