"""Unknown jobs are looked for by themselves, twice, however many processes there are."""

import asyncio
from typing import Any

import pytest
from tests.outbox.elsewhere import Listing, looking_over
from tests.shop import ADA, DROPPED, DROPPED_BEFORE, HI, LIMITED, Shop, kinds

from ringback.clock import machine_clock
from ringback.outbox.reconcile import Reconcile
from ringback.outcome import Outcome, Timeline
from ringback.store import Store, open_store
from ringback.store.jobs import FAR_FUTURE
from ringback.store.listing import JobFilter
from ringback.store.rows import State
from ringback.twilio import resources
from ringback.twilio.resources import Product, Resource

pytestmark = pytest.mark.anyio

MESSAGES = "/Messages.json"
STALLED = {"kind": "server_error", "stage": "after"}


async def lost(shop: Shop, fault: dict[str, str] = DROPPED, **inputs: Any) -> Outcome:
    """A text whose answer did not come; by default it was sent all the same."""
    await shop.fault(fault)
    outcome = await shop.run(**inputs)
    assert outcome.state is State.UNKNOWN
    return outcome


async def later(shop: Shop, reconcile: Reconcile | None = None) -> None:
    """The time to look has come, and somebody looks."""
    shop.alter("update jobs set look_at = 1 where state = 'unknown' and look_at < ?", FAR_FUTURE)
    await (reconcile or shop.parts.reconcile).look_up_due()


def join_beside(shop: Shop, store: Store) -> Reconcile:
    """The same of another process."""
    return Reconcile(
        store, shop.parts.accounts, shop.parts.verifications, machine_clock, shop.parts.sending_again
    )


def message_of(job: Timeline) -> str:
    return str(job.events[-1]["detail"]["message"])


async def lists(shop: Shop) -> int:
    journal = await shop.control("GET", "/requests")
    return sum(str(request["subject"]).endswith("ListMessage") for request in journal["requests"])


async def test_a_lost_send_is_looked_for_after_a_minute_and_no_sooner(shop: Shop) -> None:
    outcome = await lost(shop)
    row = await shop.parts.store.jobs.get(str(outcome.id))

    await shop.parts.reconcile.look_up_due()

    assert row is not None
    assert row.look_at is not None
    assert 55_000 < row.look_at - shop.parts.clock() <= 60_000
    assert await lists(shop) == 0
    await later(shop)
    job = await shop.job(outcome)
    assert job.state is State.DONE
    assert job.events[-1]["who"] == "listing"
    assert "matched by listing" in job.events[-1]["detail"]["message"]
    assert (job.result or {})["matched_by"] == "listing"


@pytest.mark.parametrize("fault", [DROPPED, STALLED], ids=["no answer", "a server error after all"])
async def test_whatever_hid_the_answer_the_message_is_found(shop: Shop, fault: dict[str, str]) -> None:
    outcome = await lost(shop, fault)

    await later(shop)

    assert (await shop.job(outcome)).state is State.DONE


async def test_one_that_is_not_found_is_looked_for_again_in_ten_minutes(shop: Shop) -> None:
    outcome = await lost(shop, DROPPED_BEFORE)

    await later(shop)

    row = await shop.parts.store.jobs.get(str(outcome.id))
    assert row is not None
    assert row.look_at is not None
    assert (row.state, row.looks) == (State.UNKNOWN, 1)
    assert 595_000 < row.look_at - shop.parts.clock() <= 600_000
    assert "looked for again in 10 minutes" in message_of(await shop.job(outcome))


async def test_after_the_second_look_the_job_says_so_and_what_to_do(shop: Shop) -> None:
    outcome = await lost(shop, DROPPED_BEFORE)

    for _ in range(3):
        await later(shop)

    job = await shop.job(outcome)
    assert job.state is State.UNKNOWN
    assert kinds(job).count("looked_up") == 2
    error = job.error or {}
    assert error["message"] == message_of(job) == "Not found at Twilio after 10 minutes."
    assert error["cause"] == (outcome.error or {})["message"]
    assert "settle the job as done, or as not_sent and send it again" in error["remedy"]


