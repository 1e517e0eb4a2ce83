"""Whatever is sent to the controls is carried out, or refused by its field with nothing changed."""

import asyncio
import inspect
import re
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from tests.simulator.local import Local
from tests.simulator.test_openapi import filled, values

from twilio_simulator.control.api import handlers
from twilio_simulator.control.openapi import document
from twilio_simulator.exchange import Reply, Request, Stream
from twilio_simulator.snapshots.capture import apply, read, written

pytestmark = pytest.mark.anyio
DOCUMENT = document(handlers(), "http://127.0.0.1:4010")
TRIES, FEW = 30, 6
SLOW = {"timeout": ["0"]}
"""Fields that ask for real time."""
TEXTS = [
    "",
    "x",
    "+14155550199",
    "whatsapp:+14155550199",
    "é\u0000\ud7ff",
    "9" * 400,
    "x" * 70_000,
    "2026-13-99",
]
NUMBERS = [-1, 0, 1, 2.5, -0.0, 1e-300, 1e308, 2**63, 2**64 - 1, -(2**63)]
OTHERS: list[Any] = [None, True, False, [], {}, [None], [[]], [{}], {"": 1}, [1, "x"], {"a": {"b": [{}]}}]
RAW = [
    *(b"NaN", b'{"seconds": NaN}', b'{"seconds": Infinity}', b'{"seconds": 1e999}', b'{"seconds": -1e999}'),
    *(b"[" * 50_000, b'{"a":' * 50_000, b"\xff\xfe", b'{"a": "\xc3\x28"}', b'"x"', b"0", b'{"a": 1, "a": 2}'),
    *(b'{"seconds": 1' + b"0" * 5000 + b"}", b"\x00", b"a=1&b=2", b'{"": ""}'),
]


def value(random: Random, depth: int = 0) -> Any:
    """Anything that JSON can say."""
    kind = random.randrange(5 if depth < 2 else 3)
    if kind == 3:
        return [value(random, depth + 1) for _ in range(random.randrange(4))]
    if kind == 4:
        names = random.sample(["kind", "body", "sid", "phone_number", "status", "title", "x", ""], 3)
        return {name: value(random, depth + 1) for name in names}
    return random.choice((TEXTS, NUMBERS, OTHERS)[kind])


def bodies(random: Random, operation: dict[str, Any]) -> Iterator[bytes]:
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    known = list(schema.get("properties", {}))
    yield from RAW
    for index in range(TRIES if known else FEW):
        names = random.sample(known, min(len(known), random.randrange(1, 4))) if known else []
        content = {name: value(random) for name in names}
        if index % 4 == 0 or not content:
            content["no_such_field"] = value(random)
        yield orjson.dumps(content)


def queries(random: Random, operation: dict[str, Any]) -> Iterator[str]:
    named = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
    for _ in range(20 if named else 0):
        name = random.choice(named)
        text = random.choice(SLOW.get(name, [*TEXTS[:6], "-1", "9" * 30, "²", '{"kind": {}}', "[]", "null"]))
        yield f"{name}={quote(text)}&timeout=0"


def paths(path: str, known: dict[str, str]) -> Iterator[str]:
    """The right path first, then the same with something else in it."""
    yield filled(path, known)
    if "{" in path:
        for text in ("x", "%00", "%2B1", "..", "%C2%B2", "9" * 500, "%2B14155550133", "a b"):
            yield "/".join(quote(text, safe="%") if "{" in part else part for part in path.split("/"))


async def outcome(local: Local, method: str, path: str, query: str, body: bytes) -> Reply | None:
    request = Request(method, f"/_sim{path}", query, {"host": "127.0.0.1"}, body)
    answer = local.simulator.serve(request)
    if inspect.isawaitable(answer):
        async with asyncio.timeout(20):
            answer = await answer
    assert isinstance(answer, Reply | Stream)
    return answer if isinstance(answer, Reply) else None


def names(operation: dict[str, Any], sent: tuple[str, str, bytes]) -> set[str]:
    """What a refusal may name: parameters and fields, known or sent, and the whole body."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    known = {one["name"] for one in operation["parameters"]} | set(body.get("properties", {}))
    try:
        content = orjson.loads(sent[2])
    except orjson.JSONDecodeError:
        content = {}
    given = {name or '""' for name in content} if isinstance(content, dict) else set()
    return known | given | {"body", "path", "method", sent[0].rpartition("/")[2]}


def check_refusal(reply: Reply, sent: tuple[str, str, bytes], operation: dict[str, Any]) -> None:
    assert reply.status < 500, sent
    named = names(operation, sent)
    errors = orjson.loads(reply.body)["errors"]
    assert errors, sent
    for one in errors:
        assert set(one) == {"field", "cause", "remedy"}
        assert all(isinstance(text, str) and text.strip() for text in one.values()), (sent, one)
        assert re.split(r"[.\[]", one["field"])[0] in named, (sent, one)


@pytest.mark.parametrize("route", sorted(handlers()))
async def test_what_is_refused_names_its_field_and_changes_nothing(local: Local, route: str) -> None:
    method, _, path = route.partition(" ")
    operation, random = DOCUMENT["paths"][path][method.lower()], Random(route)  # noqa: S311 - repeatable by design
    known = await values(local)
    await local.simulator.webhooks.settled()
    start = before = written(local.simulator)
    right = filled(path, known)
    tries = [(right, "", body) for body in bodies(random, operation)]
    tries += [(right, query, b"") for query in queries(random, operation)]
    tries += [(one, "", body) for one in paths(path, known) for body in (b'{"no_such_field": 1}', b"{}")]
    refused = 0
    for sent in tries:
        if route == "POST /outage" and b"seconds" in sent[2] and b'"no_such_field"' not in sent[2]:
            continue
        reply = await outcome(local, method, *sent)
        if method == "GET":
            check_refusal(reply, sent, operation) if reply is not None and reply.status >= 400 else None
            continue
        if reply is None or reply.status < 400:
            await local.simulator.webhooks.settled()
            apply(local.simulator, read(local.simulator, start))
            before = written(local.simulator)
            continue
        refused += 1
        check_refusal(reply, sent, operation)
        assert written(local.simulator) == before, sent

    assert refused > 0 or method in ("GET", "DELETE")
    assert method != "GET" or written(local.simulator) == before
