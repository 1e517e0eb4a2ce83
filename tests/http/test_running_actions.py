import asyncio

import pytest
from tests.http.outside import ADA, Api, served

from ringback.clock import iso, machine_clock
from ringback.settings import Settings
from twilio_simulator.faults.book import Action

pytestmark = pytest.mark.anyio

HI = {"to": ADA, "body": "Hi Ada"}


async def test_a_text_is_sent_and_answered_with_its_job(shop: Api) -> None:
    answer = await shop.run("SendMessage", HI)

    assert answer.status == 200
    assert answer.body["state"] == "done"
    assert answer.body["message"]["sid"] == answer.body["result"]["sid"]
    assert [message.body for message in shop.simulator.account.messages.values()] == ["Hi Ada"]


async def test_an_answer_is_kept_by_no_cache(shop: Api) -> None:
    answer = await shop.run("SendMessage", HI)

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_same_key_and_input_hear_of_the_first_job(shop: Api) -> None:
    first = await shop.run("SendMessage", HI, headers={"Idempotency-Key": "order-42"})
    again = await shop.run("SendMessage", HI, headers={"Idempotency-Key": "order-42"})

    assert again.status == 200
    assert again.body["id"] == first.body["id"]
    assert len(shop.simulator.account.messages) == 1


async def test_the_same_key_with_another_input_is_a_conflict(shop: Api) -> None:
    await shop.run("SendMessage", HI, headers={"Idempotency-Key": "order-42"})
    other = await shop.run("SendMessage", HI | {"body": "Bye"}, headers={"Idempotency-Key": "order-42"})

    assert other.status == 409
    assert other.headers["Content-Type"] == "application/problem+json"
    assert "order-42" in other.body["detail"]


async def test_many_copies_at_once_become_one_job(shop: Api) -> None:
    copies = [shop.run("SendMessage", HI, headers={"Idempotency-Key": "order-7"}) for _ in range(8)]
    answers = await asyncio.gather(*copies)

    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["id"] for answer in answers}) == 1
    assert len(shop.simulator.account.messages) == 1


async def test_an_empty_key_is_bad_input(shop: Api) -> None:
    answer = await shop.run("SendMessage", HI, headers={"Idempotency-Key": ""})

    assert answer.status == 422
    assert answer.fields == {"Idempotency-Key"}


async def test_a_refusal_of_twilio_is_answered_with_the_job(shop: Api) -> None:
    answer = await shop.run("SendMessage", HI | {"sender": "+14155550177"})

    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.body["state"] == "refused"
    assert answer.body["error"]["remedy"]


async def test_a_lost_answer_is_202_with_the_address_of_the_job(shop: Api) -> None:
    shop.simulator.faults.add({"operation": "CreateMessage"}, [Action(kind="drop")])

    answer = await shop.run("SendMessage", HI | {"body": "Hi again"})

    assert answer.status == 202
    assert answer.body["state"] == "unknown"
    assert answer.headers["Location"] == f"/v1/jobs/{answer.body['id']}"
    job = await shop.get(answer.headers["Location"])
    assert job.body["id"] == answer.body["id"]


async def test_who_does_not_want_to_wait_hears_that_it_is_on_its_way(settings: Settings) -> None:
    async with served(settings, dispatch=False) as api:
        await api.connected()
        for prefer in ("wait=0", "respond-async", "handling=lenient, wait=0"):
            answer = await api.run("SendMessage", HI, headers={"Prefer": prefer})

            assert answer.status == 202
            assert answer.body["state"] == "waiting"
            assert answer.headers["Location"] == f"/v1/jobs/{answer.body['id']}"


async def test_a_wrong_code_is_done_but_not_verified(shop: Api) -> None:
    started = await shop.run("SendVerify", {"to": ADA})
    checked = await shop.run("VerifyCode", {"to": ADA, "code": "0000"})

    assert started.status == 200
    assert checked.status == 200
    assert checked.body["result"]["verified"] is False
    assert checked.body["result"]["outcome"] == "wrong_code"


async def test_a_code_is_shown_nowhere(shop: Api) -> None:
    await shop.run("SendVerify", {"to": ADA})
    body = {"account": "shop", "to": ADA, "code": "9182736455"}
    explained = await shop.post("/v1/actions/VerifyCode/explain", body)
    checked = await shop.post("/v1/actions/VerifyCode", body)
    job = await shop.get(f"/v1/jobs/{checked.body['id']}")

    for answer in (explained, checked, job):
        assert answer.status == 200
        assert "9182736455" not in answer.text


async def test_keywords_are_filled(shop: Api) -> None:
    body = HI | {"body": "Hi {{name}}", "keywords": {"name": "Ada"}}
    answer = await shop.run("SendMessage", body)

    assert answer.status == 200
    assert [message.body for message in shop.simulator.account.messages.values()] == ["Hi Ada"]


