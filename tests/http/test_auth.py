import pytest
from tests.http.outside import ADA, Api

pytestmark = pytest.mark.anyio

HI = {"to": ADA, "body": "Hi"}


async def test_without_a_key_nothing_under_v1_answers(shop: Api) -> None:
    for method, path in (
        ("GET", "/v1/accounts"),
        ("POST", "/v1/accounts"),
        ("GET", "/v1/actions"),
        ("POST", "/v1/actions/SendMessage"),
        ("POST", "/v1/actions/NoSuchAction"),
        ("GET", "/v1/jobs"),
        ("GET", "/v1/jobs/job_1"),
    ):
        answer = await shop.ask(method, path, key=None)

        assert answer.status == 401, path
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "ringback keys create" in answer.body["detail"]


@pytest.mark.parametrize("header", ["Bearer rb_unknown", "Bearer ", "Basic cmI6eA==", "rb_unknown"])
async def test_a_key_nobody_knows_is_unauthorized(api: Api, header: str) -> None:
    answer = await api.get("/v1/jobs", key=None, headers={"Authorization": header})

    assert answer.status == 401


async def test_a_revoked_key_stops_working_at_once(api: Api) -> None:
    key = await api.connector.keys.create("short")
    assert (await api.get("/v1/jobs", key=key)).status == 200

    await api.connector.keys.revoke("short")

    assert (await api.get("/v1/jobs", key=key)).status == 401


@pytest.mark.parametrize(
    ("scope", "action", "inputs"),
    [
        ("send", "SendMessage", HI),
        ("verify", "SendVerify", {"to": ADA, "service_sid": "VA" + "0" * 32}),
        ("verify", "VerifyCode", {"to": ADA, "code": "123456", "service_sid": "VA" + "0" * 32}),
        ("verify", "CancelVerify", {"to": ADA, "service_sid": "VA" + "0" * 32}),
        ("read", "ListMessages", {}),
    ],
)
async def test_an_action_takes_its_own_scope_and_no_other(
    shop: Api, scope: str, action: str, inputs: dict[str, str]
) -> None:
    for held in ("read", "send", "verify"):
        answer = await shop.run(action, inputs, key=await shop.new_key(held))

        assert (answer.status == 403) is (held != scope), (held, answer.text)


async def test_explaining_a_send_takes_only_read(shop: Api) -> None:
    body = {"account": "shop"} | HI
    reader = await shop.post("/v1/actions/SendMessage/explain", body, key=await shop.new_key("read"))
    sender = await shop.post("/v1/actions/SendMessage/explain", body, key=await shop.new_key("send"))

    assert (reader.status, sender.status) == (200, 403)
    assert "read" in sender.body["detail"]


async def test_only_admin_connects_changes_and_removes_accounts(shop: Api) -> None:
    key = await shop.new_key("read", "send", "verify")

    assert (await shop.get("/v1/accounts", key=key)).status == 200
    assert (await shop.get("/v1/accounts/shop", key=key)).status == 200
    assert (await shop.post("/v1/accounts", {}, key=key)).status == 403
    assert (await shop.ask("PATCH", "/v1/accounts/shop", {}, key=key)).status == 403
    assert (await shop.ask("DELETE", "/v1/accounts/shop", key=key)).status == 403
    assert (await shop.post("/v1/accounts/shop/test", key=key)).status == 403
    assert (await shop.post("/v1/accounts/shop/rotate", {}, key=key)).status == 403


async def test_withdrawing_and_settling_take_send(shop: Api) -> None:
    job = (await shop.run("SendMessage", HI)).body["id"]
    reader, sender = await shop.new_key("read"), await shop.new_key("send")

    for verb, body in (("withdraw", None), ("settle", {"state": "done"}), ("reconcile", None)):
        assert (await shop.post(f"/v1/jobs/{job}/{verb}", body, key=reader)).status == 403
        assert (await shop.post(f"/v1/jobs/{job}/{verb}", body, key=sender)).status == 409


async def test_a_key_of_one_account_uses_no_other(shop: Api) -> None:
    key = await shop.new_key("read", "send", accounts=["other"])

    assert (await shop.run("SendMessage", HI, key=key)).status == 403
    assert (await shop.get("/v1/accounts/shop", key=key)).status == 403
    assert (await shop.get("/v1/accounts", key=key)).body == {"accounts": []}
    assert (await shop.get("/v1/jobs?account=shop", key=key)).status == 403


async def test_a_key_of_one_account_learns_of_no_other_job(shop: Api) -> None:
    await shop.connected("other")
    mine = (await shop.run("SendMessage", HI | {"account": "other"})).body["id"]
    theirs = (await shop.run("SendMessage", HI)).body["id"]
    key = await shop.new_key("read", "send", accounts=["other"])

    listed = (await shop.get("/v1/jobs", key=key)).body["jobs"]
    hidden = await shop.get(f"/v1/jobs/{theirs}", key=key)
    missing = await shop.get("/v1/jobs/job_none", key=key)

    assert [job["id"] for job in listed] == [mine]
    assert (await shop.get(f"/v1/jobs/{mine}", key=key)).status == 200
    assert hidden.status == missing.status == 404
    assert hidden.text.replace(theirs, "job_none") == missing.text
    assert (await shop.post(f"/v1/jobs/{theirs}/settle", {"state": "done"}, key=key)).status == 404


async def test_an_admin_of_one_account_connects_no_other(api: Api) -> None:
    key = await api.new_key("admin", accounts=["shop"])

    assert (await api.post("/v1/accounts", api.credentials("other"), key=key)).status == 403
    assert (await api.post("/v1/accounts", api.credentials("shop"), key=key)).status == 201
    assert (await api.ask("PATCH", "/v1/accounts/shop", {"name": "other"}, key=key)).status == 403


async def test_a_job_names_the_key_that_asked(shop: Api) -> None:
    key = await shop.connector.keys.create("orders app", ["send"])
    job = (await shop.run("SendMessage", HI, key=key)).body["id"]

    shown = (await shop.get(f"/v1/jobs/{job}")).body
    assert shown["requested_by"] == "key:orders app"
    assert shown["events"][0]["who"] == "key:orders app"
