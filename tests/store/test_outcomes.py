"""What becomes of a job: by its try, a callback, a lapsed lease or a person."""

import asyncio
import json
from dataclasses import replace

import pytest
from tests.store.conftest import NOBODY, NewJobOf, alter, ticket

from ringback.settings import DatabasePlace
from ringback.store import Store
from ringback.store.claims import Claimed, Later
from ringback.store.endings import Ending, MadeMessage, Place
from ringback.store.rows import Job, State

pytestmark = pytest.mark.anyio

FIRST = Place(account_id="acc_shop", job_id="job_1", attempt=1)
SID, OTHER_SID = "SM" + "1" * 32, "SM" + "2" * 32
SENT = Ending(
    state=State.DONE, result='{"sid": "x", "num_segments": 1}', message=MadeMessage(sid=SID, status="queued")
)
LOST = Ending(state=State.UNKNOWN, error={"message": "no answer"})


async def running(store: Store, new_job: NewJobOf, lease: float = 20) -> None:
    await store.jobs.accept(new_job(), NOBODY)
    await store.claims.claim(ticket(), None, "p", lease)


async def the_job(store: Store) -> Job:
    job = await store.jobs.get("job_1")
    assert job is not None
    return job


async def kinds(store: Store) -> list[str]:
    _, events = await store.jobs.timeline("job_1")
    return [event.kind for event in events]


async def test_an_answer_ends_the_job_and_erases_its_secrets(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)

    await store.outcomes.record(FIRST, SENT, "p", 3_000)

    job = await the_job(store)
    assert (job.state, job.message_sid, job.message_status) == (State.DONE, SID, "queued")
    assert job.sealed is None
    assert job.lease_owner is None
    attempts, _ = await store.jobs.timeline("job_1")
    assert [attempt.verdict for attempt in attempts] == ["done"]


