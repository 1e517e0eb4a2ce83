"""What one account owns does not exist for another."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local

pytestmark = pytest.mark.anyio


async def owned(local: Local) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """The paths of an account's own resources, with what a change of them would say."""
    facts = local.facts
    sms, media = await local.sent(), await local.sent(MediaUrl="https://example.org/a.png")
    yield f"{{}}/Messages/{sms['sid']}.json", {"Body": ""}
    yield f"{{}}/Messages/{media['sid']}/Media.json", {}
    form = {"To": HANDSET, "From": local.number, "Twiml": "<Response/>"}
    yield await made(local, "{}/Calls.json", form, "{}/Calls/{sid}.json"), {"Status": "completed"}
    yield f"{{}}/IncomingPhoneNumbers/{facts['numbers'][0]['sid']}.json", {"FriendlyName": "Mine"}
    yield await made(local, "{}/Keys.json", {}, "{}/Keys/{sid}.json"), {"FriendlyName": "Mine"}
    named = {"FriendlyName": "Shop"}
    yield (
        await made(local, "{}/Applications.json", named, "{}/Applications/{sid}.json"),
        {"FriendlyName": "Mine"},
    )
    callers = (await local.call("GET", "{}/OutgoingCallerIds.json")).json["outgoing_caller_ids"]
    yield f"{{}}/OutgoingCallerIds/{callers[0]['sid']}.json", {"FriendlyName": "Mine"}
    code = facts["short_codes"][0]["sid"]
    yield f"{{}}/SMS/ShortCodes/{code}.json", {"FriendlyName": "Mine"}
    service, pool = f"/v2/Services/{local.verify}", f"/v1/Services/{facts['messaging_service']}"
    yield service, {"FriendlyName": "Mine"}
    start = {"To": HANDSET, "Channel": "sms"}
    yield (
        await made(local, f"{service}/Verifications", start, f"{service}/Verifications/{{sid}}"),
        {"Status": "canceled"},
    )
    limit = await made(
        local, f"{service}/RateLimits", {"UniqueName": "user"}, f"{service}/RateLimits/{{sid}}"
    )
    yield limit, {"Description": "Mine"}
    yield pool, {"FriendlyName": "Mine"}
    yield f"{pool}/PhoneNumbers", {"PhoneNumberSid": facts["numbers"][0]["sid"]}
    yield f"/v1/Content/{facts['templates'][0]['sid']}", {}


async def made(local: Local, path: str, form: dict[str, str], found: str) -> str:
    answer = await local.call("POST", path, form)
    assert answer.status in (200, 201), answer.body
    return found.replace("{sid}", answer.json["sid"])


async def test_nothing_of_one_account_exists_for_another(local: Local) -> None:
    plan: dict[str, Any] = {
        "short_codes": ["12345"],
        "messaging_services": ["Shop"],
        "templates": ["Hello"],
        "verified_callers": [HANDSET],
    }
    owner, other = await local.account(**plan), await local.account(**plan)
    paths = [pair async for pair in owned(owner)]

    for path, change in paths:
        before = (await owner.call("GET", path)).json
        assert (await other.call("GET", path)).status == 404, path
        if change:
            assert (await other.call("POST", path, change)).status == 404, path
        assert (await other.call("DELETE", path)).status in (404, 405), path
        assert (await owner.call("GET", path)).json == before, path
    assert len(paths) == 14


@pytest.mark.parametrize("key", ["Messages", "Calls", "Keys", "Applications", "OutgoingCallerIds"])
async def test_a_foreign_account_in_the_path_leads_nowhere(local: Local, key: str) -> None:
    owner, other = await local.account(), await local.account()

    answer = await other.call("GET", f"/2010-04-01/Accounts/{owner.sid}/{key}.json")

    assert (answer.status, answer.code) == (404, 20404)