async def test_an_account_may_take_what_is_not_found_for_not_sent(shop: Shop) -> None:
    await shop.connector.accounts.change("shop", {"not_found_means": "not_sent"})
    absent, first = await lost(shop, DROPPED_BEFORE, body="Bye"), await lost(shop)
    second = await lost(shop, DROPPED_BEFORE)

    await later(shop)
    assert (await shop.job(absent)).state is State.UNKNOWN
    await later(shop)

    job = await shop.job(absent)
    assert job.state is State.NOT_SENT
    assert "Not found at Twilio after 10 minutes." in (job.error or {})["message"]
    assert "setting not_found_means" in (job.error or {})["message"]
    assert [(await shop.job(one)).state for one in (first, second)] == [State.UNKNOWN] * 2


async def test_an_account_may_have_what_is_not_found_sent_again_but_once(shop: Shop) -> None:
    await shop.connector.accounts.change("shop", {"not_found_means": "send_again"})
    absent, sent = await lost(shop, DROPPED_BEFORE, body="Bye"), await lost(shop)
    await shop.fault(DROPPED_BEFORE)

    for _ in range(2):
        await later(shop)

    error = (await shop.job(absent)).error or {}
    assert error["message"].startswith("Not found at Twilio after 10 minutes.")
    assert error["message"].endswith(f"It was sent again as {error['sent_again_as']}.")
    second = await shop.connector.wait(error["sent_again_as"], 30)
    assert (second.state, (await shop.job(sent)).state) == (State.UNKNOWN, State.DONE)
    for _ in range(2):
        await later(shop)
    last = await shop.job(second)
    assert (last.state, "sent_again_as" in (last.error or {})) == (State.NOT_SENT, False)
    assert len(await shop.connector.jobs(JobFilter(), 10)) == 3


async def test_what_cannot_be_sent_again_ends_and_says_why(shop: Shop) -> None:
    await shop.connector.accounts.change("shop", {"not_found_means": "send_again"})
    outcome = await lost(shop, DROPPED_BEFORE, expires_at="2100-01-01T00:00:00Z")
    shop.alter("update jobs set expires_at = 1 where id = ?", outcome.id)

    for _ in range(2):
        await later(shop)

    job = await shop.job(outcome)
    assert job.state is State.NOT_SENT
    assert "has passed its expires_at" in (job.error or {})["remedy"]
    assert len(await shop.connector.jobs(JobFilter(), 10)) == 1


async def test_what_fits_but_for_its_time_is_not_taken_and_not_called_absent(shop: Shop) -> None:
    await shop.connector.accounts.change("shop", {"not_found_means": "not_sent"})
    outcome = await lost(shop)
    await shop.advance(600)

    for _ in range(2):
        await later(shop)

    job = await shop.job(outcome)
    assert job.state is State.UNKNOWN
    assert "1 message at Twilio would fit this job but for the time" in (job.error or {})["message"]


@pytest.mark.parametrize("files", [[], ["https://example.org/a.png"]], ids=["a text", "a caption"])
async def test_one_whose_text_may_have_been_erased_is_neither_taken_nor_called_absent(
    shop: Shop, files: list[str]
) -> None:
    await shop.connector.accounts.change("shop", {"not_found_means": "not_sent"})
    outcome = await lost(shop, media_urls=files)
    await shop.advance(20)  # it arrives
    (sid,) = shop.simulator.account.messages
    assert (await shop.run("RedactMessage", sid=sid)).state is State.DONE

    for _ in range(2):
        await later(shop)

    job = await shop.job(outcome)
    assert (job.state, job.message) == (State.UNKNOWN, None)
    assert "or for a text that is gone" in (job.error or {})["message"]


