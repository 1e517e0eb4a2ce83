import pytest
from tests.http.outside import ADA, Api

pytestmark = pytest.mark.anyio


async def test_connecting_answers_with_the_capability_report_and_no_secret(api: Api) -> None:
    body = api.credentials()
    answer = await api.post("/v1/accounts", body)

    assert answer.status == 201
    assert answer.headers["Location"] == "/v1/accounts/shop"
    assert answer.body["report"]["status"] == "active"
    assert body["auth_token"] not in answer.text
    assert body["account_sid"] not in answer.text


async def test_a_connected_account_is_listed_and_shown_masked(shop: Api) -> None:
    listed = await shop.get("/v1/accounts")
    shown = await shop.get("/v1/accounts/shop")

    assert [account["name"] for account in listed.body["accounts"]] == ["shop"]
    assert listed.body["accounts"][0] == shown.body
    assert "…" in shown.body["account_sid"]


async def test_a_name_that_is_taken_is_a_conflict(shop: Api) -> None:
    answer = await shop.post("/v1/accounts", shop.credentials())

    assert answer.status == 409


async def test_wrong_credentials_name_the_field_and_save_nothing(api: Api) -> None:
    answer = await api.post("/v1/accounts", api.credentials() | {"auth_token": "f" * 32})

    assert answer.status == 422
    assert answer.fields == {"auth_token"}
    assert (await api.get("/v1/accounts")).body == {"accounts": []}


async def test_every_bad_field_is_named_and_no_secret_comes_back(api: Api) -> None:
    secret = "0123456789abcdef" * 2 + "x"
    answer = await api.post("/v1/accounts", {"name": "1st", "auth_token": secret, "colour": "red"})

    assert answer.status == 422
    assert answer.fields == {"name", "account_sid", "auth_token", "colour"}
    assert secret not in answer.text


async def test_a_change_is_kept_and_null_clears(shop: Api) -> None:
    changed = await shop.ask("PATCH", "/v1/accounts/shop", {"default_country": "IN"})
    cleared = await shop.ask("PATCH", "/v1/accounts/shop", {"default_country": None})

    assert (changed.status, changed.body["default_country"]) == (200, "IN")
    assert (cleared.status, cleared.body["default_country"]) == (200, None)


async def test_a_test_answers_a_fresh_report(shop: Api) -> None:
    answer = await shop.post("/v1/accounts/shop/test")

    assert answer.status == 200
    assert answer.body["status"] == "active"


async def test_secrets_that_do_not_work_do_not_replace_those_that_do(shop: Api) -> None:
    refused = await shop.post("/v1/accounts/shop/rotate", {"auth_token": "e" * 32})
    sent = await shop.run("SendMessage", {"to": ADA, "body": "Still here"})

    assert refused.status == 422
    assert refused.fields == {"auth_token"}
    assert sent.status == 200


async def test_working_secrets_replace_the_old(shop: Api) -> None:
    body = {"auth_token": shop.simulator.account.auth_token}
    answer = await shop.post("/v1/accounts/shop/rotate", body)

    assert answer.status == 200
    assert body["auth_token"] not in answer.text


async def test_a_removed_account_is_gone(shop: Api) -> None:
    removed = await shop.ask("DELETE", "/v1/accounts/shop")

    assert (removed.status, removed.text) == (204, "")
    assert (await shop.get("/v1/accounts/shop")).status == 404
    assert (await shop.ask("DELETE", "/v1/accounts/shop")).status == 404


async def test_a_misspelt_account_is_answered_with_the_likely_one(shop: Api) -> None:
    answer = await shop.get("/v1/accounts/shup")

    assert answer.status == 404
    assert "shop" in answer.body["detail"]
