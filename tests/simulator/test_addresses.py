"""The same API by its flat address, by Twilio's host names, and behind a product's name."""

import asyncio

import pytest
from tests.simulator.local import Local
from twilio.rest import Client  # type: ignore[import-untyped] # has no types

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("prefix", ["/verify", "/verify.twilio.com"])
async def test_links_lead_back_through_the_prefix(local: Local, prefix: str) -> None:
    answer = await local.call("GET", f"{prefix}/v2/Services?PageSize=1")

    assert answer.status == 200
    assert answer.json["meta"]["url"].startswith(f"{local.simulator.url}{prefix}/v2/Services?")


async def test_a_product_has_only_its_own_paths(local: Local) -> None:
    assert (await local.call("GET", "/verify/v2/Services")).status == 200
    assert (await local.call("GET", "/messaging/v2/Services")).status == 404
    assert (await local.call("GET", "/v2/Services", headers={"host": "messaging.twilio.com"})).status == 404
    assert (
        await local.call("GET", "/v2/Services", headers={"host": "verify.dublin.ie1.twilio.com"})
    ).status == 200


async def test_an_unknown_path_behind_a_prefix_is_told_as_it_was_asked(local: Local) -> None:
    answer = await local.call("GET", "/verify/v2/Nothing")

    assert (answer.status, answer.headers["x-sim-unimplemented"]) == (404, "true")
    assert "/verify/v2/Nothing" in answer.json["message"]


def paged(address: str, local: Local) -> list[str]:
    client = Client(local.sid, local.token)
    client.api.base_url = f"{address}/api"
    client.verify.base_url = f"{address}/verify"
    for index in range(3):
        client.messages.create(to="+14155550123", from_=local.number, body=f"Text {index}")
    client.verify.v2.services.create(friendly_name="Second")
    names = [one.friendly_name for one in client.verify.v2.services.list(page_size=1)]
    bodies = [one.body for one in client.messages.list(page_size=2)]
    client.http_client.session.close()
    return [*names, *bodies]


async def test_the_sdk_follows_pages_behind_prefixes(local: Local) -> None:
    found = await asyncio.to_thread(paged, local.simulator.url, local)

    assert found == ["Simulated Verify", "Second", "Text 2", "Text 1", "Text 0"]