async def test_files_whose_caption_may_have_been_erased_prove_no_other_job(shop: Shop) -> None:
    await shop.connector.accounts.change("shop", {"not_found_means": "send_again"})
    files = ["https://example.org/a.png"]
    captioned = await lost(shop, media_urls=files)
    await shop.advance(20)  # it arrives
    (sid,) = shop.simulator.account.messages
    assert (await shop.run("RedactMessage", sid=sid)).state is State.DONE
    alone = await lost(shop, DROPPED_BEFORE, media_urls=files, body=None)

    for _ in range(2):
        await later(shop)

    for outcome in (captioned, alone):
        job = await shop.job(outcome)
        assert job.state is State.UNKNOWN
        assert "or for a text that is gone" in (job.error or {})["message"]
    assert shop.texts == 1


async def test_a_text_that_is_gone_hides_no_message_that_says_the_same(shop: Shop) -> None:
    outcome = await lost(shop)
    other = await shop.run(body="Bye")
    sid = str((other.result or {})["sid"])
    await shop.advance(20)
    assert (await shop.run("RedactMessage", sid=sid)).state is State.DONE
    shop.alter("delete from messages where sid = ?", sid)  # as if another program had sent it

    await later(shop)

    assert (await shop.job(outcome)).state is State.DONE


async def test_a_list_that_cannot_be_read_is_asked_for_twice_and_left_to_a_person(shop: Shop) -> None:
    outcome = await lost(shop)
    elsewhere = looking_over(
        shop, Listing(shop.transport, MESSAGES, lambda _: {"messages": [{"sid": "SM1"}]})
    )

    for _ in range(3):
        await later(shop, elsewhere)

    job = await shop.job(outcome)
    assert (job.state, kinds(job).count("looked_up")) == (State.UNKNOWN, 2)
    assert (job.error or {})["message"].startswith("Twilio answered what Ringback cannot read")


async def test_a_machine_whose_clock_is_behind_the_databases_finds_it_too(shop: Shop) -> None:
    outcome = await lost(shop)
    shop.alter("update attempts set ended_at = started_at - 7200000")

    await later(shop)

    assert (await shop.job(outcome)).state is State.DONE


async def test_equal_jobs_and_as_many_messages_settle_each_other_by_one_list(shop: Shop) -> None:
    outcomes = [await lost(shop) for _ in range(3)]
    other = await lost(shop, body="Bye")

    await later(shop)

    jobs = [await shop.job(outcome) for outcome in (*outcomes, other)]
    assert {job.state for job in jobs} == {State.DONE}
    sids = [job.message.sid for job in jobs if job.message is not None]
    assert sids == list(shop.simulator.account.messages)
    assert await lists(shop) == 1


async def test_equal_jobs_and_fewer_messages_stay_unknown_and_say_why(shop: Shop) -> None:
    sent, absent = await lost(shop), await lost(shop, DROPPED_BEFORE)

    for _ in range(2):
        await later(shop)

    for outcome in (sent, absent):
        job = await shop.job(outcome)
        assert job.state is State.UNKNOWN
        assert (job.error or {})["message"].startswith("1 message at Twilio fit 2 jobs")
        assert "with the SID of its message" in (job.error or {})["remedy"]


async def test_once_a_person_has_settled_one_the_other_is_plain(shop: Shop) -> None:
    sent, absent = await lost(shop), await lost(shop, DROPPED_BEFORE)
    (sid,) = shop.simulator.account.messages
    await shop.connector.settle(str(sent.id), State.DONE, "ada", sid)

    for _ in range(2):
        await later(shop)

    assert (await shop.job(absent)).error == {
        **(absent.error or {}),
        "message": "Not found at Twilio after 10 minutes.",
        "cause": (absent.error or {})["message"],
        "remedy": ((await shop.job(absent)).error or {})["remedy"],
    }


async def test_one_that_a_person_called_done_may_have_made_the_message(shop: Shop) -> None:
    sent, absent = await lost(shop), await lost(shop, DROPPED_BEFORE)
    await shop.connector.settle(str(sent.id), State.DONE, "ada")

    await later(shop)

    assert (await shop.job(absent)).state is State.UNKNOWN


