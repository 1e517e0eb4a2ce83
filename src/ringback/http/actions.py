"""The catalogue over HTTP: list it, run an action, explain one."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ringback.actions import catalogue, find
from ringback.api_keys import Holder
from ringback.connector import Connector
from ringback.errors import FieldError, InvalidInput
from ringback.http.answers import Answer
from ringback.http.auth import Caller, Ringback, named, scope_of
from ringback.http.bodies import JsonObject
from ringback.http.documented import answers
from ringback.http.preferences import wait_of
from ringback.http.schemas import action_view
from ringback.keywords import holds_braces
from ringback.outcome import Outcome
from ringback.perform import Asked
from ringback.store.rows import State

UNDERWAY = (State.WAITING, State.RUNNING, State.UNKNOWN)
NOT_INPUTS = ("account", "keywords")

actions = APIRouter(prefix="/v1/actions", tags=["Catalogue"])


@actions.get("", summary="List the actions", responses=answers("ActionList", "The catalogue."))
async def list_actions(caller: Caller) -> Response:
    """Every action with its effect, its inputs as JSON Schema, and examples."""
    caller.require("read")
    return Answer({"actions": [action_view(action) for action in catalogue().values()]})


@actions.get("/{name}", summary="Show one action", responses=answers("ActionFacts", "The action.", 404))
async def show_action(name: str, caller: Caller) -> Response:
    """One action with its effect, its inputs as JSON Schema, and examples."""
    caller.require("read")
    return Answer(action_view(find(name)))


@actions.post("/{name}", include_in_schema=False)
async def run_action(
    name: str, request: Request, caller: Caller, connector: Ringback, body: JsonObject
) -> Response:
    """Run it; the inputs stand flat beside `account` and `keywords`."""
    asked = await _asked(name, scope_of(find(name)), caller, connector, body)
    keyed = Asked(
        action=asked.action,
        inputs=asked.inputs,
        account=asked.account,
        keywords=asked.keywords,
        key=request.headers.get("idempotency-key"),
        requested_by=named(caller),
        trace=connector.tracing.carried(request.headers),
    )
    return answered(await connector.carry_out(keyed, wait_of(request.headers.getlist("prefer"))))


@actions.post("/{name}/explain", include_in_schema=False)
async def explain_action(name: str, caller: Caller, connector: Ringback, body: JsonObject) -> Response:
    """What running it would send; nothing is sent."""
    asked = await _asked(name, "read", caller, connector, body)
    return Answer(await _explained(connector, asked))


def answered(outcome: Outcome) -> Response:
    """A job with the status that tells a caller which way to go on; never one that clients repeat."""
    if outcome.state is State.DONE:
        return Answer(outcome)
    if outcome.state in UNDERWAY:
        return Answer(outcome, 202, {"Location": f"/v1/jobs/{outcome.id}"})
    return Answer(outcome, 422)


async def _asked(
    name: str, scope: str, caller: Holder, connector: Connector, body: Mapping[str, Any]
) -> Asked:
    """What is asked for. Raises `InvalidInput` with all that is wrong, `Forbidden`, `NotFound`."""
    action = find(name)
    account, keywords, errors = body.get("account"), body.get("keywords"), _shape_errors(body)
    caller.require(scope, account if isinstance(account, str) else None)
    inputs = {field: value for field, value in body.items() if field not in NOT_INPUTS}
    if not errors:
        return Asked(action=action.name, inputs=inputs, account=str(account), keywords=keywords)
    raise InvalidInput(errors + await _other_errors(connector, action.name, inputs, body))


def _shape_errors(body: Mapping[str, Any]) -> list[FieldError]:
    account, errors = body.get("account"), []
    if account is None:
        errors.append(FieldError("account", "Is required: the name of a connected account."))
    elif not isinstance(account, str):
        errors.append(FieldError("account", 'Write the account\'s name as text in quotes, like "shop".'))
    if not isinstance(body.get("keywords", {}), Mapping | None):
        errors.append(FieldError("keywords", 'Give an object of names and values, like {"name": "Ada"}.'))
    return errors


async def _other_errors(
    connector: Connector, name: str, inputs: dict[str, Any], body: Mapping[str, Any]
) -> list[FieldError]:
    """What else is wrong, so that one answer names everything; what waits for keywords cannot be judged."""
    account = body.get("account")
    judged = Asked(action=name, inputs=inputs, account=account if isinstance(account, str) else "")
    try:
        await _explained(connector, judged)
    except InvalidInput as error:
        unjudged = {place.partition(".")[0] for place in holds_braces(inputs)} | {
            bad.field for bad in _shape_errors(body)
        }
        return [bad for bad in error.errors if bad.field.partition(".")[0] not in unjudged]
    return []


async def _explained(connector: Connector, asked: Asked) -> dict[str, Any]:
    return await connector.explain(asked.action, asked.inputs, account=asked.account, keywords=asked.keywords)