async def test_a_read_answers_the_same_envelope_without_an_id(shop: Api) -> None:
    await shop.run("SendMessage", HI)
    answer = await shop.run("ListMessages", {"to": ADA})

    assert answer.status == 200
    assert answer.body["id"] is None
    assert answer.body["state"] == "done"
    assert [message["body"] for message in answer.body["result"]["messages"]] == ["Hi Ada"]


async def test_a_read_that_twilio_refuses_is_a_problem_with_its_code(shop: Api) -> None:
    answer = await shop.run("GetMessage", {"sid": "SM" + "0" * 32})

    assert answer.status == 422
    assert answer.body["code"] == 20404
    assert answer.body["verdict"] == "refused"
    assert answer.body["remedy"]


async def test_a_read_that_found_nobody_is_a_bad_gateway_with_a_remedy(shop: Api) -> None:
    refusal = Action(kind="error", status=429, code=20429, retry_after=7)
    shop.simulator.faults.add({"operation": "ListMessage"}, [refusal])

    answer = await shop.run("ListMessages", {})

    assert answer.status == answer.body["status"] == 502
    assert answer.body["verdict"] == "not_sent"
    assert answer.body["remedy"]
    assert answer.headers["Retry-After"] == "7"


async def test_a_read_without_an_answer_is_a_bad_gateway_not_a_202(shop: Api) -> None:
    shop.simulator.faults.add({"operation": "ListMessage"}, [Action(kind="drop")] * 2)

    answer = await shop.run("ListMessages", {})

    assert answer.status == 502


async def test_everything_that_is_wrong_is_named_at_once(shop: Api) -> None:
    body = {"account": 7, "keywords": ["Ada"], "to": "12", "sender": "x" * 30, "texts": "Hi"}
    answer = await shop.post("/v1/actions/SendMessage", body)

    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.fields == {"account", "keywords", "to", "sender", "texts"}


async def test_a_field_that_waits_for_bad_keywords_is_not_judged(shop: Api) -> None:
    body = {"to": "{{phone}}", "keywords": "phone=1", "body": "Hi"}
    answer = await shop.run("SendMessage", body)

    assert answer.fields == {"keywords"}


async def test_a_missing_account_is_named_with_what_else_is_missing(shop: Api) -> None:
    answer = await shop.post("/v1/actions/SendMessage", {"sender": "+14155550100"})

    assert answer.fields == {"account", "to"}


async def test_keywords_are_an_object_even_if_all_else_is_well(shop: Api) -> None:
    answer = await shop.run("SendMessage", HI | {"keywords": [["name", "Ada"]]})

    assert answer.fields == {"keywords"}
    assert not shop.simulator.account.messages


async def test_an_unknown_account_is_named_beside_the_other_errors(shop: Api) -> None:
    answer = await shop.post("/v1/actions/SendMessage", {"account": "shoop", "to": "12", "body": "Hi"})

    assert answer.fields >= {"account", "to"}
    assert "shop" in answer.text


async def test_an_unknown_action_is_not_found_with_its_neighbours(shop: Api) -> None:
    answer = await shop.run("SendMesage", HI)

    assert answer.status == 404
    assert "SendMessage" in answer.body["detail"]


async def test_explaining_sends_nothing(shop: Api) -> None:
    body = {"account": "shop", "to": ADA, "body": "Hi {{name}}", "keywords": {"name": "Ada"}}
    answer = await shop.post("/v1/actions/SendMessage/explain", body)

    assert answer.status == 200
    assert ["Body", "Hi Ada"] in answer.body["request"]["parameters"]
    assert answer.body["segments"]["segments"] == 1
    assert answer.body["keywords"] == [{"name": "name", "field": "body"}]
    assert not shop.simulator.account.messages
    assert (await shop.get("/v1/jobs")).body["jobs"] == []


async def test_the_catalogue_shows_each_action_with_its_schema_and_examples(api: Api) -> None:
    listed = (await api.get("/v1/actions")).body["actions"]
    one = (await api.get("/v1/actions/SendMessage")).body

    assert one in listed
    assert one["effect"] == "send"
    assert one["channel"] == "sms"
    assert one["input"]["required"] == ["account", "to"]
    assert one["examples"][0]["account"]


async def test_an_action_that_does_not_exist_cannot_be_shown(api: Api) -> None:
    answer = await api.get("/v1/actions/SendFax")

    assert answer.status == 404


async def test_a_text_to_send_later_is_accepted_at_once_and_says_when_it_leaves(shop: Api) -> None:
    later = iso(machine_clock() + 3_600_000)

    answer = await shop.run("SendMessage", HI | {"send_at": later}, headers={"Prefer": "wait=30"})

    assert (answer.status, answer.body["state"], answer.body["due_at"]) == (202, "waiting", later)
    withdrawn = await shop.post(f"{answer.headers['Location']}/withdraw", {})
    assert withdrawn.body["state"] == "withdrawn"


async def test_a_text_to_send_in_the_past_is_bad_input(shop: Api) -> None:
    answer = await shop.run("SendMessage", HI | {"send_at": "2001-01-01T00:00:00Z"})

    assert answer.status == 422
    assert [error["field"] for error in answer.body["errors"]] == ["send_at"]
