"""The description of the controls: complete, and held to what the routes take."""

import re
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local

from twilio_simulator.control.api import handlers
from twilio_simulator.control.openapi import document
from twilio_simulator.control.parameters import BODIES, QUERIES
from twilio_simulator.simulator import Simulator

pytestmark = pytest.mark.anyio
KNOWN = re.compile(r"Known fields: (.*)\.")
WITH_BODY = sorted(route for route in handlers() if route.startswith(("POST", "PATCH")))
BODILESS = {"POST /webhooks/{id}/resend"}


async def values(local: Local) -> dict[str, str]:
    """Something real for each placeholder."""
    sent = await local.sent(StatusCallback="http://127.0.0.1:9/nobody")
    await local.advance(20)
    await local.does("POST", "/snapshots/kept")
    form = {"To": HANDSET, "From": local.number, "Twiml": "<Response><Hangup/></Response>"}
    service = (await local.call("POST", "/v1/Services", {"FriendlyName": "Pool"})).json
    call = (await local.call("POST", "{}/Calls.json", form)).json
    return {
        "accounts/{sid}": local.sid,
        "messages/{sid}": sent["sid"],
        "calls/{sid}": call["sid"],
        "verify-services/{sid}": local.verify,
        "messaging-services/{sid}": service["sid"],
        "content/{sid}": next(iter(local.simulator.account.templates)),
        "snapshots/{name}": "kept",
        "scenarios/{name}": "opt_out",
        "phones/{number}": HANDSET.replace("+", "%2B"),
    }


def filled(path: str, known: dict[str, str]) -> str:
    for template, value in known.items():
        path = path.replace(template, template.partition("{")[0] + value)
    return path


@pytest.mark.parametrize("route", [route for route in WITH_BODY if route not in BODILESS])
async def test_every_field_that_is_read_is_described_and_no_other(local: Local, route: str) -> None:
    method, _, path = route.partition(" ")
    described = BODIES.get(route, {})
    path = filled(path, await values(local))

    # One by one, since some exclude each other.
    for name in [*described, None]:
        content = {"no_such_field": 1} if name is None else {"no_such_field": 1, name: None}
        errors = {one["field"]: one for one in (await local.control(method, path, content)).json["errors"]}
        known = KNOWN.fullmatch(errors["no_such_field"]["remedy"])
        assert known is not None
        read = set(known[1].split(", ")) - {"none"}
        assert read <= set(described), "to be described in control/parameters.py"
        assert "is not known here" not in errors.get(name or "", {}).get("cause", "")


def test_every_route_is_described() -> None:
    content = document(handlers(), "http://127.0.0.1:4010")
    found = {f"{method.upper()} {path}" for path, one in content["paths"].items() for method in one}

    assert found == set(handlers())
    assert set(BODIES) <= found
    assert set(QUERIES) <= found


def test_every_operation_says_what_it_does() -> None:
    content = document(handlers(), "http://127.0.0.1:4010")
    operations = [one for path in content["paths"].values() for one in path.values()]

    assert all(one["summary"] for one in operations)
    assert len({one["operationId"] for one in operations}) == len(operations)


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [one for part in value.values() for one in references(part)]
    return [one for part in value for one in references(part)] if isinstance(value, list) else []


async def test_it_is_served_under_its_own_address(local: Local) -> None:
    content = await local.does("GET", "/openapi.json")

    assert content["openapi"] == "3.1.0"
    assert content["servers"] == [{"url": "http://127.0.0.1/_sim"}]
    assert set(references(content)) == {"#/components/schemas/Errors"}


async def test_placeholders_are_described(fresh: Simulator) -> None:
    content = document(handlers(), fresh.url)

    for path, operations in content["paths"].items():
        for operation in operations.values():
            named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path))
