"""Connected accounts over HTTP; no answer ever holds a secret."""

from fastapi import APIRouter
from starlette.responses import Response

from ringback.accounts.fields import AccountChange
from ringback.http.answers import Answer
from ringback.http.auth import Caller, Ringback
from ringback.http.bodies import JsonObject
from ringback.http.documented import WITH_BODY, WITH_KEY, answers, example_of, problems, takes
from ringback.http.examples import EXAMPLE_CONNECTION, EXAMPLE_TOKEN

accounts = APIRouter(prefix="/v1/accounts", tags=["Accounts"])


@accounts.get("", summary="List the connected accounts", responses=answers("AccountList", "The accounts."))
async def list_accounts(caller: Caller, connector: Ringback) -> Response:
    """Every account that this key may use, with its capability report; SIDs are masked."""
    caller.require("read")
    views = await connector.accounts.list()
    return Answer({"accounts": [view for view in views if caller.sees(view.name)]})


@accounts.post(
    "",
    summary="Connect an account",
    status_code=201,
    responses=answers(
        "Connected", "Connected, with its capability report.", 409, 502, *WITH_BODY, status=201
    ),
    openapi_extra=takes("NewAccount", EXAMPLE_CONNECTION),
)
async def connect_account(caller: Caller, connector: Ringback, body: JsonObject) -> Response:
    """Test the credentials at Twilio, seal them and answer what the account can do; else nothing is saved."""
    name = body.get("name")
    caller.require("admin", name if isinstance(name, str) else None)
    connected = await connector.accounts.connect(body)
    return Answer(connected, 201, {"Location": f"/v1/accounts/{connected.name}"})


@accounts.get("/{name}", summary="Show an account", responses=answers("Connected", "The account.", 404))
async def show_account(name: str, caller: Caller, connector: Ringback) -> Response:
    """One account with its latest capability report; SIDs are masked."""
    caller.require("read", name)
    return Answer(await connector.accounts.show(name))


@accounts.patch(
    "/{name}",
    summary="Change an account",
    responses=answers("Connected", "The account as it is now.", 404, 409, 502, *WITH_BODY),
    openapi_extra=takes("AccountChange", example_of(AccountChange, "default_country")),
)
async def change_account(name: str, caller: Caller, connector: Ringback, body: JsonObject) -> Response:
    """Change what is given; null clears it. A change of SID, label, region or base URL needs the secrets."""
    caller.require("admin", name)
    renamed = body.get("name")
    caller.require("admin", renamed if isinstance(renamed, str) else None)
    return Answer(await connector.accounts.change(name, body))


@accounts.delete(
    "/{name}", summary="Remove an account", status_code=204, responses=problems(*WITH_KEY, 404, 409, 503)
)
async def remove_account(name: str, caller: Caller, connector: Ringback) -> Response:
    """Forget its secrets; its jobs stay in the ledger. 409 while jobs wait or run."""
    caller.require("admin", name)
    await connector.accounts.remove(name)
    return Response(status_code=204)


@accounts.post(
    "/{name}/test",
    summary="Test an account",
    responses=answers("Report", "What the account can do.", 404, 409, 422, 502),
)
async def test_account(name: str, caller: Caller, connector: Ringback) -> Response:
    """Ask Twilio again what the account can do, and keep the report."""
    caller.require("admin", name)
    return Answer(await connector.accounts.test(name))


@accounts.post(
    "/{name}/rotate",
    summary="Rotate an account's secrets",
    responses=answers("Connected", "The account, with its new secrets sealed.", 404, 409, 502, *WITH_BODY),
    openapi_extra=takes("Rotation", {"auth_token": EXAMPLE_TOKEN}),
)
async def rotate_account(name: str, caller: Caller, connector: Ringback, body: JsonObject) -> Response:
    """Replace the secrets once the new ones have been tried; if they fail, the old ones stay.

    Callbacks signed with the previous Auth Token are accepted until `previous_token_valid_until`.
    """
    caller.require("admin", name)
    return Answer(await connector.accounts.rotate(name, body))