@pytest.mark.parametrize("fault", [None, DROPPED], ids=["done", "unknown"])
async def test_what_the_same_account_sent_under_another_name_is_counted_too(
    shop: Shop, fault: dict[str, str] | None
) -> None:
    await shop.connect("again")
    absent = await lost(shop, DROPPED_BEFORE)
    await shop.fault(fault or {"kind": "none"})
    sent = await shop.connector.run("SendMessage", HI, account="again")
    assert sent.state is (State.DONE if fault is None else State.UNKNOWN)

    await later(shop)

    assert (await shop.job(absent)).state is State.UNKNOWN
    assert (await shop.job(sent)).state is sent.state


async def test_beside_an_equal_job_that_runs_nothing_is_judged(shop: Shop) -> None:
    outcome, running = await lost(shop, DROPPED_BEFORE), await shop.run()
    shop.alter("delete from messages")
    shop.alter(
        "update jobs set state = 'running', message_sid = null, lease_until = 1 << 60 where id = ?",
        running.id,
    )

    await later(shop)

    row = await shop.parts.store.jobs.get(str(outcome.id))
    assert row is not None
    assert (row.state, row.looks) == (State.UNKNOWN, 0)
    await shop.connector.reconcile(str(outcome.id), "ada")
    assert "is being sent, so nothing is decided" in message_of(await shop.job(outcome))


async def test_processes_share_the_looks_and_each_job_gets_one(shop: Shop) -> None:
    for number in range(4):
        await lost(shop, DROPPED_BEFORE, to=f"+1415555020{number}")
    shop.alter("update jobs set look_at = 1")

    async with open_store(shop.database) as store:
        other = join_beside(shop, store)
        await asyncio.gather(*(reconcile.look_up_due() for reconcile in (shop.parts.reconcile, other) * 3))

    assert await lists(shop) == 4
    rows = await shop.parts.store.listing.newest(JobFilter(), 10)
    assert [row.looks for row in rows] == [1] * 4


async def test_a_look_that_a_process_did_not_finish_is_made_by_another(shop: Shop) -> None:
    outcome = await lost(shop)
    shop.alter("update jobs set look_at = 1")
    (taken,) = await shop.parts.store.looks.take_due()

    assert await shop.parts.store.looks.take_due() == []
    assert taken.look_at is not None
    assert 55_000 < taken.look_at - shop.parts.clock() <= 60_000
    async with open_store(shop.database) as store:
        shop.alter("update jobs set look_at = 1")
        await join_beside(shop, store).look_up_due()

    assert (await shop.job(outcome)).state is State.DONE


async def test_a_twilio_that_cannot_be_asked_costs_no_look(shop: Shop) -> None:
    outcomes = [await lost(shop, to=f"+1415555012{digit}") for digit in (3, 4, 5)]
    await shop.fault({"kind": "server_error"}, operation="ListMessage")

    await later(shop)

    jobs = [await shop.parts.store.jobs.get(str(one.id)) for one in outcomes]
    assert [(job.state, job.looks) for job in jobs if job] == [(State.UNKNOWN, 0)] * 3
    assert await lists(shop) == 1
    await later(shop)
    assert {(await shop.job(one)).state for one in outcomes} == {State.DONE}


async def test_lists_that_never_come_keep_no_other_away(shop: Shop) -> None:
    outcomes = [await lost(shop, to=f"+1415555012{digit}") for digit in range(6)]
    transport = shop.transport
    for digit in range(2):
        transport = Listing(transport, f"To=%2B1415555012{digit}", lambda _: {}, 500)
    reconcile = looking_over(shop, transport)

    for _ in range(3):
        await later(shop, reconcile)

    states = [(await shop.job(one)).state for one in outcomes]
    assert states == [State.UNKNOWN] * 2 + [State.DONE] * 4


