"""The tour's way to speak to the server and the simulator: plain HTTP with JSON, as any app would."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ringback.twilio.transport import Request, Transport


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back, decoded."""

    status: int
    content: Any


@dataclass(frozen=True, slots=True)
class Outside:
    """One address, spoken to with the same headers each time."""

    transport: Transport
    url: str
    headers: Mapping[str, str]

    async def get(self, path: str) -> Answered:
        """GET a path."""
        return await self._send("GET", path, None, {})

    async def post(self, path: str, content: Mapping[str, Any], **headers: str) -> Answered:
        """POST JSON to a path."""
        return await self._send("POST", path, content, headers)

    async def _send(
        self, method: str, path: str, content: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> Answered:
        body = orjson.dumps(content) if content is not None else b""
        sent = {"content-type": "application/json"} | dict(self.headers) | dict(headers)
        request = Request(method, self.url + path, sent, body, read=method == "GET")
        response = await self.transport.send(request)
        return Answered(response.status, orjson.loads(response.body) if response.body else None)
