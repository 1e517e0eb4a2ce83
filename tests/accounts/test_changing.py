import asyncio

import pytest
from tests.accounts.desk import Desk, errors_of, live
from tests.store.conftest import NOBODY

from ringback.errors import Conflict, InvalidInput, NotFound
from ringback.store.endings import Ending, Place
from ringback.store.jobs import NewJob
from ringback.store.rows import State
from ringback.store.tickets import Ticket

pytestmark = pytest.mark.anyio

OTHER_TOKEN = "0f" * 16


async def wait_with_a_job(desk: Desk) -> str:
    """Let a job wait for the account; its id."""
    account = await desk.accounts.find("shop")
    new = NewJob(
        account_id=account.id,
        id="job_1",
        action="SendMessage",
        idempotency_key=None,
        input_digest=b"",
        input="{}",
        sealed=None,
        recipient=None,
        notes="[]",
        due_at=1,
        requested_by="test",
        now=1,
    )
    await desk.store.jobs.accept(new, NOBODY)
    return new.id


async def claim_and_lose(desk: Desk, job_id: str) -> Place:
    """Let the answer to a job's try be lost; which try it was."""
    account = await desk.accounts.find("shop")
    await desk.store.claims.claim(Ticket(job_id=job_id, account_id=account.id), None, "test", 15)
    place = Place(account_id=account.id, job_id=job_id, attempt=1)
    await desk.store.outcomes.record(place, Ending(state=State.UNKNOWN), "test", 2)
    return place


async def test_only_what_is_given_changes(desk: Desk) -> None:
    await desk.connected(default_country="IN", default_sender="98200 12345")
    before = await desk.accounts.show("shop")

    after = await desk.accounts.change("shop", {"verification_lifetime": 900})

    assert after.verification_lifetime == 900
    same = {"verification_lifetime", "updated_at"}
    assert after.model_dump(exclude=same) == before.model_dump(exclude=same)


async def test_null_clears_what_is_optional_and_resets_what_has_a_default(desk: Desk) -> None:
    await desk.connected(default_country="IN", verification_lifetime=900)

    after = await desk.accounts.change("shop", {"default_country": None, "verification_lifetime": None})

    assert (after.default_country, after.verification_lifetime) == (None, 600)


async def test_what_is_required_cannot_be_cleared(desk: Desk) -> None:
    await desk.connected()

    assert "Is required" in (await desk.unchanged({"name": None}))["name"]


async def test_a_change_that_concerns_twilio_is_tested_and_others_work_without_it(
    desk: Desk, nowhere: str
) -> None:
    body = await desk.connected()

    moved = {"base_url": nowhere, "auth_token": body["auth_token"]}
    told = await desk.unchanged(moved)
    desk.transport.hosts.clear()
    renamed = await desk.accounts.change("shop", {"name": "store", "default_country": "IN"})

    assert "refused the connection" in told["base_url"]
    assert (renamed.name, desk.transport.hosts) == ("store", [])


@pytest.mark.parametrize(
    "change",
    [
        {"account_sid": "AC" + "1" * 32},
        {"environment": "production", "base_url": None},
        {"base_url": "http://localhost:1"},
    ],
    ids=["SID", "label", "base URL"],
)
async def test_another_sid_label_or_base_url_asks_for_the_secrets_again(
    desk: Desk, change: dict[str, str | None]
) -> None:
    await desk.accounts.connect(await desk.body_with_key())
    desk.transport.hosts.clear()

    told = await desk.unchanged(change)

    assert told.keys() == {"auth_token", "api_key_secret"}
    assert "Give it again" in told["auth_token"]
    assert desk.transport.hosts == []


async def test_another_region_asks_for_the_secrets_again(desk: Desk) -> None:
    body = live(await desk.customer())
    await desk.accounts.connect(body)

    told = await desk.unchanged({"region": "ie1"})
    moved = await desk.accounts.change("shop", {"region": "ie1", "auth_token": body["auth_token"]})

    assert told.keys() == {"auth_token"}
    assert moved.region == "ie1"


async def test_with_its_secret_an_account_moves_to_another_sid(desk: Desk) -> None:
    await desk.connected()
    other = await desk.customer()

    moved = await desk.accounts.change("shop", live(other))

    assert moved.account_sid == f"{other['account_sid'][:4]}…{other['account_sid'][-4:]}"
    assert await desk.accounts.tokens(await desk.accounts.find("shop")) == [other["auth_token"]]


async def test_waiting_jobs_are_not_taken_along_to_another_account(desk: Desk) -> None:
    await desk.connected()
    await wait_with_a_job(desk)

    with pytest.raises(Conflict, match="1 job waits or runs for shop"):
        await desk.accounts.change("shop", live(await desk.customer()))


@pytest.mark.parametrize("change", ["account_sid", "region"])
async def test_while_a_job_is_unknown_its_account_stays_where_the_job_can_be_found(
    desk: Desk, change: str
) -> None:
    body = live(await desk.customer())
    await desk.accounts.connect(body)
    place = await claim_and_lose(desk, await wait_with_a_job(desk))
    other = live(await desk.customer())
    elsewhere = {"region": "ie1", "auth_token": body["auth_token"]} if change == "region" else other

    with pytest.raises(Conflict, match="1 job is unknown for shop"):
        await desk.accounts.change("shop", elsewhere)

    await desk.store.outcomes.settle(place, Ending(state=State.NOT_SENT), "ada", 3)
    await desk.accounts.change("shop", elsewhere)


