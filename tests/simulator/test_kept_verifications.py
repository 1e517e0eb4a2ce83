"""Codes on their way, counted starts and calls that verify a number outlast a snapshot."""

import pytest
from tests.simulator.local import HANDSET, Local

pytestmark = pytest.mark.anyio


async def test_a_restored_world_goes_on_where_it_was(local: Local) -> None:
    base = f"/v2/Services/{local.verify}/RateLimits"
    limit = (await local.call("POST", base, {"UniqueName": "user"})).json["sid"]
    await local.call("POST", f"{base}/{limit}/Buckets", {"Max": "1", "Interval": "60"})
    late = {"match": {"delivery": "code"}, "do": [{"kind": "delay", "seconds": 30}]}
    await local.does("POST", "/faults", late)
    await local.start(RateLimits='{"user": "ada"}')
    form = {"PhoneNumber": HANDSET, "CallDelay": "10"}
    validation = (await local.call("POST", "{}/OutgoingCallerIds.json", form)).json
    await local.does("POST", "/snapshots/before")
    await local.advance(600)

    await local.does("POST", "/snapshots/before/restore")

    assert (await local.start("+14155550124", RateLimits='{"user": "ada"}')).code == 20429
    await local.advance(31)
    screen = (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"]
    assert [one["channel"] for one in screen] == ["sms", "call"]
    code = {"code": validation["validation_code"]}
    assert (await local.does("POST", f"/phones/{HANDSET}/validation", code))["verified"] is True
