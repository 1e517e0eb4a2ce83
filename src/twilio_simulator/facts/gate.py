"""Holds an answer against Twilio's specification, tightened: every property there, none extra, enums closed.

The published schemas have no required properties, so that they accept `{}`; this gate does not.
"""

import re
from collections.abc import Callable, Collection
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
Kind = dict[str, Any]
TEXT, LIST, COUNT = {"type": "string"}, {"type": "array"}, {"type": "integer", "least": 0}
LINK: Kind = {"type": "string", "pattern": r"/2010-04-01/\S+"}
OPTIONAL_LINK = {**LINK, "nullable": True}
URL: Kind = {"type": "string", "pattern": r"https?://\S+/v\d/\S+"}
OPTIONAL_URL = {**URL, "nullable": True}
FLAT: dict[str, Kind] = {
    "first_page_uri": LINK,
    "end": COUNT,
    "previous_page_uri": OPTIONAL_LINK,
    "uri": LINK,
    "page_size": COUNT,
    "start": COUNT,
    "next_page_uri": OPTIONAL_LINK,
    "page": COUNT,
}
META: Kind = {
    "type": "object",
    "properties": {
        "page": COUNT,
        "page_size": COUNT,
        "first_page_url": URL,
        "previous_page_url": OPTIONAL_URL,
        "url": URL,
        "next_page_url": OPTIONAL_URL,
        "key": TEXT,
    },
}
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
        return found + _inside(content, fact.resource)
    found += _envelope(content, fact.list_key)
    if not found and "meta" in content and content["meta"]["key"] != fact.list_key:
        found.append(f"meta.key {content['meta']['key']} is not {fact.list_key}")
    for row in content.get(fact.list_key, []):
        found += _inside(row, fact.resource)
    return found


def _error(content: dict[str, Any], status: int) -> list[str]:
    found = _names(content, ERROR)
    if not found and content["status"] != status:
        found.append(f"status {content['status']} in the body of a {status}")
    if not found and not str(content["more_info"]).endswith(f"/{content['code']}"):
        found.append(f"more_info {content['more_info']} is not about {content['code']}")
    return found


def _names(
    content: dict[str, Any], wanted: Collection[str], optional: Collection[str] = frozenset()
) -> list[str]:
    missing = sorted(set(wanted) - content.keys() - set(optional))
    extra = sorted(content.keys() - set(wanted))
    return [f"lacks {name}" for name in missing] + [f"has {name}, which Twilio has not" for name in extra]


def _envelope(content: dict[str, Any], key: str) -> list[str]:
    if key in BARE:
        return _inside(content, {key: LIST, "uri": TEXT})
    if "meta" not in content:
        return _inside(content, {**FLAT, key: LIST})
    return _inside(content, {key: LIST, "meta": META})


def _inside(content: Any, wanted: dict[str, Kind], optional: Collection[str] = ()) -> list[str]:
    """What is wrong with an object and with everything in it, each with its path."""
    if not isinstance(content, dict):
        return [f"is {content!r}, no object"]
    found = _names(content, wanted.keys(), optional)
    for name, kind in wanted.items():
        if name in content:
            found += _within(name, content[name], kind)
    return found


def _within(name: str, value: Any, kind: Kind) -> list[str]:
    problem = _value(value, kind)
    if problem is not None:
        return [f"{name} {value!r} {problem}"]
    if isinstance(value, dict) and "properties" in kind:
        return [f"{name} {one}" for one in _inside(value, kind["properties"], kind.get("optional", ()))]
    if isinstance(value, list) and "items" in kind:
        items = kind["items"]
        return [one for index, row in enumerate(value) for one in _within(f"{name}[{index}]", row, items)]
    return []


def _value(value: Any, kind: Kind) -> str | None:
    """What is wrong with one property; an unset SID or URL may be blank."""
    if value is None:
        # A reference to another schema cannot be marked nullable in OpenAPI 3.0, and most are.
        named = kind.get("type") not in (None, "object", "array") and not kind.get("nullable")
        return "is null" if named else None
    allowed = TYPES.get(kind.get("type", ""))
    if allowed is not None and (not isinstance(value, allowed) or _is_odd_flag(value, allowed)):
        return f"is no {kind['type']}"
    if "least" in kind and value < kind["least"]:
        return f"is less than {kind['least']}"
    if "enum" in kind and value not in kind["enum"]:
        return f"is none of {', '.join(kind['enum'])}"
    return _text_problem(value, kind)


def _text_problem(value: Any, kind: Kind) -> str | None:
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
