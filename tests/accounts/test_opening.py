import logging
from dataclasses import replace

import pytest
from tests.accounts.desk import Desk, live

from ringback.errors import Misconfigured, NotFound, Refused
from ringback.secrets import Keyring
from ringback.twilio import resources

pytestmark = pytest.mark.anyio


async def test_an_account_opens_without_the_network(desk: Desk) -> None:
    body = await desk.connected()
    account = await desk.accounts.find("shop")
    desk.transport.hosts.clear()

    twilio = await desk.accounts.open(account, status_callback="https://example.org/hooks/1")

    assert desk.transport.hosts == []
    assert (twilio.account_sid, twilio.status_callback) == (
        body["account_sid"],
        "https://example.org/hooks/1",
    )
    assert (await twilio.fetch(resources.account()))["sid"] == body["account_sid"]


async def test_requests_use_the_api_key_where_there_is_one(desk: Desk) -> None:
    body = await desk.body_with_key()
    await desk.accounts.connect(body)

    twilio = await desk.accounts.open(await desk.accounts.find("shop"))

    assert await twilio.fetch(resources.incoming_numbers())
    with pytest.raises(Refused):
        await twilio.fetch(resources.account())
    assert await desk.accounts.tokens(await desk.accounts.find("shop")) == [body["auth_token"]]


async def test_the_world_of_a_simulator_has_the_simulators_time(desk: Desk) -> None:
    await desk.connected()

    before = await desk.accounts.world_time(await desk.accounts.find("shop"))
    await desk.control("POST", "/clock/advance", {"seconds": 86_400})

    assert await desk.accounts.world_time(await desk.accounts.find("shop")) - before >= 86_400_000


async def test_the_world_of_twilio_has_the_machines_time(desk: Desk) -> None:
    await desk.accounts.connect(live(await desk.customer()))
    account = await desk.accounts.find("shop")
    desk.transport.hosts.clear()

    assert await desk.accounts.world_time(account) >= account.created_at
    assert desk.transport.hosts == []


async def test_an_unknown_name_is_answered_with_those_there_are(desk: Desk) -> None:
    with pytest.raises(NotFound, match="none is connected yet"):
        await desk.accounts.find("shop")
    await desk.connected()
    await desk.connected(name="billing")

    with pytest.raises(NotFound, match=r"no account shpo\. Did you mean shop\? Connected: billing, shop\."):
        await desk.accounts.find("shpo")


async def test_a_list_shows_masked_sids_and_no_secret(desk: Desk) -> None:
    body = await desk.body_with_key()
    await desk.accounts.connect(body)

    (shown,) = await desk.accounts.list()

    text = shown.model_dump_json() + repr(shown) + str(shown.model_json_schema())
    assert shown.account_sid == f"{body['account_sid'][:4]}…{body['account_sid'][-4:]}"
    for hidden in ("account_sid", "auth_token", "api_key_sid", "api_key_secret"):
        assert body[hidden] not in text
    assert shown.created_at.endswith("Z")


async def test_no_secret_is_in_the_database_the_log_or_a_repr(
    desk: Desk, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = await desk.body_with_key()
    await desk.accounts.connect(body)
    turned = await desk.turn(body["account_sid"], tokens="rotate")
    await desk.accounts.rotate("shop", {"auth_token": turned["auth_token"]})
    await desk.accounts.test("shop")

    account = await desk.accounts.find("shop")
    said = capsys.readouterr()
    texts = [said.out, said.err, caplog.text, repr(account), repr(await desk.accounts.open(account))]
    files = [path.read_bytes() for path in desk.settings.key_file.parent.iterdir()]

    assert "account_connected" in caplog.text
    for secret in (body["auth_token"], body["api_key_secret"], turned["auth_token"]):
        assert not any(secret in text for text in texts)
        assert not any(secret.encode() in content for content in files)


async def test_a_sealed_secret_opens_in_its_own_row_and_column_alone(desk: Desk) -> None:
    await desk.accounts.connect(await desk.body_with_key())
    await desk.connected(name="other")
    shop, other = await desk.accounts.find("shop"), await desk.accounts.find("other")

    for forged in (
        replace(other, auth_token=shop.auth_token),
        replace(shop, auth_token=shop.api_key_secret or b""),
    ):
        with pytest.raises(Misconfigured, match=r"changed or moved"):
            await desk.accounts.tokens(forged)


async def test_a_row_that_points_elsewhere_does_not_give_its_secret_away(desk: Desk) -> None:
    await desk.connected()
    account = await desk.accounts.find("shop")

    for moved in (
        replace(account, base_url="http://10.0.0.5:4010"),
        replace(account, base_url=None),
        replace(account, environment="production"),
    ):
        with pytest.raises(Misconfigured, match="account shop cannot be used"):
            await desk.accounts.open(moved)


async def test_a_row_without_its_secret_is_not_used(desk: Desk) -> None:
    await desk.connected()
    account = await desk.accounts.find("shop")

    with pytest.raises(Misconfigured, match="has lost its auth_token"):
        await desk.accounts.open(replace(account, auth_token=b""))


async def test_a_missing_key_is_met_at_the_start(desk: Desk) -> None:
    await desk.accounts.check_key()
    await desk.connected()
    await desk.accounts.check_key()

    desk.keyring = Keyring.generate()

    with pytest.raises(Misconfigured, match="Put back the key file"):
        await desk.accounts.check_key()


async def test_saving_seals_anew_under_the_newest_key(desk: Desk) -> None:
    await desk.connected()
    desk.keyring = desk.keyring.rotated()
    old = await desk.accounts.find("shop")

    await desk.accounts.change("shop", {"default_country": "IN"})

    new = await desk.accounts.find("shop")
    assert desk.keyring.needs_resealing(old.auth_token)
    assert not desk.keyring.needs_resealing(new.auth_token)


async def test_what_a_claim_saw_changed_is_opened_anew(desk: Desk) -> None:
    body = await desk.connected()
    here, there = desk.accounts, desk.accounts
    before = await here.find("shop")
    first = await here.opened(before.id, before.updated_at)

    turned = await desk.turn(body["account_sid"], tokens="create_secondary")
    await there.rotate("shop", {"auth_token": turned["secondary_auth_token"]})
    after = await there.find("shop")

    assert first is not None
    assert await here.opened(before.id, before.updated_at) is first
    assert (anew := await here.opened(after.id, after.updated_at)) is not None
    assert anew.account == after
    assert await here.opened("acc_none", 1) is None


async def test_a_change_made_here_is_seen_at_once(desk: Desk) -> None:
    await desk.connected()
    accounts = desk.accounts
    assert (await accounts.recent("shop")).default_country is None

    await accounts.change("shop", {"default_country": "IN"})

    assert (await accounts.recent("shop")).default_country == "IN"
    await accounts.remove("shop")
    with pytest.raises(NotFound):
        await accounts.recent("shop")