async def test_an_api_key_goes_with_its_secret(desk: Desk) -> None:
    await desk.accounts.connect(await desk.body_with_key())

    other_sid = await desk.unchanged({"api_key_sid": "SK" + "1" * 32})
    without = await desk.accounts.change("shop", {"api_key_sid": None})

    assert other_sid.keys() == {"api_key_secret"}
    assert without.api_key_sid is None
    assert (await desk.accounts.find("shop")).api_key_secret is None


async def test_a_name_in_use_is_not_given_twice(desk: Desk) -> None:
    await desk.connected()
    await desk.connected(name="store")

    with pytest.raises(Conflict, match="named shop"):
        await desk.accounts.change("store", {"name": "shop"})


async def test_a_misspelt_field_is_not_dropped_in_silence(desk: Desk) -> None:
    await desk.connected()

    told = await desk.unchanged({"default_contry": "IN"})

    assert "Did you mean default_country?" in told["default_contry"]


async def test_a_rotation_is_tested_before_the_old_secret_goes(desk: Desk) -> None:
    body = await desk.connected()
    turned = await desk.turn(body["account_sid"], tokens="rotate")

    with pytest.raises(InvalidInput) as caught:
        await desk.accounts.rotate("shop", {"auth_token": OTHER_TOKEN})
    kept = await desk.accounts.tokens(await desk.accounts.find("shop"))
    await desk.accounts.rotate("shop", {"auth_token": turned["auth_token"]})

    assert errors_of(caught.value).keys() == {"auth_token"}
    assert kept == [body["auth_token"]]
    tokens = await desk.accounts.tokens(await desk.accounts.find("shop"))
    assert tokens == [turned["auth_token"], body["auth_token"]]
    assert (await desk.accounts.test("shop")).status == "active"


async def test_a_rotation_without_a_key_keeps_the_key(desk: Desk) -> None:
    body = await desk.body_with_key()
    await desk.accounts.connect(body)
    turned = await desk.turn(body["account_sid"], tokens="rotate")

    shown = await desk.accounts.rotate("shop", {"auth_token": turned["auth_token"], "api_key_sid": ""})

    assert shown.api_key_sid is not None


async def test_a_rotation_needs_a_token(desk: Desk) -> None:
    await desk.connected()

    with pytest.raises(InvalidInput, match="auth_token: Is required"):
        await desk.accounts.rotate("shop", {})


async def test_a_token_that_no_longer_works_shows_in_a_test(desk: Desk) -> None:
    body = await desk.connected()
    await desk.turn(body["account_sid"], tokens="rotate")

    with pytest.raises(InvalidInput, match="does not accept this Account SID"):
        await desk.accounts.test("shop")


async def test_a_test_keeps_its_report(desk: Desk) -> None:
    body = await desk.connected()
    await desk.turn(body["account_sid"], balance="2.5")

    report = await desk.accounts.test("shop")

    assert report.model_dump()["balance"] == {"balance": "2.50", "currency": "USD"}
    assert (await desk.accounts.show("shop")).report == report


async def test_of_two_changes_at_once_one_is_asked_to_try_again(desk: Desk) -> None:
    body = await desk.connected()
    turned = await desk.turn(body["account_sid"], tokens="create_secondary")
    accounts = desk.accounts

    ends = await asyncio.gather(
        accounts.rotate("shop", {"auth_token": turned["secondary_auth_token"]}),
        accounts.change("shop", {"default_country": "IN", "auth_token": body["auth_token"]}),
        return_exceptions=True,
    )

    assert sorted(isinstance(end, Conflict) for end in ends) == [False, True]


async def test_a_removed_account_is_gone_and_its_name_free(desk: Desk) -> None:
    body = await desk.connected()
    account = await desk.accounts.find("shop")

    await desk.accounts.remove("shop")

    removed = await desk.accounts.by_id(account.id)
    assert removed is not None
    assert (removed.auth_token, removed.api_key_secret) == (b"", None)
    with pytest.raises(NotFound, match="was removed"):
        await desk.accounts.open(removed)
    assert await desk.accounts.tokens(removed) == []
    assert (await desk.accounts.connect(body)).id != account.id


async def test_an_account_with_waiting_jobs_is_not_removed(desk: Desk) -> None:
    await desk.connected()
    job = await wait_with_a_job(desk)

    with pytest.raises(Conflict, match="1 job waits or runs"):
        await desk.accounts.remove("shop")
    await desk.store.jobs.withdraw(job, "test", 2)
    await desk.accounts.remove("shop")

    assert await desk.accounts.list() == []


async def test_a_test_does_not_bring_back_what_was_removed_meanwhile(desk: Desk) -> None:
    body = await desk.connected()
    match = {"operation": "FetchAccount", "account": body["account_sid"]}
    await desk.control("POST", "/faults", {"match": match, "do": [{"kind": "latency", "seconds": 0.2}]})
    account = await desk.accounts.find("shop")

    await asyncio.gather(desk.accounts.test("shop"), desk.accounts.remove("shop"))

    removed = await desk.accounts.by_id(account.id)
    assert removed is not None
    assert removed.auth_token == b""
