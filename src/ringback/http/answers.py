"""Answers as JSON."""

from typing import Any

import orjson
from pydantic import BaseModel
from starlette.responses import Response


class Answer(Response):
    """JSON that no cache keeps, since it may hold numbers and texts of people; models show themselves."""

    media_type = "application/json"

    def __init__(self, content: Any, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        kept_out = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        super().__init__(content, status_code, kept_out | (headers or {}))

    def render(self, content: Any) -> bytes:
        """The content as JSON."""
        if isinstance(content, BaseModel):
            return content.model_dump_json().encode()
        return orjson.dumps(content, default=_shown)


def _shown(value: BaseModel) -> Any:
    return value.model_dump(mode="json")
