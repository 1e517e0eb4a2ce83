"""The one door: keywords, validation, idempotency, explain."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.shop import ADA, DROPPED, HI, REFUSED, Shop, opened

from ringback.errors import Conflict, InvalidInput, NotFound
from ringback.store.rows import State

pytestmark = pytest.mark.anyio


async def refused_fields(shop: Shop, action: str, inputs: dict[str, Any], **more: Any) -> dict[str, str]:
    """What is said about each field."""
    with pytest.raises(InvalidInput) as caught:
        await shop.connector.run(action, inputs, **{"account": "shop"} | more)
    return {error.field: error.message for error in caught.value.errors}


async def test_keywords_are_filled_first_and_the_result_is_validated(shop: Shop) -> None:
    keywords = {"phone": "+1 (415) 555-0123", "who": {"first": "Ada"}}

    job = await shop.job(
        await shop.connector.run(
            "SendMessage", {"to": "{{phone}}", "body": "Hi {{who.first}}"}, account="shop", keywords=keywords
        )
    )

    assert (job.input["to"], job.input["body"]) == (ADA, "Hi Ada")
    said = await refused_fields(shop, "SendMessage", HI | {"to": "{{phone}}"}, keywords={"phone": "12"})
    assert set(said) == {"to"}


async def test_without_keywords_braces_are_sent_as_they_stand_with_a_note(shop: Shop) -> None:
    outcome = await shop.run(body="Hi {{name}}")

    assert (await shop.job(outcome)).input["body"] == "Hi {{name}}"
    assert "body: holds braces" in outcome.notes[0]


async def test_keywords_that_are_present_but_empty_are_strict(shop: Shop) -> None:
    said = await refused_fields(shop, "SendMessage", HI | {"body": "Hi {{name}}"}, keywords={})

    assert "Keyword name is missing" in said["body"]


async def test_every_missing_and_every_bad_field_stands_in_one_error(shop: Shop) -> None:
    inputs = {"to": "nobody", "body": "Hi {{name}}", "media_urls": ["ftp://x"], "boddy": "Hi"}

    said = await refused_fields(shop, "SendMessage", inputs, account="shoop", keywords={})

    # Not sender: the account that was meant may have a default one.
    assert set(said) == {"account", "to", "body", "media_urls.0", "boddy"}
    assert "Did you mean shop?" in said["account"]
    assert "Did you mean body?" in said["boddy"]
    assert await shop.connector.counts() == {}


async def test_a_lifetime_that_is_too_long_is_told_with_the_other_bad_fields(shop: Shop) -> None:
    inputs = {"to": "nobody", "expires_in": 601, "max_checks": 9}

    said = await refused_fields(shop, "SendVerifyWithConfiguration", inputs)

    assert set(said) == {"to", "expires_in", "max_checks"}


async def test_a_number_without_its_country_is_read_by_the_accounts_and_said_so(shop: Shop) -> None:
    await shop.connector.accounts.change("shop", {"default_country": "US"})

    outcome = await shop.run(to="(415) 555-0123")

    assert (await shop.job(outcome)).input["to"] == ADA
    assert any("415" in note and ADA in note for note in outcome.notes)


async def test_sender_and_verify_service_are_filled_from_the_account(shop: Shop) -> None:
    facts = shop.simulator.introduction()

    text = await shop.job(await shop.run())
    code = await shop.job(await shop.run("SendVerify", to=ADA))

    assert text.input["sender"] == facts["number"]
    assert code.input["service_sid"] == facts["verify_service"]


async def test_a_sender_of_ones_own_goes_before_the_accounts(shop: Shop) -> None:
    outcome = await shop.run(sender="+14155550177")

    assert outcome.state is State.REFUSED
    assert (await shop.job(outcome)).input["sender"] == "+14155550177"


async def test_an_unknown_action_is_answered_with_those_that_come_close(shop: Shop) -> None:
    with pytest.raises(NotFound, match="Did you mean SendMessage"):
        await shop.run("SendMesage")


async def test_the_same_key_and_input_hear_of_the_first_job_whatever_became_of_it(shop: Shop) -> None:
    await shop.fault(REFUSED, DROPPED)

    for state in (State.REFUSED, State.UNKNOWN, State.DONE):
        first = await shop.connector.run("SendMessage", HI, account="shop", key=state)
        again = await shop.connector.run("SendMessage", HI, account="shop", key=state)
        assert (first.state, again.id, again.state) == (state, first.id, state)

    assert shop.texts == 2


async def test_the_same_key_with_another_input_is_a_conflict(shop: Shop) -> None:
    await shop.connector.run("SendMessage", HI, account="shop", key="k")

    with pytest.raises(Conflict, match="'k' was used for another input"):
        await shop.connector.run("SendMessage", HI | {"body": "Bye"}, account="shop", key="k")
    assert await shop.requests() == ["CreateMessage"]


async def test_keywords_count_as_what_they_are_filled_with(shop: Shop) -> None:
    first = await shop.connector.run("SendMessage", HI, account="shop", key="k")

    again = await shop.connector.run(
        "SendMessage", {"to": ADA, "body": "Hi {{n}}"}, account="shop", keywords={"n": "Ada"}, key="k"
    )

    assert again.id == first.id


async def test_a_secret_belongs_to_the_same_input_even_when_it_is_long_erased(shop: Shop) -> None:
    wanted = {"to": ADA, "custom_code": "271828"}
    action = "SendVerifyWithConfiguration"
    first = await shop.connector.run(action, wanted, account="shop", key="k")
    assert first.state is State.DONE

    again = await shop.connector.run(action, wanted, account="shop", key="k")

    assert again.id == first.id
    with pytest.raises(Conflict):
        await shop.connector.run(action, wanted | {"custom_code": "314159"}, account="shop", key="k")


async def test_keys_are_of_one_account(shop: Shop) -> None:
    await shop.connect("branch")

    first = await shop.connector.run("SendMessage", HI, account="shop", key="k")
    other = await shop.connector.run("SendMessage", HI, account="branch", key="k")

    assert other.id != first.id
    assert (other.account, other.state) == ("branch", State.DONE)


async def test_many_callers_with_one_key_make_one_message(shop: Shop) -> None:
    outcomes = await asyncio.gather(
        *(shop.connector.run("SendMessage", HI, account="shop", key="k") for _ in range(12))
    )

    assert {outcome.state for outcome in outcomes} == {State.DONE}
    assert len({outcome.id for outcome in outcomes}) == 1
    assert await shop.requests() == ["CreateMessage"]


@pytest.mark.parametrize(
    "key", ["", "k" * 256, "a\0b", "a\ud800b"], ids=["none", "long", "nul", "half a pair"]
)
async def test_a_key_has_1_to_255_characters_that_every_database_keeps(shop: Shop, key: str) -> None:
    assert set(await refused_fields(shop, "SendMessage", HI, key=key)) == {"Idempotency-Key"}


async def test_explain_shows_the_exact_request_and_sends_nothing(shop: Shop) -> None:
    before = await shop.requests()

    shown = await shop.connector.explain(
        "SendMessage", {"to": ADA, "body": "Hi {{name}}"}, account="shop", keywords={"name": "Ada"}
    )

    assert shown["request"]["method"] == "POST"
    assert shown["request"]["url"].endswith(f"/Accounts/{shop.simulator.account.sid}/Messages.json")
    number = shop.simulator.introduction()["number"]
    assert sorted(shown["request"]["parameters"]) == [["Body", "Hi Ada"], ["From", number], ["To", ADA]]
    assert shown["keywords"] == [{"name": "name", "field": "body"}]
    assert shown["refused"] is None
    assert await shop.requests() == before
    assert await shop.connector.counts() == {}


async def test_explain_counts_the_segments_that_will_be_billed(shop: Shop) -> None:
    curly = "\N{LEFT DOUBLE QUOTATION MARK}Hi\N{RIGHT DOUBLE QUOTATION MARK} " * 20

    plain = await shop.connector.explain("SendMessage", HI | {"body": curly}, account="shop")
    smart = await shop.connector.explain(
        "SendMessage", HI | {"body": curly, "smart_encoded": True}, account="shop"
    )

    assert (plain["segments"]["segments"], smart["segments"]["segments"]) == (2, 1)


async def test_explain_masks_secrets_in_input_and_request(shop: Shop) -> None:
    shown = await shop.connector.explain(
        "SendVerifyWithConfiguration", {"to": ADA, "custom_code": "271828"}, account="shop"
    )

    assert "271828" not in str(shown)
    assert ["CustomCode", shown["input"]["custom_code"]] in shown["request"]["parameters"]


async def test_explain_says_that_a_limit_would_refuse_it(shop: Shop) -> None:
    wanted: dict[str, Any] = {"to": ADA, "max_sends": 1}
    await shop.run("SendVerifyWithConfiguration", **wanted)

    shown = await shop.connector.explain("SendVerifyWithConfiguration", wanted, account="shop")

    assert shown["refused"]["field"] == "max_sends"
    assert await shop.requests() == ["CreateVerification"]


async def test_explain_of_a_read_shows_its_query(shop: Shop) -> None:
    shown = await shop.connector.explain("ListMessages", {"to": ADA}, account="shop")

    assert shown["request"]["method"] == "GET"
    assert "To=%2B14155550123" in shown["request"]["url"]


async def test_a_read_runs_at_once_and_makes_no_job(shop: Shop) -> None:
    await shop.run()
    read = await shop.connector.run("ListMessages", {}, account="shop")

    assert (read.id, read.state) == (None, State.DONE)
    assert read.result is not None
    assert read.result["messages"][0]["body"] == "Hi Ada"
    assert await shop.connector.counts() == {"done": 1}


async def test_a_custom_code_is_sealed_while_the_job_waits(tmp_path: Path) -> None:
    async with opened(tmp_path, dispatch=False) as shop:
        outcome = await shop.run("SendVerifyWithConfiguration", to=ADA, custom_code="271828", wait=0)

        job = await shop.parts.store.jobs.get(str(outcome.id))
        assert job is not None
        assert job.sealed is not None
        assert b"271828" in shop.keyring.open(job.sealed, f"jobs/{job.id}/secrets")
        assert b"271828" not in shop.on_disk()


async def test_no_secret_is_left_anywhere_once_its_job_ended(
    shop: Shop, capfd: pytest.CaptureFixture[str]
) -> None:
    started = await shop.run("SendVerifyWithConfiguration", to=ADA, custom_code="271828")
    await shop.fault(DROPPED, operation="CreateVerificationCheck")
    lost = await shop.run("VerifyCode", to=ADA, code="314159")
    checked = await shop.run("VerifyCode", to=ADA, code="271828")

    assert (started.state, lost.state, checked.state) == (State.DONE, State.UNKNOWN, State.DONE)
    told = "".join([(await shop.job(one)).model_dump_json() for one in (started, lost, checked)])
    told += "".join(capfd.readouterr())
    for secret in ("271828", "314159"):
        assert secret not in told
        assert secret.encode() not in shop.on_disk()
    for outcome in (started, lost, checked):
        job = await shop.parts.store.jobs.get(str(outcome.id))
        assert job is not None
        assert job.sealed is None


async def test_what_a_digest_is_made_of_stays_as_it_is_over_an_upgrade(shop: Shop) -> None:
    account = await shop.account()

    new, _ = await shop.planned(sender="+14155550101")

    # A key is looked up by this, so it holds nothing that was not given.
    assert new.input_digest == shop.keyring.digest(
        b'{"account":"' + account.id.encode() + b'","action":"SendMessage","input":{"body":"Hi Ada",'
        b'"sender":"+14155550101","to":"+14155550123"},"secrets":{}}'
    )


async def test_a_repeated_request_hears_of_its_job_though_a_default_has_changed(shop: Shop) -> None:
    intent = {"to": ADA, "body": "Hi Ada"}
    first = await shop.connector.run("SendMessage", intent, account="shop", key="order-42")
    await shop.connector.accounts.change("shop", {"default_sender": "+14155550102"})

    again = await shop.connector.run("SendMessage", intent, account="shop", key="order-42")

    assert (first.state, again.id) == (State.DONE, first.id)
