import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.http.outside import ADA, Api, Body, served

from ringback.settings import Settings
from twilio_simulator.faults.book import Action

pytestmark = pytest.mark.anyio

BEN = "+14155550124"


@pytest.fixture
async def idle(settings: Settings) -> AsyncIterator[Api]:
    """Accepts jobs and sends none."""
    async with served(settings, dispatch=False) as api:
        await api.connected()
        yield api


async def accepted(api: Api, to: str = ADA, **headers: str) -> Body:
    answer = await api.run("SendMessage", {"to": to, "body": "Hi"}, headers={"Prefer": "wait=0"} | headers)
    assert answer.status == 202, answer.text
    job: Body = answer.body
    return job


async def unknown(api: Api) -> str:
    api.simulator.faults.add({"operation": "CreateMessage"}, [Action(kind="drop", stage="before")])
    answer = await api.run("SendMessage", {"to": ADA, "body": "Hi"})
    assert answer.body["state"] == "unknown"
    job_id: str = answer.body["id"]
    return job_id


async def test_a_job_shows_what_was_asked_each_attempt_and_each_event(shop: Api) -> None:
    job = (await shop.run("SendMessage", {"to": ADA, "body": "Hi"}, headers={"Idempotency-Key": "7"})).body

    shown = (await shop.get(f"/v1/jobs/{job['id']}")).body

    assert shown["input"]["body"] == "Hi"
    assert shown["idempotency_key"] == "7"
    assert [attempt["number"] for attempt in shown["attempts"]] == [1]
    assert shown["events"][0]["kind"] == "accepted"


async def test_no_such_job_is_not_found(api: Api) -> None:
    answer = await api.get("/v1/jobs/job_0")

    assert answer.status == 404
    assert "job_0" in answer.body["detail"]


async def test_whoever_wants_can_wait_for_a_job(idle: Api) -> None:
    job = await accepted(idle)
    assert (await idle.get(f"/v1/jobs/{job['id']}")).body["state"] == "waiting"

    waiting = asyncio.create_task(idle.get(f"/v1/jobs/{job['id']}", headers={"Prefer": "wait=30"}))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    idle.connector.start()

    assert (await waiting).body["state"] == "done"


async def test_pages_follow_each_other_without_gap_or_repeat(idle: Api) -> None:
    made = [(await accepted(idle))["id"] for _ in range(7)]

    seen, cursor = [], ""
    while cursor is not None:
        page = (await idle.get(f"/v1/jobs?limit=3{cursor and f'&cursor={cursor}'}")).body
        assert len(page["jobs"]) <= 3
        seen += [job["id"] for job in page["jobs"]]
        cursor = page["next"]

    assert seen == made[::-1]


async def test_a_page_that_is_just_full_is_the_last(idle: Api) -> None:
    for _ in range(3):
        await accepted(idle)

    assert (await idle.get("/v1/jobs?limit=3")).body["next"] is None


async def test_pages_of_a_key_with_several_accounts_are_in_one_order(idle: Api) -> None:
    await idle.connected("other")
    made = []
    for name in ("shop", "other", "shop", "other", "shop"):
        answer = await idle.run(
            "SendMessage", {"account": name, "to": ADA, "body": "Hi"}, headers={"Prefer": "wait=0"}
        )
        made.append(answer.body["id"])
    key = await idle.new_key("read", accounts=["shop", "other"])

    first = (await idle.get("/v1/jobs?limit=2", key=key)).body
    rest = (await idle.get(f"/v1/jobs?cursor={first['next']}", key=key)).body

    assert [job["id"] for job in first["jobs"] + rest["jobs"]] == made[::-1]


async def test_filters_narrow_the_list(idle: Api) -> None:
    mine = (await accepted(idle, ADA))["id"]
    await accepted(idle, BEN)

    async def ids(query: str) -> list[str]:
        return [job["id"] for job in (await idle.get(f"/v1/jobs?{query}")).body["jobs"]]

    assert await ids(f"to=%2B{ADA[1:]}") == [mine]
    assert await ids(f"to=+{ADA[1:]}") == [mine]  # a bare plus is a space in a query
    assert len(await ids("account=shop&action=SendMessage&state=waiting")) == 2
    assert await ids("state=done") == []
    assert await ids("action=SendVerify") == []
    assert await ids("account=nobody") == []


