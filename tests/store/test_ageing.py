"""Waiting jobs that expire, and finished ones that lose their texts, on both kinds of database."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from tests.store.conftest import NOBODY, NewJobOf, alter, ticket

from ringback.clock import iso, machine_clock
from ringback.settings import DatabasePlace
from ringback.store import Store
from ringback.store.claims import Claimed
from ringback.store.endings import Ending, MadeMessage, Place
from ringback.store.listing import JobFilter
from ringback.store.rows import Job, State
from ringback.store.verifications import Use

pytestmark = pytest.mark.anyio
ADA = "+15005550006"
SID = "SM" + "1" * 32
PICTURE = "https://example.org/ada.png"
BODY = "Your table is ready"
HOUR = 3_600_000


async def get(store: Store, job_id: str = "job_1") -> Job:
    job = await store.jobs.get(job_id)
    assert job is not None
    return job


async def accept(store: Store, new_job: NewJobOf, job_id: str = "job_1", **more: Any) -> None:
    assert await store.jobs.accept(replace(new_job(job_id), **more), NOBODY) is not None


async def end(store: Store, ending: Ending, job_id: str = "job_1") -> None:
    """Run a job to its end."""
    claimed = await store.claims.claim(ticket(job_id), None, "p", 20)
    assert isinstance(claimed, Claimed)
    place = Place(account_id="acc_shop", job_id=job_id, attempt=1)
    await store.outcomes.record(place, ending, "p", machine_clock() - 2 * HOUR)


async def test_a_waiting_job_that_expires_is_withdrawn_and_says_why(store: Store, new_job: NewJobOf) -> None:
    past = machine_clock() - 1
    await accept(store, new_job, expires_at=past)
    await accept(store, new_job, "job_2", expires_at=past + HOUR)
    await accept(store, new_job, "job_3")

    assert await store.ageing.withdraw_expired("expiry", 10) == ["job_1"]

    job = await get(store)
    assert (job.state, job.sealed) == (State.WITHDRAWN, None)
    _, events = await store.jobs.timeline("job_1")
    assert (events[-1].kind, events[-1].who) == ("withdrawn", "expiry")
    assert iso(past) in json.loads(events[-1].detail)["message"]
    assert job.error is not None
    assert json.loads(job.error) == json.loads(events[-1].detail)
    assert (await get(store, "job_2")).state is (await get(store, "job_3")).state is State.WAITING


async def test_a_job_that_left_does_not_expire(store: Store, new_job: NewJobOf, place: DatabasePlace) -> None:
    await accept(store, new_job, expires_at=machine_clock() + HOUR)
    claimed = await store.claims.claim(ticket(), None, "p", 20)
    assert isinstance(claimed, Claimed)
    await alter(place, "update jobs set expires_at = 1")

    assert await store.ageing.withdraw_expired("expiry", 10) == []
    assert (await get(store)).state is State.RUNNING


async def test_many_sweeps_at_once_withdraw_each_job_once(store: Store, new_job: NewJobOf) -> None:
    for number in range(20):
        await accept(store, new_job, f"job_{number:02}", expires_at=machine_clock() - number)

    swept = await asyncio.gather(*(store.ageing.withdraw_expired(f"p{n}", 20) for n in range(6)))

    assert sorted(job_id for ids in swept for job_id in ids) == [f"job_{n:02}" for n in range(20)]
    for number in range(20):
        _, events = await store.jobs.timeline(f"job_{number:02}")
        assert [event.kind for event in events].count("withdrawn") == 1


async def finished(store: Store, new_job: NewJobOf) -> None:
    """A job that ended two hours ago and holds texts and numbers wherever a job can."""
    wanted = {
        "to": ADA,
        "sender": "+14155550101",
        "body": BODY,
        "media_urls": ["https://example.org/ada.png"],
    }
    await accept(
        store,
        new_job,
        idempotency_key="order-42",
        input=json.dumps(wanted),
        notes=f'["500 was read as {ADA}"]',
    )
    result = {"sid": SID, "status": "queued", "to": ADA, "num_segments": 1}
    message = MadeMessage(sid=SID, status="queued", error_message=f"{ADA} is away")
    error = {"message": f"No way to {ADA} or ada@example.org: {BODY}", "code": 21211}
    ending = Ending(state=State.DONE, result=json.dumps(result), error=error, message=message)
    await end(store, ending)


async def held(store: Store) -> str:
    """All that the ledger holds about the job."""
    attempts, events = await store.jobs.timeline("job_1")
    return f"{await get(store)} {attempts} {events}"


async def test_a_job_that_ended_long_ago_loses_texts_and_numbers_and_stays(
    store: Store, new_job: NewJobOf
) -> None:
    await finished(store, new_job)
    before = await get(store)
    told = await held(store)
    assert [text for text in (ADA, BODY, "ada.png", "ada@") if text not in told] == []

    assert await store.ageing.redact(HOUR, 10) == 1

    job = await get(store)
    told = await held(store)
    assert [text for text in (ADA[2:], BODY, "ada.png", "ada@") if text in told] == []
    assert job.redacted_at is not None
    for name in ("state", "idempotency_key", "input_digest", "message_sid", "message_status", "updated_at"):
        assert getattr(job, name) == getattr(before, name)
    assert job.recipient is None
    assert json.loads(str(job.result))["sid"] == job.message_sid
    assert json.loads(str(job.error))["code"] == 21211
    assert await store.listing.newest(JobFilter(recipient=ADA), 10) == []
    known = await store.jobs.by_key("acc_shop", "order-42")
    assert known is not None
    assert known.id == job.id


async def test_what_is_young_or_open_keeps_its_texts(store: Store, new_job: NewJobOf) -> None:
    await finished(store, new_job)
    await accept(store, new_job, "job_2")
    await accept(store, new_job, "job_3")
    await end(store, Ending(state=State.UNKNOWN), "job_3")

    assert await store.ageing.redact(3 * HOUR, 10) == 0
    assert await store.ageing.redact(HOUR, 10) == 1
    assert [(await get(store, name)).redacted_at for name in ("job_2", "job_3")] == [None, None]


async def test_many_redact_at_once_and_in_batches(store: Store, new_job: NewJobOf) -> None:
    for number in range(12):
        await accept(store, new_job, f"job_{number:02}")
        await end(store, Ending(state=State.REFUSED), f"job_{number:02}")

    while sum(await asyncio.gather(*(store.ageing.redact(HOUR, 5) for _ in range(3)))):
        pass

    jobs = await store.listing.newest(JobFilter(), 20)
    assert len(jobs) == 12
    assert all(job.redacted_at is not None and job.recipient is None for job in jobs)


async def test_a_status_that_comes_after_the_redaction_still_moves_the_message(
    store: Store, new_job: NewJobOf
) -> None:
    await finished(store, new_job)
    await store.ageing.redact(HOUR, 10)
    place = Place(account_id="acc_shop", job_id="job_1", attempt=1)

    await store.outcomes.report(place, MadeMessage(sid=SID, status="delivered"), "callback", machine_clock())

    assert (await get(store)).message_status == "delivered"


async def test_twilios_words_that_come_after_the_redaction_are_not_kept(
    store: Store, new_job: NewJobOf
) -> None:
    await finished(store, new_job)
    await store.ageing.redact(HOUR, 10)
    place = Place(account_id="acc_shop", job_id="job_1", attempt=1)
    late = MadeMessage(
        sid=SID, status="undelivered", error_code=30003, error_message=f"{ADA} cannot be reached"
    )

    await store.outcomes.report(place, late, "callback", machine_clock())

    job = await get(store)
    assert (job.message_status, job.message_error_code, job.message_error) == ("undelivered", 30003, None)
    assert ADA not in await held(store)


async def test_verifications_forget_their_recipient(store: Store) -> None:
    old, young = machine_clock() - 2 * HOUR, machine_clock()
    for name, now in (("old", old), ("young", young)):
        await store.verifications.keep(
            Use("acc_shop", name, "job_1"),
            service_sid="VA1",
            recipient=ADA,
            started_at=now,
            deadline=now,
            deadline_is_ours=0,
            max_checks=None,
            max_sends=None,
            now=now,
        )

    assert await store.ageing.redact_verifications(HOUR, 10) == 1

    kept = {name: await store.verifications.by_sid("acc_shop", name) for name in ("old", "young")}
    assert {name: row and row.recipient for name, row in kept.items()} == {"old": "", "young": ADA}
