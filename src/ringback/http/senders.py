"""Senders over HTTP: how fast each may send, and what waits for it."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from ringback.http.answers import Answer
from ringback.http.auth import Caller, Ringback
from ringback.http.bodies import JsonObject
from ringback.http.documented import WITH_BODY, answers, query_of, takes
from ringback.http.examples import EXAMPLE_ACCOUNT
from ringback.inputs import validated

senders = APIRouter(tags=["Senders"])


class SenderQuery(BaseModel):
    """Which senders to list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str | None = Field(None, description="Only senders of this account.", examples=[EXAMPLE_ACCOUNT])


class Pace(BaseModel):
    """How fast a sender may send."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_second: float | None = Field(
        description="Segments per second; null for what the sender's kind may send.", examples=[10]
    )


@senders.get(
    "/v1/senders",
    summary="List the senders",
    responses=answers("SenderList", "The senders.", 404, 422),
    openapi_extra=query_of(SenderQuery),
)
async def list_senders(request: Request, caller: Caller, connector: Ringback) -> Response:
    """Senders that something waits for or whose pace was set, and when each is expected to be done."""
    caller.require("read")
    query = validated(SenderQuery, dict(request.query_params))
    caller.require("read", query.account)
    found = await connector.senders(query.account)
    return Answer({"senders": [facts for facts in found if caller.sees(facts.account)]})


@senders.put(
    "/v1/accounts/{name}/senders/{sender}",
    summary="Set a sender's throughput",
    responses=answers("SenderFacts", "The sender as it is now.", 404, *WITH_BODY),
    openapi_extra=takes("Pace", {"per_second": 10}),
)
async def set_throughput(
    name: str, sender: str, caller: Caller, connector: Ringback, body: JsonObject
) -> Response:
    """Say how fast a sender may send; the others that wait for it follow that pace from now on.

    A sender stands in the address as jobs name it, like `+14155550100` or `whatsapp:+14155550100`; a space
    in an alphanumeric one is written `%20`.
    """
    caller.require("admin", name)
    wanted: Any = validated(Pace, body)
    return Answer(await connector.set_throughput(name, sender, wanted.per_second))