async def test_since_is_an_instant_in_either_form(idle: Api) -> None:
    first = await accepted(idle)
    second = await accepted(idle)
    at = second["created_at"]

    for since in (at, at.replace("Z", "%2B00:00"), at.replace("Z", "+00:00"), at.replace("Z", "")):
        listed = (await idle.get(f"/v1/jobs?since={since}")).body["jobs"]
        ids = [job["id"] for job in listed]
        assert second["id"] in ids
        assert (first["id"] in ids) == (first["created_at"] == at)
    assert (await idle.get("/v1/jobs?since=4102444800000")).body["jobs"] == []
    assert len((await idle.get("/v1/jobs?since=2020-01-01")).body["jobs"]) == 2


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=many",
        "since=yesterday",
        "since=99999999999999999999",
        "state=sent",
        "cursor=x",
        "sort=asc",
    ],
)
async def test_a_filter_that_cannot_be_used_is_named(api: Api, query: str) -> None:
    answer = await api.get(f"/v1/jobs?{query}")

    assert answer.status == 422
    assert answer.fields == {query.partition("=")[0]}


async def test_a_waiting_job_can_be_withdrawn_once(idle: Api) -> None:
    job = (await accepted(idle))["id"]

    withdrawn = await idle.post(f"/v1/jobs/{job}/withdraw")
    again = await idle.post(f"/v1/jobs/{job}/withdraw")

    assert (withdrawn.status, withdrawn.body["state"]) == (200, "withdrawn")
    assert again.status == 409
    assert (await idle.get(f"/v1/jobs/{job}")).body["events"][-1]["who"] == "key:tests"


async def test_a_withdrawn_job_is_what_its_key_answers(idle: Api) -> None:
    job = await accepted(idle, **{"Idempotency-Key": "late"})
    await idle.post(f"/v1/jobs/{job['id']}/withdraw")

    answer = await idle.run(
        "SendMessage", {"to": ADA, "body": "Hi"}, headers={"Idempotency-Key": "late", "Prefer": "wait=0"}
    )

    assert answer.status == 422
    assert answer.body["state"] == "withdrawn"


async def test_an_unknown_job_is_settled_by_a_person_who_is_recorded(shop: Api) -> None:
    job = await unknown(shop)

    settled = await shop.post(
        f"/v1/jobs/{job}/settle", {"state": "done", "message_sid": "SM" + "0123456789abcdef" * 2}
    )

    assert (settled.status, settled.body["state"]) == (200, "done")
    events = (await shop.get(f"/v1/jobs/{job}")).body["events"]
    assert "key:tests" in {event["who"] for event in events}
    assert (await shop.post(f"/v1/jobs/{job}/settle", {"state": "refused"})).status == 409


async def test_settling_takes_a_state_that_ends_a_job(shop: Api) -> None:
    job = await unknown(shop)

    answer = await shop.post(f"/v1/jobs/{job}/settle", {"state": "waiting", "message_sid": "12", "by": "me"})

    assert answer.status == 422
    assert answer.fields == {"state", "message_sid", "by"}


async def test_a_job_that_is_not_unknown_is_not_looked_for(shop: Api) -> None:
    job = (await shop.run("SendMessage", {"to": ADA, "body": "Hi"})).body["id"]

    assert (await shop.post(f"/v1/jobs/{job}/reconcile")).status == 409


async def test_what_was_not_sent_is_sent_again_in_the_same_step(shop: Api) -> None:
    job = await unknown(shop)

    settled = await shop.post(f"/v1/jobs/{job}/settle", {"state": "not_sent", "send_again": True})

    assert (settled.status, settled.body["state"]) == (200, "not_sent")
    new = settled.body["error"]["sent_again_as"]
    again = await shop.get(f"/v1/jobs/{new}", headers={"Prefer": "wait=10"})
    assert again.body["state"] == "done"
    assert again.body["events"][1]["detail"]["in_place_of"] == job


async def test_what_was_done_is_not_sent_again(shop: Api) -> None:
    job = await unknown(shop)

    answer = await shop.post(f"/v1/jobs/{job}/settle", {"state": "done", "send_again": True})

    assert (answer.status, answer.fields) == (422, {"send_again"})
