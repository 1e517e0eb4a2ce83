import pytest
from tests.http.outside import ADA, Api

pytestmark = pytest.mark.anyio


async def pace(api: Api, sender: str, per_second: object, **given: str) -> tuple[int, object]:
    path = f"/v1/accounts/shop/senders/{sender}"
    answer = await api.ask("PUT", path, {"per_second": per_second}, **given)
    return answer.status, answer.body


async def listed(api: Api, query: str = "", **given: str) -> list[str]:
    answer = await api.get(f"/v1/senders{query}", **given)
    assert answer.status == 200, answer.text
    return [facts["sender"] for facts in answer.body["senders"]]


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("+14155550100", "+14155550100"),
        ("%2B14155550100", "+14155550100"),
        ("whatsapp:+14155550100", "whatsapp:+14155550100"),
        ("whatsapp%3A%2B14155550100", "whatsapp:+14155550100"),
        ("Ada%20%26%20Co", "Ada & Co"),
        ("MG" + "1" * 32, "MG" + "1" * 32),
    ],
)
async def test_a_senders_pace_is_set_under_its_own_address(shop: Api, written: str, sender: str) -> None:
    status, body = await pace(shop, written, 2.5)

    assert (status, body) == (
        200,
        {
            "sender": sender,
            "account": "shop",
            "per_second": 2.5,
            "set": True,
            "waiting": 0,
            "segments": 0,
            "held_until": None,
            "done_by": None,
        },
    )
    assert await listed(shop, "?account=shop") == [sender]


async def test_null_gives_a_sender_its_kinds_pace_again(shop: Api) -> None:
    await pace(shop, "12345", 2)

    status, _ = await pace(shop, "12345", None)

    assert (status, await listed(shop)) == (200, [])


@pytest.mark.parametrize(
    "body", [{}, {"per_second": 0}, {"per_second": "fast"}, {"per_second": 1, "more": 2}]
)
async def test_a_pace_that_is_none_is_refused(shop: Api, body: object) -> None:
    answer = await shop.ask("PUT", "/v1/accounts/shop/senders/12345", body)

    assert answer.status == 422
    assert answer.fields & {"per_second", "more"}


async def test_reading_takes_read_and_setting_takes_admin(shop: Api) -> None:
    reader, elsewhere = await shop.new_key("read"), await shop.new_key("admin", accounts=["other"])
    await pace(shop, "12345", 2)

    assert (await pace(shop, "12345", 3, key=reader))[0] == 403
    assert (await pace(shop, "12345", 3, key=elsewhere))[0] == 403
    assert await listed(shop, key=reader) == ["12345"]
    assert await listed(shop, key=elsewhere) == []
    assert (await shop.get("/v1/senders?account=shop", key=elsewhere)).status == 403


async def test_senders_of_no_account_are_not_found(shop: Api) -> None:
    assert (await shop.get("/v1/senders?account=nobody")).status == 404
    assert (await shop.ask("PUT", "/v1/accounts/nobody/senders/1", {"per_second": 1})).status == 404
    assert (await shop.get("/v1/senders?colour=red")).status == 422


async def test_a_job_behind_others_of_its_sender_tells_when_it_is_expected(shop: Api) -> None:
    sender = shop.simulator.introduction()["number"]
    await pace(shop, sender, 0.01)
    wanted = {"to": ADA, "body": "Hi"}
    await shop.run("SendMessage", wanted)

    answer = await shop.run("SendMessage", wanted, headers={"Prefer": "wait=0"})

    assert answer.status == 202
    assert answer.body["expected_at"] > answer.body["due_at"]
    (facts,) = (await shop.get("/v1/senders")).body["senders"]
    assert facts["waiting"] == 1
    assert facts["done_by"] > answer.body["expected_at"]
