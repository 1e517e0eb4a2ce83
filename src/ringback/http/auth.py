"""Who is asking: the bearer key of a request, and the connector that knows it."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from ringback.action import Action, Channel, Effect
from ringback.api_keys import Holder
from ringback.connector import Connector
from ringback.errors import Unauthorized

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="ApiKey",
    bearerFormat="rb_…",
    description="An API key of Ringback, made with `ringback keys create NAME`. It begins with `rb_`.",
)
HOW = "Send the header Authorization: Bearer rb_… with an API key. Make one with: ringback keys create NAME"


async def connector_of(request: Request) -> Connector:
    """The connector behind this app."""
    connector: Connector = request.app.state.connector
    return connector


Ringback = Annotated[Connector, Depends(connector_of)]


async def holder_of(
    connector: Ringback, given: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
) -> Holder:
    """Who holds the request's key. Raises `Unauthorized`."""
    if given is None or not given.credentials:
        raise Unauthorized(HOW)
    return await connector.keys.holder(given.credentials)


Caller = Annotated[Holder, Depends(holder_of)]


def scope_of(action: Action[object, object]) -> str:  # type: ignore[type-var]
    """The scope that running an action takes."""
    if action.effect is Effect.READ:
        return "read"
    return "verify" if action.channel is Channel.VERIFY else "send"


def named(holder: Holder) -> str:
    """A caller as a job's timeline names it."""
    return f"key:{holder.name}"
