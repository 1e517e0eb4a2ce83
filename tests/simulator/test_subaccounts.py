"""Subaccounts and API keys."""

import asyncio
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped] # has no types

from twilio_simulator.sdk import connect

pytestmark = pytest.mark.anyio


async def subaccount(local: Local) -> Local:
    made = (await local.call("POST", "/2010-04-01/Accounts.json", {"FriendlyName": "Branch"})).json
    facts = {
        "account_sid": made["sid"],
        "auth_token": made["auth_token"],
        "number": "",
        "whatsapp_sender": "",
        "verify_service": "",
    }
    return Local(local.simulator, facts)


async def test_a_subaccount_has_its_own_token_and_belongs_to_its_parent(local: Local) -> None:
    child = await subaccount(local)

    seen = await child.call("GET", "{}.json")

    assert seen.json["owner_account_sid"] == local.sid
    assert (seen.json["friendly_name"], seen.json["type"], seen.json["status"]) == (
        "Branch",
        "Full",
        "active",
    )
    assert (await child.call("GET", f"/2010-04-01/Accounts/{local.sid}.json")).status == 404
    assert (await child.call("POST", "/2010-04-01/Accounts.json")).code == 20403


async def test_a_parent_acts_for_its_subaccount(local: Local) -> None:
    child = await subaccount(local)
    base = f"/2010-04-01/Accounts/{child.sid}"

    bought = await local.call("POST", f"{base}/IncomingPhoneNumbers.json", {"AreaCode": "212"})
    form = {"To": HANDSET, "From": bought.json["phone_number"], "Body": "Hi"}
    sent = await local.call("POST", f"{base}/Messages.json", form)

    assert (bought.json["account_sid"], sent.json["account_sid"]) == (child.sid, child.sid)
    assert len((await child.call("GET", "{}/Messages.json")).json["messages"]) == 1
    assert (await local.call("GET", "{}/Messages.json")).json["messages"] == []
    moved = f"{base}/IncomingPhoneNumbers/{bought.json['sid']}.json"
    assert (await local.call("POST", moved, {"AccountSid": local.sid})).json["account_sid"] == local.sid
    stranger = await local.account()
    back = f"{{}}/IncomingPhoneNumbers/{bought.json['sid']}.json"
    assert (await local.call("POST", back, {"AccountSid": stranger.sid})).status == 404


async def test_a_suspended_subaccount_is_shut_until_its_parent_wakes_it(local: Local) -> None:
    child = await subaccount(local)
    path = f"/2010-04-01/Accounts/{child.sid}.json"
    await local.call("POST", path, {"Status": "suspended"})

    assert (await child.call("GET", "{}.json")).status == 401
    shut = await local.call("GET", f"/2010-04-01/Accounts/{child.sid}/Messages.json")
    assert shut.code == 20005
    assert (await local.call("POST", path, {"Status": "active"})).json["status"] == "active"
    assert (await child.call("GET", "{}.json")).status == 200

    await local.call("POST", path, {"Status": "closed"})
    assert (await local.call("POST", path, {"Status": "active"})).code == 21479
    assert (await local.call("POST", path, {"Status": "asleep"})).code == 21475
    assert (await local.call("POST", "{}.json", {"Status": "suspended"})).code == 21477


async def test_a_suspended_parent_shuts_its_subaccounts(local: Local) -> None:
    child = await subaccount(local)
    await local.change(status="suspended")

    assert (await child.call("GET", "{}.json")).status == 401


async def test_accounts_are_listed_with_their_subaccounts(local: Local) -> None:
    child = await subaccount(local)
    await local.account()
    path = "/2010-04-01/Accounts.json"

    async def listed(query: str = "") -> list[str]:
        return [one["sid"] for one in (await local.call("GET", path + query)).json["accounts"]]

    assert await listed() == [local.sid, child.sid]
    assert await listed("?FriendlyName=Branch") == [child.sid]
    assert await listed("?Status=closed") == []
    assert (await local.call("POST", "{}.json", {"FriendlyName": "Head"})).json["friendly_name"] == "Head"


async def test_a_subaccount_pays_from_its_parents_balance(local: Local) -> None:
    child = await subaccount(local)

    assert (await child.call("GET", "{}/Balance.json")).json["balance"] == "100.00"


async def test_keys_are_made_used_and_revoked_through_the_sdk(local: Local) -> None:
    client = connect(local.simulator.url, local.sid, local.token)

    def program() -> dict[str, Any]:
        made = client.new_keys.create(friendly_name="CI")
        client.keys(made.sid).update(friendly_name="Build")
        listed = [one.friendly_name for one in client.keys.list()]
        keyed = connect(local.simulator.url, made.sid, made.secret)
        keyed.account_sid = local.sid
        works = len(keyed.api.v2010.accounts(local.sid).incoming_phone_numbers.list())
        with pytest.raises(TwilioRestException) as shut:
            keyed.api.v2010.accounts(local.sid).keys(made.sid).fetch()
        named = client.keys(made.sid).fetch().friendly_name
        deleted = client.keys(made.sid).delete()
        with pytest.raises(TwilioRestException) as revoked:
            keyed.api.v2010.accounts(local.sid).messages.create(to=HANDSET, from_=local.number, body="Hi")
        keyed.http_client.close()
        codes = (shut.value.status, revoked.value.status)
        return {"listed": listed, "works": works, "named": named, "deleted": deleted, "codes": codes}

    found = await asyncio.to_thread(program)
    client.http_client.close()

    assert found == {
        "listed": ["Build"],
        "works": 1,
        "named": "Build",
        "deleted": True,
        "codes": (401, 401),
    }


async def test_signing_keys_are_the_same_keys(local: Local) -> None:
    account = await local.account(api_keys=1)
    made = await account.call("POST", "{}/SigningKeys.json", {"FriendlyName": "Old"})

    assert (made.status, len(made.json["secret"])) == (201, 32)
    page = (await account.call("GET", "{}/SigningKeys.json")).json
    assert [one["friendly_name"] for one in page["signing_keys"]] == ["", "Old"]
    assert (await account.call("GET", "{}/Keys/SK" + "0" * 32 + ".json")).status == 404


async def test_what_a_subaccount_sends_is_paid_by_its_parent(local: Local) -> None:
    child = await subaccount(local)
    await local.change(balance="12345.678")
    number = (await child.call("POST", "{}/IncomingPhoneNumbers.json", {"AreaCode": "212"})).json
    form = {"To": "+14155550123", "From": number["phone_number"], "Twiml": "<Response/>"}
    await child.call("POST", "{}/Calls.json", form)
    await child.sent(From=number["phone_number"])
    await local.advance(60)

    balances = [(await one.call("GET", "{}/Balance.json")).json["balance"] for one in (local, child)]

    assert balances[0] == balances[1] == "12345.6561"


@pytest.mark.parametrize(("given", "shown"), [("-0.5", "-0.50"), ("1234567", "1234567.00"), ("0.05", "0.05")])
async def test_a_balance_is_written_out(local: Local, given: str, shown: str) -> None:
    await local.change(balance=given)

    assert (await local.call("GET", "{}/Balance.json")).json["balance"] == shown
