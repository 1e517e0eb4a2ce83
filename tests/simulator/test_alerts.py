"""The debugger, through the Monitor API and through the controls."""

import asyncio
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_facts import FACTS, check

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import LEDGER
from twilio_simulator.sdk import connect

pytestmark = pytest.mark.anyio


async def trouble(local: Local, receiver: Receiver) -> None:
    await local.change(inbound_url=receiver.url)
    receiver.answers = [Reply(500, b"Oh no"), Reply(200, b"", content_type="text/xml")]
    for _ in range(2):
        await local.does("POST", f"/phones/{HANDSET}/messages", {"to": local.number, "body": "Hi"})


async def test_the_official_client_lists_and_fetches_alerts(local: Local, receiver: Receiver) -> None:
    await trouble(local, receiver)
    client = connect(local.simulator.url, local.sid, local.token)

    def program() -> tuple[list[Any], Any, list[str]]:
        alerts = client.monitor.v1.alerts.list(page_size=1)
        whole = client.monitor.v1.alerts(alerts[-1].sid).fetch()
        return alerts, whole, [one.sid for one in client.monitor.v1.alerts.list(log_level="warning")]

    alerts, whole, warnings = await asyncio.to_thread(program)
    client.http_client.close()

    assert [one.error_code for one in alerts] == ["11770", "11200"]
    assert (whole.request_url, whole.request_method, whole.response_body) == (receiver.url, "POST", "Oh no")
    assert "Body=Hi" in whole.request_variables
    assert warnings == [alerts[0].sid]


async def test_alerts_have_the_published_properties_and_stay_in_their_account(
    local: Local, receiver: Receiver
) -> None:
    await trouble(local, receiver)
    listed = (await local.call("GET", "/v1/Alerts")).json["alerts"]

    check(FACTS["monitor.ListAlert"], listed[0])
    check(FACTS["monitor.FetchAlert"], (await local.call("GET", f"/v1/Alerts/{listed[0]['sid']}")).json)
    other = await local.account()
    assert (await other.call("GET", "/v1/Alerts")).json["alerts"] == []
    assert (await other.call("GET", f"/v1/Alerts/{listed[0]['sid']}")).status == 404
    later = "/v1/Alerts?StartDate=2999-01-01T00:00:00Z"
    assert (await local.call("GET", later)).json["alerts"] == []


async def test_the_controls_show_search_and_clear_them(local: Local, receiver: Receiver) -> None:
    await trouble(local, receiver)
    alerts = (await local.does("GET", "/alerts?code=11200"))["alerts"]

    assert len(alerts) == 1
    shown = await local.does("GET", f"/alerts/{alerts[0]['sid']}")
    assert shown["explanation"] == LEDGER[11200].text
    assert (shown["confidence"], shown["response"]["status"]) == ("documented", 500)
    assert (await local.control("GET", "/alerts/NO1")).status == 404
    assert (await local.does("DELETE", "/alerts?account=AC1"))["removed"] == 0
    assert (await local.does("DELETE", "/alerts"))["removed"] == 2


def test_alerts_are_no_refusals() -> None:
    alerts = [rule for rule in LEDGER.values() if rule.alert]

    assert len(alerts) > 20
    assert all(rule.status is None for rule in alerts)
