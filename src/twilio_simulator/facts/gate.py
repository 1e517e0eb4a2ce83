"""Holds an answer against Twilio's specification, tightened: every property there, none extra, enums closed.

The published schemas have no required properties, so that they accept `{}`; this gate does not.
"""

import re
from collections.abc import Callable
from typing import Any

import orjson

from twilio_simulator.exchange import Reply, json_reply
from twilio_simulator.facts import Fact

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_DAYS, _MONTHS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun", "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
FORMATS = {
    "date-time-rfc-2822": re.compile(rf"({_DAYS}), \d\d ({_MONTHS}) \d{{4}} \d\d:\d\d:\d\d \+0000"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
    "currency": re.compile(r"[A-Za-z]{3}"),
    "iso-country-code": re.compile(r"[A-Z]{2}"),
}
FLAT = frozenset(
    {"first_page_uri", "end", "previous_page_uri", "uri", "page_size", "start", "next_page_uri", "page"}
)
META = frozenset({"page", "page_size", "first_page_url", "previous_page_url", "url", "next_page_url", "key"})
# Lists without pages, as the examples show them.
BARE = frozenset({"countries", "available_phone_numbers"})
ERROR = frozenset({"code", "message", "more_info", "status"})
FIRST_ERROR = 400
NO_CONTENT = 204
Witness = Callable[[Fact, int, Any], None]


def problems_of(fact: Fact, status: int, body: bytes) -> list[str]:
    """What is wrong with an answer; nothing is for one that Twilio could have given."""
    if status == NO_CONTENT:
        return [] if not body else ["204 with a body"]
    found = [] if status in fact.statuses else [f"status {status} is none of {fact.statuses}"]
    if fact.resource is None and status < FIRST_ERROR:
        return found
    content = orjson.loads(body)
    if status >= FIRST_ERROR or fact.resource is None:
        return _error(content, status)
    if fact.list_key is None:
        return found + _resource(fact.resource, content)
    found += _envelope(content, fact.list_key)
    for row in content.get(fact.list_key, []):
        found += _resource(fact.resource, row)
    return found


def _error(content: dict[str, Any], status: int) -> list[str]:
    found = _names(content, ERROR)
    if not found and content["status"] != status:
        found.append(f"status {content['status']} in the body of a {status}")
    if not found and not str(content["more_info"]).endswith(f"/{content['code']}"):
        found.append(f"more_info {content['more_info']} is not about {content['code']}")
    return found


def _names(content: dict[str, Any], wanted: frozenset[str]) -> list[str]:
    missing, extra = sorted(wanted - content.keys()), sorted(content.keys() - wanted)
    return [f"lacks {name}" for name in missing] + [f"has {name}, which Twilio has not" for name in extra]


def _envelope(content: dict[str, Any], key: str) -> list[str]:
    if key in BARE:
        return _names(content, frozenset({key, "uri"}))
    if "meta" not in content:
        return _names(content, FLAT | {key})
    return _names(content, frozenset({key, "meta"})) + _names(content["meta"], META)


def _resource(wanted: dict[str, dict[str, Any]], content: dict[str, Any]) -> list[str]:
    found = _names(content, frozenset(wanted))
    for name, kind in wanted.items():
        if name in content:
            problem = _value(content[name], kind)
            found += [f"{name} {content[name]!r} {problem}"] if problem else []
    return found


def _value(value: Any, kind: dict[str, Any]) -> str | None:
    """What is wrong with one property; an unset SID or URL may be blank."""
    if value is None:
        # A reference to another schema cannot be marked nullable in OpenAPI 3.0, and most are.
        named = kind.get("type") not in (None, "object", "array") and not kind.get("nullable")
        return "is null" if named else None
    allowed = TYPES.get(kind.get("type", ""))
    if allowed is not None and (not isinstance(value, allowed) or _is_odd_flag(value, allowed)):
        return f"is no {kind['type']}"
    if "enum" in kind and value not in kind["enum"]:
        return f"is none of {', '.join(kind['enum'])}"
    pattern = kind.get("pattern")
    if pattern and value and re.fullmatch(pattern.strip("^$"), str(value)) is None:
        return f"does not fit {pattern}"
    shape = FORMATS.get(kind.get("format", ""))
    if shape is not None and value and shape.fullmatch(str(value)) is None:
        return f"is no {kind['format']}"
    return None


def _is_odd_flag(value: Any, allowed: tuple[type, ...]) -> bool:
    return isinstance(value, bool) and bool not in allowed


class Gate:
    """Looks at every answer; one that Twilio could not have given becomes a 500 that says why."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        """What was wrong so far, each with its operation."""
        self.witness: Witness | None = None
        """Is shown every answer with a body that passed."""

    def hold(self, fact: Fact, reply: Reply) -> Reply:
        """The answer itself, or the 500 in its place."""
        found = [f"{fact.name}: {one}" for one in problems_of(fact, reply.status, reply.body)]
        if found:
            self.problems += found
            return json_reply(500, {"code": 20500, "message": "; ".join(found), "status": 500})
        if self.witness is not None and reply.body:
            self.witness(fact, reply.status, orjson.loads(reply.body))
        return reply
