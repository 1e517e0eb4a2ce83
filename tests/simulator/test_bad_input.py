"""Whatever comes, the controls answer: a sentence for a person, never a crash, and the world still works."""

import asyncio
import inspect
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.simulator.local import HANDSET, Local
from tests.simulator.test_openapi import filled, values

from twilio_simulator.control.api import handlers
from twilio_simulator.control.parameters import BODIES, QUERIES
from twilio_simulator.exchange import Reply, Request, Stream
from twilio_simulator.world.account import basic

pytestmark = pytest.mark.anyio
VALUES: list[Any] = [
    *(None, True, -1, 0, 1.5, 10**18, "", "x", "+14155550123", "é\u0000", [], [1], ["x"], [None]),
    *({}, {"a": 1}, [[]], [{}]),
]
QUERY_VALUES = ("", "-1", "x", "9" * 30, "%ff", "%C2%B2")
BODIES_OF_NOTHING = (b"[]", b"1", b"null", b"{", b"\xff")


async def status(local: Local, method: str, target: str, body: bytes = b"") -> int:
    path, _, query = f"/_sim{target}".partition("?")
    answer = local.simulator.serve(Request(method, path, query, {"host": "127.0.0.1"}, body))
    outcome = await asyncio.wait_for(answer, 20) if inspect.isawaitable(answer) else answer
    assert isinstance(outcome, Reply | Stream)
    return outcome.status


@pytest.mark.parametrize("route", sorted(handlers()))
async def test_the_controls_never_crash(local: Local, route: str) -> None:
    method, _, template = route.partition(" ")
    path = filled(template, await values(local))

    for name in BODIES.get(route, {}):
        for value in VALUES:
            assert (await local.control(method, path, {name: value})).status < 500, (name, value)
    for body in BODIES_OF_NOTHING:
        assert await status(local, method, path, body) < 500, body
    for name in QUERIES.get(route, {}):
        for text in QUERY_VALUES:
            quick = "" if name == "timeout" else "&timeout=0"
            if quick or len(text) < 4:
                assert await status(local, method, f"{path}?{name}={text}{quick}") < 500, (name, text)

    assert (await local.does("GET", "/ready"))["ready"] is True


PARAMETERS = ("9" * 30, "\u00e9\u0000", "\u00b2", '{"1":null}', "whatsapp:", "http://[", "2026-13-99", "-1")
START = {
    "CreateMessage": {"To": HANDSET, "From": "+14155550100", "Body": "x"},
    "CreateCall": {"To": HANDSET, "From": "+14155550100", "Twiml": "<Response/>"},
    "CreateVerification": {"To": HANDSET, "Channel": "sms"},
}


@pytest.mark.parametrize("product", ["api", "verify", "messaging", "content", "lookups", "monitor"])
async def test_no_parameter_of_twilios_crashes_it(local: Local, product: str) -> None:
    await values(local)
    tried = 0
    for route in local.simulator.rest.routes.all():
        for method, (fact, handler) in route.operations.items():
            # UpdateAccount with nonsense may close the account that everything else needs.
            if handler is None or not fact.host.startswith(product) or fact.name == "api.UpdateAccount":
                continue
            path = fact.path.replace("{AccountSid}", local.sid).replace("{ServiceSid}", local.verify)
            path = re.sub(r"\{\w+\}", "x", path)
            start = START.get(fact.name.rpartition(".")[2], {})
            for name in fact.parameters:
                for value in PARAMETERS:
                    form = urlencode({**start, name: value})
                    sent = (form, b"") if method == "GET" else ("", form.encode())
                    headers = {"host": fact.host, "authorization": basic(local.sid, local.token)}
                    answer = local.simulator.serve(Request(method, path, sent[0], headers, sent[1]))
                    assert isinstance(answer, Reply), (fact.name, name, value)
                    assert answer.status < 500, (fact.name, name, value)
                    tried += 1

    assert tried > 20
