"""Is it alive, and can it serve?"""

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from ringback.http.answers import Answer
from ringback.http.auth import Ringback
from ringback.http.components import ref
from ringback.http.documented import json_of
from ringback.log import logger

PATIENCE = 3.0  # seconds
AGAIN = "5"

READINESS = {200: "It can.", 503: "It cannot; `parts` says what is missing."}

log = logger()
health = APIRouter(tags=["Operations"])


@health.get(
    "/healthz",
    summary="Is the server alive?",
    responses={200: {"description": "It is.", **json_of(ref("Readiness"))}},
)
async def healthz() -> Response:
    """Answers as long as the process does; no key is needed."""
    return Answer({"status": "ok"})


@health.get(
    "/readyz",
    summary="Can the server serve?",
    responses={
        status: {"description": text, **json_of(ref("Readiness"))} for status, text in READINESS.items()
    },
)
async def readyz(connector: Ringback) -> Response:
    """200 if the database answers, the queue is there and the dispatcher runs, else 503; no key is needed."""
    try:
        parts = await asyncio.wait_for(connector.ready(), PATIENCE)
    except Exception as error:  # noqa: BLE001 - whatever it is, it cannot serve
        log.error("not_ready", error=type(error).__name__)  # noqa: TRY400 - the type says it all
        parts = {"database": False}
    well = all(parts.values())
    if well:
        return Answer({"status": "ok", "parts": parts})
    return Answer({"status": "unavailable", "parts": parts}, 503, {"Retry-After": AGAIN})