async def test_a_list_that_twilio_refuses_is_asked_for_twice_and_left_to_a_person(shop: Shop) -> None:
    outcome = await lost(shop)
    refusal: dict[str, Any] = {"kind": "refusal", "code": 21211}
    await shop.fault(refusal, refusal, refusal, operation="ListMessage")

    for _ in range(3):
        await later(shop)

    job = await shop.job(outcome)
    assert (job.state, await lists(shop)) == (State.UNKNOWN, 2)
    assert (job.error or {})["message"].startswith("Twilio would not tell what became of this job.")
    assert (job.error or {})["remedy"].startswith("Settle the job")


async def test_what_an_action_that_is_no_more_did_is_left_to_a_person_at_once(shop: Shop) -> None:
    outcome = await lost(shop)
    shop.alter("update jobs set action = 'SendFax' where id = ?", outcome.id)

    await later(shop)
    await later(shop)

    job = await shop.job(outcome)
    assert kinds(job).count("looked_up") == 1
    assert "Nothing that Twilio lists shows whether SendFax" in (job.error or {})["message"]


async def test_of_a_removed_account_the_jobs_are_left_to_a_person(shop: Shop) -> None:
    outcome = await lost(shop)
    await shop.connector.accounts.remove("shop")

    await later(shop)

    assert "account shop was removed" in ((await shop.job(outcome)).error or {})["message"]


async def test_a_message_of_a_service_is_found_from_its_pools_number(shop: Shop) -> None:
    twilio = await shop.parts.accounts.open(await shop.account())
    service = await twilio.create(resources.messaging_services(), FriendlyName="Pool")
    number = await anext(twilio.items(resources.incoming_numbers()))
    pool = Resource(Product.MESSAGING, f"/v1/Services/{service['sid']}/PhoneNumbers")
    await twilio.create(pool, PhoneNumberSid=number["sid"])
    outcome = await lost(shop, sender=service["sid"])
    await shop.advance(5)

    await later(shop)

    job = await shop.job(outcome)
    assert job.state is State.DONE
    assert (job.result or {})["sender"] == number["phone_number"]


@pytest.mark.parametrize(("ruleset", "body"), [("classic", "Hi Ada"), ("2026", "sms_2fa")])
async def test_a_trial_accounts_message_is_found_as_twilio_changed_it(
    shop: Shop, ruleset: str, body: str
) -> None:
    account = shop.simulator.account
    await shop.control("POST", f"/accounts/{account.sid}/verified-callers", {"numbers": [ADA]})
    await shop.control("PATCH", f"/accounts/{account.sid}", {"type": "Trial", "ruleset": ruleset})
    outcome = await lost(shop, body=body)
    (text,) = account.messages.values()
    assert text.body != body

    await later(shop)

    assert (await shop.job(outcome)).state is State.DONE


async def test_a_lapsed_lease_is_looked_for_too(shop: Shop) -> None:
    outcome = await shop.run()
    shop.alter("delete from messages")
    shop.alter("update jobs set state = 'running', message_sid = null, lease_owner = 'gone', lease_until = 1")
    shop.alter("delete from attempts")
    await shop.parts.store.outcomes.condemn_lapsed(shop.parts.clock())

    await later(shop)

    job = await shop.job(outcome)
    assert job.state is State.DONE
    assert job.message is not None
    assert [job.message.sid] == list(shop.simulator.account.messages)


async def test_a_rate_limit_is_no_unknown_outcome(shop: Shop) -> None:
    await shop.fault(LIMITED)

    outcome = await shop.run()

    row = await shop.parts.store.jobs.get(str(outcome.id))
    assert row is not None
    assert (row.state, row.look_at) == (State.DONE, None)


async def test_twilios_own_words_about_a_look_never_reach_the_log(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    await lost(shop)
    # As the real one does, it names who they are.
    said = {"code": 21211, "message": f"The 'To' number {ADA} is not a valid phone number."}

    await later(shop, looking_over(shop, Listing(shop.transport, MESSAGES, lambda _: said, 400)))

    assert "not_looked_up" in caplog.text
    assert "Twilio answered 400, code 21211." in caplog.text
    assert ADA not in caplog.text
