"""`ringback run ACTION`: one command an action, from the catalogue."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from cyclopts import App, Parameter

from ringback.action import Action, Effect
from ringback.actions import catalogue, find
from ringback.cli.inputs import DEFAULTED, keyword_only, keywords, parameters, read
from ringback.cli.options import OPTIONS, WHO, Desk, Everywhere
from ringback.cli.outcomes import tell_outcome
from ringback.cli.plans import tell_plan
from ringback.connector import Connector
from ringback.errors import FieldError, InvalidInput
from ringback.perform import Asked

WAIT = 40.0  # seconds; longer than any one try may take

OPTIONS_OF_RUN = {
    "account": ("NAME", "The connected account to use. Required."),
    "key": ("TEXT", "Idempotency key: the same key and input never send twice."),
}
KEYWORD = "NAME=TEXT", "Value of {{NAME}} in an input, {{customer.first_name}} too; may be repeated."
KEYWORD_JSON = "NAME=JSON", "The same with a number, list or object as its value."
EXPLAIN = "Show what would be sent, and whether it would be refused; send nothing."


def run_app(desk: Desk, wanted: str | None) -> App:
    """The group `run`; only the action that was asked for is loaded, all of them for help."""
    group = App(name="run", help="Run an action.")
    actions = [find(wanted)] if wanted else list(catalogue().values())
    for action in actions:
        group.command(_command(desk, action), name=action.name, help=_about(action))
    return group


def _about(action: Action[Any, Any]) -> str:
    return f"{action.title}.\n\nTwilio's page: {action.reference}"


def _command(desk: Desk, action: Action[Any, Any]) -> Callable[..., Awaitable[int]]:
    async def run(**given: Any) -> int:
        everywhere: Everywhere = given.pop("everywhere", Everywhere())
        return await _run(desk, action, everywhere, given)

    signature = inspect.Signature([*parameters(action), *_own(action)])
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {name: shared.annotation for name, shared in signature.parameters.items()}
    return run


def _own(action: Action[Any, Any]) -> list[inspect.Parameter]:
    """The options that every action has; a key is for what becomes a job."""
    texts = [name for name in OPTIONS_OF_RUN if name == "account" or action.effect is not Effect.READ]
    own = [keyword_only(name, str | None, None, _option(*OPTIONS_OF_RUN[name])) for name in texts]
    own += [
        keyword_only("keyword", list[str] | None, None, _option(*KEYWORD)),
        keyword_only("keyword_json", list[str] | None, None, _option(*KEYWORD_JSON)),
        keyword_only("explain", bool, default=False, option=Parameter(group=OPTIONS, help=EXPLAIN)),
    ]
    shared = inspect.Parameter(
        "everywhere", inspect.Parameter.KEYWORD_ONLY, default=Everywhere(), annotation=Everywhere
    )
    return [*own, shared]


def _option(metavar: str, text: str) -> Parameter:
    return Parameter(group=OPTIONS, metavar=metavar, help=text)


async def _run(desk: Desk, action: Action[Any, Any], everywhere: Everywhere, given: dict[str, Any]) -> int:
    account, key, explain = (given.pop(name, None) for name in ("account", "key", "explain"))
    filling = keywords(given.pop("keyword", None), given.pop("keyword_json", None))
    asked = Asked(
        action=action.name,
        inputs=read(action, given),
        account=account or "",
        keywords=filling,
        key=key,
        requested_by=WHO,
    )
    async with desk.open(everywhere, dispatch=not explain) as connector:
        try:
            if not explain:
                return tell_outcome(everywhere.show, await connector.carry_out(asked, WAIT))
            plan = await connector.explain(action.name, asked.inputs, account=asked.account, keywords=filling)
        except InvalidInput as error:
            raise await _as_written(error, asked, connector) from None
        return tell_plan(everywhere.show, plan)


async def _as_written(error: InvalidInput, asked: Asked, connector: Connector) -> InvalidInput:
    """Mistakes under the names of their options, and a missing account with those to choose from."""
    fields = {bad.field: bad for bad in error.errors}
    if "Idempotency-Key" in fields:
        return InvalidInput([FieldError("key", fields["Idempotency-Key"].message)])
    if "account" not in fields:
        return error
    # Without an account nobody knows yet whether it has a default for these.
    known = [bad for bad in error.errors if bad.field not in DEFAULTED or bad.field in asked.inputs]
    if asked.account:
        return InvalidInput(known)
    missing = FieldError("account", await _choice(connector))
    return InvalidInput([missing, *(bad for bad in known if bad.field != "account")])


async def _choice(connector: Connector) -> str:
    names = [account.name for account in await connector.accounts.list()]
    if not names:
        return "No account is connected yet. Connect one with: ringback accounts add"
    return f"Is required. Connected: {', '.join(names)}."
