"""The bodies of requests: bounded, JSON, and an object."""

from typing import Annotated, Any

import orjson
from fastapi import Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ringback.errors import FieldError, InvalidInput

LARGEST = 1_000_000
CLOSE = {"Connection": "close"}


async def read_body(request: Request, most: int) -> bytes:
    """The whole body. Raises `HTTPException` 413 as soon as it is known to be longer than `most` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise _too_large(most)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


async def json_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object.

    Raises:
        HTTPException: 400 for what is no JSON, 413, 415.
        InvalidInput: For JSON that is no object.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        said = f"{kind} came" if kind else "none came"
        raise HTTPException(415, f"Send JSON with the header Content-Type: application/json ({said}).")
    return _object(await read_body(request, LARGEST))


JsonObject = Annotated[dict[str, Any], Depends(json_object)]


def _object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        raise HTTPException(400, "The body is empty. Send a JSON object in braces.")
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise HTTPException(400, f"The body is no JSON ({place}): {error.msg}.") from None
    if not isinstance(given, dict):
        raise InvalidInput([FieldError("body", "Send a JSON object: names and values in braces.")])
    return given


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"The body is too large: {most:,} bytes at most.", CLOSE)
