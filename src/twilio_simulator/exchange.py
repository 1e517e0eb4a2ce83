"""What goes into the simulator and what comes out, whichever door it uses."""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote_plus

import orjson

Form = dict[str, list[str]]


_repeated = lru_cache(maxsize=4096)(unquote_plus)
"""Numbers, SIDs and URLs come again and again; unquoting one takes 5 µs."""
LONGEST_REPEATED = 64


def _unquoted(text: str) -> str:
    if "%" not in text:
        return text.replace("+", " ") if "+" in text else text
    return _repeated(text) if len(text) <= LONGEST_REPEATED else unquote_plus(text)


def parsed_form(text: str) -> Form:
    """A form or query string: every value of each name, blank ones too."""
    fields: Form = {}
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            name = _unquoted(name)
            if name in fields:
                fields[name].append(_unquoted(value))
            else:
                fields[name] = [_unquoted(value)]
    return fields


@dataclass(slots=True)
class Request:
    """One HTTP request; header names are lower case."""

    method: str
    path: str
    query_string: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    connection: int = 0
    """Which connection it came on (0 in process), so that a client's silent retries show."""
    form: Form = field(default_factory=dict)
    query: Form = field(default_factory=dict)
    prefix: str = ""
    """What named the product in front of the path (`/verify`), so that links lead the same way."""

    def parse(self) -> None:
        """Fill `form` and `query`."""
        if self.query_string:
            self.query = parsed_form(self.query_string)
        if self.body:
            self.form = parsed_form(self.body.decode("utf-8", "replace"))

    @property
    def host(self) -> str:
        """The host name it was sent to, without the port."""
        host = self.headers.get("host", "")
        return host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0]

    @property
    def address(self) -> str:
        """Where the client reached us: scheme, host and port."""
        host = self.headers.get("host", "")
        return f"https://{host}" if host.endswith(".twilio.com") else f"http://{host}{self.prefix}"

    def one(self, name: str) -> str | None:
        """The last value of a form field, None when it is absent."""
        values = self.form.get(name)
        return values[-1] if values else None

    def asked(self, name: str) -> str | None:
        """The last value of a query parameter, None when it is absent."""
        values = self.query.get(name)
        return values[-1] if values else None


@dataclass(slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes
    headers: str = ""
    """Further header lines, each ended by CR LF."""
    content_type: str = "application/json"
    cut: str = ""
    """How a fault spoils it on the wire: `half` and a reset, or a `longer` or `shorter` length."""


@dataclass(slots=True)
class Severed:
    """No answer: the connection ends, in order or by a reset."""

    how: Literal["close", "reset"]


@dataclass(slots=True)
class Stream:
    """An answer without an end: parts are written as they come, until the client leaves."""

    parts: AsyncIterator[bytes]
    content_type: str = "text/event-stream"
    headers: str = "Cache-Control: no-store\r\n"
    status: int = 200


Outcome = Reply | Severed | Stream
Answer = Outcome | Awaitable[Outcome]


def json_reply(status: int, content: object) -> Reply:
    """An answer holding JSON."""
    return Reply(status, orjson.dumps(content))
