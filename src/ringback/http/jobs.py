"""The ledger over HTTP."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from ringback.api_keys import Holder
from ringback.clock import milliseconds
from ringback.connector import Connector
from ringback.errors import NotFound
from ringback.http.answers import Answer
from ringback.http.auth import Caller, Ringback, named
from ringback.http.bodies import JsonObject
from ringback.http.documented import WITH_BODY, answers, example_of, query_of, takes
from ringback.http.examples import EXAMPLE_ACCOUNT
from ringback.http.preferences import PREFER, wait_of
from ringback.inputs import validated
from ringback.outcome import Timeline
from ringback.store.jobs import FAR_FUTURE
from ringback.store.listing import BEYOND_ALL, JobFilter
from ringback.store.rows import State

MOST = 200
CURSOR = re.compile(r"job_[0-9a-f]{32}")
PLUS_LOST = re.compile(r"^(whatsapp:)? (?=[0-9])")
"""A plus sign that stood bare in a query arrives as a space."""

jobs = APIRouter(prefix="/v1/jobs", tags=["Jobs"])


def _instant(given: object) -> object:
    text = str(given).strip()
    if text.isascii() and text.isdecimal():
        instant = int(text)
    else:
        instant = _milliseconds(re.sub(r"(T[0-9:.]+) (?=[0-9:]+$)", r"\1+", text))
    if not 0 <= instant < FAR_FUTURE:
        raise ValueError(SINCE)
    return instant


def _milliseconds(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
        return milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise ValueError(SINCE) from None


SINCE = "Give an instant like 2026-11-23T14:18:21Z, or milliseconds since 1970."


def _cursor(given: object) -> object:
    if CURSOR.fullmatch(str(given)) is None:
        raise ValueError("Is no cursor. Give the value of `next` as it came, or leave it out.")
    return given


def _recipient(given: object) -> object:
    return PLUS_LOST.sub(r"\1+", str(given)).strip()


def _undefaulted(schema: dict[str, Any]) -> None:
    del schema["default"]


class JobQuery(BaseModel):
    """Which jobs to list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: State | None = Field(None, description="Only jobs in this state.", examples=["unknown"])
    action: str | None = Field(None, description="Only jobs of this action.", examples=["SendMessage"])
    account: str | None = Field(None, description="Only jobs of this account.", examples=[EXAMPLE_ACCOUNT])
    to: Annotated[str | None, BeforeValidator(_recipient)] = Field(
        None, description="Only jobs to this recipient.", examples=["+14155550101"]
    )
    since: Annotated[int, BeforeValidator(_instant, json_schema_input_type=str)] = Field(
        0,
        description="Only jobs accepted at or after this instant: ISO 8601 (UTC unless it says otherwise), "
        "or milliseconds since 1970.",
        examples=["2026-11-23T14:18:21Z"],
        json_schema_extra=_undefaulted,
    )
    limit: int = Field(50, ge=1, le=MOST, description=f"How many at once, {MOST} at most.", examples=[50])
    cursor: Annotated[str, BeforeValidator(_cursor, json_schema_input_type=str)] = Field(
        BEYOND_ALL,
        description="The value of `next` from the answer before, to go on from there.",
        json_schema_extra=_undefaulted,
    )


class Settlement(BaseModel):
    """What became of an unknown job, as somebody found out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Literal["done", "refused", "not_sent"] = Field(description="What became of it.", examples=["done"])
    message_sid: str | None = Field(
        None,
        pattern="^(SM|MM)[0-9a-fA-F]{32}$",
        description="The SID of its message at Twilio, if there is one.",
        examples=["SM" + "0" * 32],
    )
    send_again: bool = Field(
        False,
        description="With state not_sent: accept the same once more, as a new intent, in the same step. The "
        "settled job's `error` names the new job as `sent_again_as`. An action with secret inputs cannot be "
        "sent again: they are erased when a try ends.",
        examples=[True],
    )


@jobs.get(
    "",
    summary="List the newest jobs",
    responses=answers("JobPage", "A page of jobs.", 422),
    openapi_extra=query_of(JobQuery),
)
async def list_jobs(request: Request, caller: Caller, connector: Ringback) -> Response:
    """The newest jobs first; `next` is the cursor of the page that follows, null at the end.

    A page may hold fewer jobs than `limit`, even none, where many others are newer than those that fit.
    """
    caller.require("read")
    query = validated(JobQuery, dict(request.query_params))
    caller.require("read", query.account)
    among = {query.account} if query.account is not None else caller.accounts
    wanted = JobFilter(
        state=query.state,
        action=query.action,
        accounts=tuple(among) if among is not None else None,
        recipient=query.to,
        since=query.since,
        before=query.cursor,
    )
    page, more = await connector.jobs_page(wanted, query.limit)
    return Answer({"jobs": page, "next": more})


@jobs.get(
    "/{job_id}",
    summary="Show one job",
    responses=answers("Timeline", "The job and its history.", 404),
    openapi_extra={"parameters": [PREFER]},
)
async def show_job(job_id: str, request: Request, caller: Caller, connector: Ringback) -> Response:
    """A job with every attempt and event. With `Prefer: wait=SECONDS` it waits for the try to end."""
    caller.require("read")
    job = await _seen(connector, caller, job_id)
    if seconds := wait_of(request.headers.getlist("prefer"), 0.0):
        await connector.wait(job_id, seconds)
        job = await connector.job(job_id)
    return Answer(job)


@jobs.post(
    "/{job_id}/withdraw",
    summary="Take back a waiting job",
    responses=answers("Outcome", "The job, withdrawn.", 404, 409),
)
async def withdraw_job(job_id: str, caller: Caller, connector: Ringback) -> Response:
    """Take a job back before it is sent; 409 if it is not waiting any more."""
    caller.require("send")
    await _seen(connector, caller, job_id)
    return Answer(await connector.withdraw(job_id, named(caller)))


@jobs.post(
    "/{job_id}/settle",
    summary="Settle an unknown job",
    responses=answers("Outcome", "The job, settled.", 404, 409, *WITH_BODY),
    openapi_extra=takes("Settlement", example_of(Settlement, "state", "message_sid")),
)
async def settle_job(job_id: str, caller: Caller, connector: Ringback, body: JsonObject) -> Response:
    """Say what became of a job whose outcome is unknown; who says it is recorded."""
    caller.require("send")
    await _seen(connector, caller, job_id)
    said = validated(Settlement, body)
    outcome = await connector.settle(
        job_id, State(said.state), named(caller), said.message_sid, send_again=said.send_again
    )
    return Answer(outcome)


@jobs.post(
    "/{job_id}/reconcile",
    summary="Look for an unknown job",
    responses=answers("Outcome", "The job, settled or still unknown.", 404, 409, 422, 502),
)
async def reconcile_job(job_id: str, caller: Caller, connector: Ringback) -> Response:
    """Look at Twilio for what became of an unknown job; it stays unknown unless that is plain."""
    caller.require("send")
    await _seen(connector, caller, job_id)
    return Answer(await connector.reconcile(job_id, named(caller)))


async def _seen(connector: Connector, caller: Holder, job_id: str) -> Timeline:
    """The job, if this caller may see it; one of another account does not exist for them."""
    job = await connector.job(job_id)
    if not caller.sees(job.account):
        raise NotFound(f"There is no job {job_id}.")
    return job
