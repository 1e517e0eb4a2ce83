"""A full queue says so before anything is lost or written."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.http.outside import ADA, Api, mislay, served
from tests.shop import Shop, opened

from ringback.errors import Full, Misconfigured
from ringback.settings import Settings, read_settings
from ringback.store.backlog import LONGEST_LINE, Census

pytestmark = pytest.mark.anyio

MOST = 3
HI = {"to": ADA, "body": "Hi"}
UNDERWAY = {"Prefer": "wait=0"}


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[Shop]:
    """Accepts jobs and sends none."""
    async with opened(tmp_path, dispatch=False) as shop:
        yield shop


@pytest.fixture
async def narrow(tmp_path: Path) -> AsyncIterator[Api]:
    """A server that lets three jobs wait, and sends none."""
    settings = Settings(database=tmp_path / "ringback.db", key_file=tmp_path / "key", most_waiting=MOST)
    async with served(settings, dispatch=False) as api:
        await api.connected()
        yield api


async def test_a_full_queue_accepts_no_more_and_writes_nothing(narrow: Api) -> None:
    for number in range(MOST):
        accepted = await narrow.run("SendMessage", HI, headers=UNDERWAY | {"Idempotency-Key": str(number)})
        assert accepted.status == 202

    refused = await narrow.run("SendMessage", HI, headers=UNDERWAY | {"Idempotency-Key": "one more"})

    assert (refused.status, refused.headers["retry-after"]) == (503, "10")
    assert refused.body["title"] == "Queue full"
    assert "3 jobs wait" in refused.body["detail"]
    assert await narrow.connector.counts() == {"waiting": MOST}


async def test_a_key_of_an_accepted_job_answers_the_job_however_full_it_is(narrow: Api) -> None:
    jobs = [
        (await narrow.run("SendMessage", HI, headers=UNDERWAY | {"Idempotency-Key": str(number)})).body["id"]
        for number in range(MOST)
    ]

    again = await narrow.run("SendMessage", HI, headers=UNDERWAY | {"Idempotency-Key": "0"})
    other = await narrow.run("SendMessage", HI | {"body": "!"}, headers={"Idempotency-Key": "0"})

    assert (again.status, again.body["id"]) == (202, jobs[0])
    assert other.status == 409


async def test_what_is_read_and_what_is_wrong_is_answered_all_the_same(narrow: Api) -> None:
    for _ in range(MOST):
        await narrow.run("SendMessage", HI, headers=UNDERWAY)

    assert (await narrow.run("ListSenders", {})).status == 200
    assert (await narrow.run("SendMessage", {"to": "nobody"})).status == 422
    assert (await narrow.post("/v1/actions/SendMessage/explain", {"account": "shop"} | HI)).status == 200


async def test_there_is_room_again_once_jobs_have_left(narrow: Api) -> None:
    jobs = [(await narrow.run("SendMessage", HI, headers=UNDERWAY)).body["id"] for _ in range(MOST)]
    await narrow.post(f"/v1/jobs/{jobs[0]}/withdraw")

    assert (await narrow.run("SendMessage", HI, headers=UNDERWAY)).status == 503
    await narrow.connector.vitals.look()

    assert (await narrow.run("SendMessage", HI, headers=UNDERWAY)).status == 202


async def test_what_is_sent_again_must_find_room_or_nothing_is_settled(narrow: Api) -> None:
    lost, other, *_ = [
        (await narrow.run("SendMessage", HI, headers=UNDERWAY)).body["id"] for _ in range(MOST)
    ]
    with sqlite3.connect(str(narrow.settings.database)) as database:
        database.execute("update jobs set state = 'unknown', attempts = 1 where id = ?", (lost,))
    database.close()
    await narrow.connector.vitals.look()
    await narrow.run("SendMessage", HI, headers=UNDERWAY)
    settle = (f"/v1/jobs/{lost}/settle", {"state": "not_sent", "send_again": True})

    refused = await narrow.post(*settle)

    assert (refused.status, refused.headers["retry-after"]) == (503, "10")
    assert "3 jobs wait" in refused.body["detail"]
    assert await narrow.connector.counts() == {"unknown": 1, "waiting": MOST}
    await narrow.post(f"/v1/jobs/{other}/withdraw")
    await narrow.connector.vitals.look()
    assert (await narrow.post(*settle)).body["state"] == "not_sent"
    assert (await narrow.run("SendMessage", HI, headers=UNDERWAY)).status == 503  # it takes up room, too


async def test_jobs_that_waited_before_the_start_are_counted(idle: Shop) -> None:
    for _ in range(MOST):
        await idle.run(wait=0)
    strict = replace(idle.parts.perform, most_waiting=MOST, store=idle.parts.store)

    refusal = await strict.store.backlog.refusal(strict.most_waiting)

    assert isinstance(refusal, Full)
    census = await idle.parts.store.backlog.look()
    assert replace(census, oldest=0) == Census(waiting=MOST, running=0, unknown=0, alarms=0, oldest=0)


async def test_the_census_tells_for_how_long_a_job_has_been_due(idle: Shop) -> None:
    await idle.run(wait=0)
    due = await idle.run(wait=0)
    idle.alter("update jobs set due_at = created_at - 3600000 where id = ?", due.id)

    census = await idle.parts.store.backlog.look()
    await idle.connector.withdraw(str(due.id), who="tests")
    without = await idle.parts.store.backlog.look()

    assert census.waiting == 2
    assert census.oldest >= 3_600_000 > without.oldest


async def test_a_disk_that_is_behind_is_not_given_more(idle: Shop) -> None:
    database = idle.parts.store.database

    async def nothing(connection: object) -> None:
        assert connection

    writes = [asyncio.ensure_future(database.write(nothing)) for _ in range(LONGEST_LINE + 500)]
    await asyncio.sleep(0)
    refusal = await idle.parts.store.backlog.refusal(MOST)
    await asyncio.gather(*writes)

    assert refusal is not None
    assert (refusal.retry_after, "behind" in refusal.message) == (1, True)
    assert await idle.parts.store.backlog.refusal(MOST) is None


@pytest.mark.parametrize("given", ["none", "0", "-1", "1.5"])
def test_a_number_of_jobs_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(Misconfigured, match="RINGBACK_MOST_WAITING"):
        read_settings({"RINGBACK_MOST_WAITING": given})


def test_a_million_jobs_may_wait_unless_it_is_set() -> None:
    assert read_settings({}).most_waiting == 1_000_000
    assert read_settings({"RINGBACK_MOST_WAITING": "50000"}).most_waiting == 50_000


async def test_a_database_that_is_away_tells_when_to_ask_again(narrow: Api) -> None:
    mislay(narrow.settings.database)

    answer = await narrow.get("/v1/jobs")

    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