async def test_who_waits_is_told_what_a_read_would_find(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    with store.watch.on("job_1") as change:
        await store.outcomes.record(FIRST, SENT, "p", 3_000, await the_job(store))

        assert change.job is not None
        assert change.job == await the_job(store)


async def test_who_waits_must_read_what_a_callback_had_changed(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    claimed = await the_job(store)
    await store.outcomes.report(FIRST, MadeMessage(sid=SID, status="delivered"), "callback", 2_000)
    with store.watch.on("job_1") as change:
        await store.outcomes.record(FIRST, SENT, "p", 3_000, claimed)

        assert change.happened
        assert change.job is None


async def test_a_repeated_report_changes_nothing(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    await store.outcomes.record(FIRST, SENT, "p", 3_000)
    delivered = MadeMessage(sid=SID, status="delivered")

    assert await store.outcomes.report(FIRST, delivered, "callback", 4_000)
    before = await kinds(store)
    assert not await store.outcomes.report(FIRST, delivered, "callback", 5_000)

    assert await kinds(store) == before
    assert (await the_job(store)).message_status == "delivered"


async def test_reports_out_of_order_leave_the_furthest_status(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    await store.outcomes.record(FIRST, SENT, "p", 3_000)

    for status in ("delivered", "sent", "queued"):
        await store.outcomes.report(FIRST, MadeMessage(sid=SID, status=status), "callback", 4_000)

    assert (await the_job(store)).message_status == "delivered"
    assert (await kinds(store)).count("status") == 3


async def test_a_callback_ahead_of_the_answer_wins_and_the_answer_completes_it(
    store: Store, new_job: NewJobOf
) -> None:
    await running(store, new_job)

    await store.outcomes.report(FIRST, MadeMessage(sid=SID, status="sent"), "callback", 2_500)
    assert (await the_job(store)).state is State.DONE
    await store.outcomes.record(FIRST, SENT, "p", 3_000)

    job = await the_job(store)
    assert (job.state, job.message_status) == (State.DONE, "sent")
    assert json.loads(job.result or "{}")["num_segments"] == 1
    assert "alarm" not in await kinds(store)


async def test_a_lost_answer_is_unknown_until_the_callback_settles_it(
    store: Store, new_job: NewJobOf
) -> None:
    await running(store, new_job)
    await store.outcomes.record(FIRST, LOST, "p", 3_000)
    assert (await the_job(store)).state is State.UNKNOWN

    await store.outcomes.report(FIRST, MadeMessage(sid=SID, status="delivered"), "callback", 4_000)

    job = await the_job(store)
    assert (job.state, job.message_sid, job.error) == (State.DONE, SID, None)


async def test_a_lapsed_lease_is_unknown_and_a_live_one_is_not(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)

    assert await store.outcomes.condemn_lapsed(3_000) == []
    await store.claims.renew(["job_1"], "p", -0.01)
    assert await store.outcomes.condemn_lapsed(3_000) == ["job_1"]

    assert (await the_job(store)).state is State.UNKNOWN


async def test_a_slow_process_may_still_record_its_answer(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job, lease=-0.01)
    assert await store.outcomes.condemn_lapsed(3_000) == ["job_1"]

    await store.outcomes.record(FIRST, SENT, "p", 10_000)

    assert (await the_job(store)).state is State.DONE


async def test_a_job_put_back_waits_for_its_time_and_keeps_its_secrets(
    store: Store, new_job: NewJobOf, place: DatabasePlace
) -> None:
    await running(store, new_job)
    again = Ending(state=State.WAITING, error={"message": "refused connection"}, wait=60_000)

    await store.outcomes.record(FIRST, again, "p", 3_000)

    job = await the_job(store)
    assert (job.state, job.sealed) == (State.WAITING, b"sealed")
    assert isinstance(await store.claims.claim(ticket(), None, "p", 20), Later)
    await alter(place, "update jobs set due_at = 1")
    assert isinstance(await store.claims.claim(ticket(), None, "p", 20), Claimed)
    attempts, _ = await store.jobs.timeline("job_1")
    assert [attempt.verdict for attempt in attempts] == ["not_sent", None]


async def test_a_callback_takes_a_waiting_job_out_of_the_queue(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    await store.outcomes.record(FIRST, Ending(state=State.WAITING), "p", 3_000)

    await store.outcomes.report(FIRST, MadeMessage(sid=SID, status="sent"), "callback", 3_000)

    assert (await the_job(store)).state is State.DONE
    assert await store.claims.claim(ticket(), None, "p", 20) is None


async def test_a_second_message_for_one_job_is_an_alarm(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    await store.outcomes.record(FIRST, SENT, "p", 3_000)

    await store.outcomes.report(FIRST, MadeMessage(sid=OTHER_SID, status="sent"), "callback", 4_000)

    _, events = await store.jobs.timeline("job_1")
    alarms = [json.loads(event.detail) for event in events if event.kind == "alarm"]
    assert [alarm["sid"] for alarm in alarms] == [OTHER_SID]
    assert (await the_job(store)).message_sid == SID


async def test_a_person_settles_only_what_is_unknown_and_is_named(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    given_up = Ending(state=State.NOT_SENT, error={"message": "gone"})
    assert not await store.outcomes.settle(FIRST, given_up, "ada", 3_000)
    await store.outcomes.record(FIRST, LOST, "p", 3_000)

    assert await store.outcomes.settle(FIRST, given_up, "ada", 4_000)

    assert (await the_job(store)).state is State.NOT_SENT
    _, events = await store.jobs.timeline("job_1")
    assert (events[-1].kind, events[-1].who) == ("settled", "ada")


async def test_an_answer_against_what_a_person_settled_is_an_alarm(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    await store.outcomes.record(FIRST, LOST, "p", 3_000)
    await store.outcomes.settle(FIRST, Ending(state=State.NOT_SENT), "ada", 4_000)

    await store.outcomes.report(FIRST, MadeMessage(sid=SID, status="sent"), "callback", 5_000)

    job = await the_job(store)
    assert (job.state, job.message_sid) == (State.NOT_SENT, SID)
    assert "alarm" in await kinds(store)


async def test_a_try_that_cannot_tell_contradicts_nobody_who_could(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    await store.outcomes.report(FIRST, MadeMessage(sid=SID, status="sent"), "callback", 2_500)

    await store.outcomes.record(FIRST, LOST, "p", 3_000)

    assert (await the_job(store)).state is State.DONE
    assert "alarm" not in await kinds(store)


async def test_a_repeated_write_contradicts_nobody_who_settled_the_job_meanwhile(
    store: Store, new_job: NewJobOf
) -> None:
    await running(store, new_job)
    await store.outcomes.record(FIRST, LOST, "p", 3_000)
    await store.outcomes.settle(FIRST, Ending(state=State.NOT_SENT), "ada", 3_200)

    await store.outcomes.record(FIRST, LOST, "p", 3_500)

    assert (await the_job(store)).state is State.NOT_SENT
    assert "alarm" not in await kinds(store)


async def test_a_repeated_write_contradicts_nobody_who_withdrew_the_job_meanwhile(
    store: Store, new_job: NewJobOf
) -> None:
    await running(store, new_job)
    again = Ending(state=State.WAITING, error={"message": "not now"})
    await store.outcomes.record(FIRST, again, "p", 3_000)
    assert await store.jobs.withdraw("job_1", "ada", 3_200)

    await store.outcomes.record(FIRST, again, "p", 3_500)

    assert (await the_job(store)).state is State.WITHDRAWN
    assert "alarm" not in await kinds(store)


async def test_a_failure_keeps_its_code_and_words(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    await store.outcomes.record(FIRST, SENT, "p", 3_000)
    failed = MadeMessage(sid=SID, status="undelivered", error_code=30003, error_message="Unreachable")

    await store.outcomes.report(FIRST, failed, "callback", 4_000)

    job = await the_job(store)
    assert (job.message_status, job.message_error_code) == ("undelivered", 30003)


async def test_a_try_that_speaks_twice_does_not_end_the_next(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    again = Ending(state=State.WAITING, error={"message": "not now"})
    await store.outcomes.record(FIRST, again, "p", 3_000)
    await store.outcomes.record(FIRST, again, "p", 3_000)
    assert isinstance(await store.claims.claim(ticket(), None, "p", 20), Claimed)

    await store.outcomes.record(FIRST, again, "p", 3_000)
    await store.outcomes.record(FIRST, replace(again, state=State.NOT_SENT), "p", 3_000)

    job = await the_job(store)
    assert (job.state, job.attempts) == (State.RUNNING, 2)
    _, events = await store.jobs.timeline("job_1")
    assert [event.kind for event in events] == ["accepted", "running", "put_back", "running"]


async def test_an_answer_and_all_its_callbacks_may_come_at_once(store: Store, new_job: NewJobOf) -> None:
    await running(store, new_job)
    statuses = ["queued", "sending", "sent", "delivered"]

    heard = await asyncio.gather(
        store.outcomes.record(FIRST, SENT, "p", 3_000),
        *(
            store.outcomes.report(FIRST, MadeMessage(sid=SID, status=status), "callback", 3_000)
            for status in statuses
            for _ in range(3)
        ),
    )

    assert heard.count(True) == len(statuses)
    job = await the_job(store)
    assert (job.state, job.message_status) == (State.DONE, "delivered")
    _, events = await store.jobs.timeline("job_1")
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event for event in events if event.kind == "alarm"] == []
