"""What a program counts on at Twilio, asked over sockets by the official SDK: where other fakes fail."""

from collections.abc import Iterator
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped] # has no types
from twilio.rest.content.v1.content import ContentList  # type: ignore[import-untyped] # has no types

from twilio_simulator.harness.handles import Account, Handset, LocalTwilio
from twilio_simulator.harness.places import Elsewhere, in_process
from twilio_simulator.simulator import Options

BODY = "Hi {{1}}, order {{2}} is on its way."
SEGMENTS = {
    "a" * 160: 1,
    "a" * 161: 2,
    "a" * 306: 2,
    "a" * 307: 3,
    # Two septets each: the extension table of GSM 03.38.
    "€" * 80: 1,
    "€" * 81: 2,
    "\u2019" * 70: 1,
    "\u2019" * 71: 2,
    # Two UTF-16 units each.
    "\U0001f600" * 35: 1,
    "\U0001f600" * 36: 2,
}


@pytest.fixture(scope="module")
def world() -> Iterator[LocalTwilio]:
    with in_process(Options(seed=1, check_responses=True)) as here:
        yield LocalTwilio(Elsewhere(here.url))
        gate = None if here.simulator is None else here.simulator.rest.gate
        assert gate is not None
        assert gate.problems == []


@pytest.fixture
def twilio(world: LocalTwilio) -> LocalTwilio:
    world.reset()
    world.clock.freeze()
    return world


@pytest.fixture
def account(twilio: LocalTwilio) -> Iterator[Account]:
    made = twilio.account()
    yield made
    made.close()


@pytest.fixture
def handset(twilio: LocalTwilio) -> Handset:
    return twilio.handset()


def text(account: Account, to: str, body: str = "Hi", **more: Any) -> Any:
    return account.client.messages.create(to=to, from_=account.number, body=body, **more)


def whatsapp(account: Account, handset: Handset, **what: Any) -> Any:
    sender, to = account.whatsapp_sender, f"whatsapp:{handset.number}"
    return account.client.messages.create(to=to, from_=sender, **what)


def fetched(account: Account, sid: str) -> Any:
    return account.client.messages(sid).fetch()


def test_a_filter_holds_on_every_page(account: Account) -> None:
    for index in range(7):
        text(account, "+14155550123", f"To Ada {index}")
        text(account, "+14155550124", f"To Bob {index}")

    found = account.client.messages.list(to="+14155550123", page_size=3)

    assert [one.body for one in found] == [f"To Ada {index}" for index in range(6, -1, -1)]


def test_pages_of_newer_products_follow_absolute_links(account: Account) -> None:
    for index in range(3):
        account.client.verify.v2.services.create(friendly_name=f"Service {index}")

    found = account.client.verify.v2.services.list(page_size=2)

    assert len({one.sid for one in found}) == 4


@pytest.mark.parametrize(
    ("body", "segments"), SEGMENTS.items(), ids=[f"{ord(body[0]):x}x{len(body)}" for body in SEGMENTS]
)
def test_segments_are_counted(account: Account, body: str, segments: int) -> None:
    assert text(account, "+14155550123", body).num_segments == str(segments)


def test_1600_characters_go_through_and_one_more_does_not(account: Account) -> None:
    assert text(account, "+14155550123", "x" * 1600).status == "queued"

    with pytest.raises(TwilioRestException) as refused:
        text(account, "+14155550123", "x" * 1601)

    assert (refused.value.status, refused.value.code) == (400, 21617)


def test_a_trial_account_texts_verified_numbers_only(twilio: LocalTwilio) -> None:
    trial = twilio.account(type="Trial", ruleset="classic", verified_callers=["+14155550123"])
    text(trial, "+14155550123")

    with pytest.raises(TwilioRestException) as refused:
        text(trial, "+14155550124")

    assert (refused.value.status, refused.value.code) == (400, 21608)
    assert "The number +1415555XXXX is unverified." in refused.value.msg
    trial.close()


def test_a_used_code_is_not_found(account: Account, handset: Handset) -> None:
    service = account.client.verify.v2.services(account.verify_service)
    service.verifications.create(to=handset.number, channel="sms")
    code = handset.code
    assert service.verification_checks.create(to=handset.number, code=code).status == "approved"

    with pytest.raises(TwilioRestException) as gone:
        service.verification_checks.create(to=handset.number, code=code)

    assert (gone.value.status, gone.value.code) == (404, 20404)


def test_the_sixth_check_of_a_code_is_one_too_many(account: Account, handset: Handset) -> None:
    service = account.client.verify.v2.services(account.verify_service)
    service.verifications.create(to=handset.number, channel="sms")
    wrong = "000000" if handset.code != "000000" else "000001"
    statuses = [service.verification_checks.create(to=handset.number, code=wrong).status for _ in range(5)]

    with pytest.raises(TwilioRestException) as refused:
        service.verification_checks.create(to=handset.number, code=wrong)

    assert statuses == ["pending"] * 5
    assert (refused.value.status, refused.value.code) == (429, 60202)


def test_a_code_lives_ten_minutes(twilio: LocalTwilio, account: Account, handset: Handset) -> None:
    service = account.client.verify.v2.services(account.verify_service)
    service.verifications.create(to=handset.number, channel="sms")
    code = handset.code
    twilio.clock.advance(601)

    with pytest.raises(TwilioRestException) as gone:
        service.verification_checks.create(to=handset.number, code=code)

    assert (gone.value.status, gone.value.code) == (404, 20404)


def test_free_text_outside_the_window_is_accepted_and_fails_late(
    twilio: LocalTwilio, account: Account, handset: Handset
) -> None:
    sent = whatsapp(account, handset, body="Anybody there?")
    assert sent.status == "queued"

    twilio.clock.advance(30)

    assert fetched(account, sent.sid).error_code == 63016
    assert handset.inbox == []


def test_a_reply_opens_the_window_for_a_day(twilio: LocalTwilio, account: Account, handset: Handset) -> None:
    handset.text(account.whatsapp_sender, "Hello?")
    in_time = whatsapp(account, handset, body="Here we are.")
    twilio.clock.advance(24 * 3600)
    late = whatsapp(account, handset, body="Still here.")
    twilio.clock.advance(30)

    assert fetched(account, in_time.sid).status == "read"
    assert fetched(account, late.sid).error_code == 63016


def test_a_template_is_made_approved_and_sent(
    twilio: LocalTwilio, account: Account, handset: Handset
) -> None:
    contents = account.client.content.v1.contents
    made = contents.create(
        ContentList.ContentCreateRequest(
            {
                "friendly_name": "on_its_way",
                "language": "en",
                "variables": {"1": "Ada", "2": "42"},
                "types": ContentList.Types({"twilio/text": ContentList.TwilioText({"body": BODY})}),
            }
        )
    )
    twilio.post(f"/content/{made.sid}/approval", status="approved")
    sent = whatsapp(account, handset, content_sid=made.sid, content_variables='{"1": "Eve"}')
    twilio.clock.advance(30)

    assert contents(made.sid).fetch().types == {"twilio/text": {"body": BODY}}
    assert fetched(account, sent.sid).status == "read"
    # What is not given falls back to the template's sample.
    assert handset.inbox == ["Hi Eve, order 42 is on its way."]


def test_a_number_is_looked_up(account: Account, handset: Handset) -> None:
    handset.set(kind="landline")

    found = account.client.lookups.v2.phone_numbers("(415) 555-0123").fetch(
        country_code="US", fields="line_type_intelligence"
    )

    assert (found.valid, found.phone_number) == (True, "+14155550123")
    assert found.line_type_intelligence["type"] == "landline"


def test_a_call_is_queued_and_then_completed(twilio: LocalTwilio, account: Account, handset: Handset) -> None:
    twiml = "<Response><Say>Your code is 1 2 3</Say></Response>"
    call = account.client.calls.create(to=handset.number, from_=account.number, twiml=twiml)
    assert call.status == "queued"

    twilio.clock.advance(60)

    assert account.client.calls(call.sid).fetch().status == "completed"


def test_nobody_is_texted_after_stop(account: Account, handset: Handset) -> None:
    handset.text(account.number, "STOP")

    with pytest.raises(TwilioRestException) as refused:
        text(account, handset.number)

    assert (refused.value.status, refused.value.code) == (400, 21610)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"to": "nobody"}, 21211),
        ({"from_": "+14155550999"}, 21659),
        ({"body": ""}, 21602),
        ({"to": "whatsapp:+14155550123"}, 21910),
    ],
)
def test_mistakes_have_their_codes(account: Account, form: dict[str, str], code: int) -> None:
    usual = {"to": "+14155550123", "from_": account.number, "body": "Hi"}

    with pytest.raises(TwilioRestException) as refused:
        account.client.messages.create(**{**usual, **form})

    assert refused.value.code == code
    assert refused.value.uri.endswith("/Messages.json")


def test_a_wrong_token_opens_nothing(twilio: LocalTwilio, account: Account) -> None:
    stranger = twilio.client(account.sid, "51a0" + "0" * 28)

    with pytest.raises(TwilioRestException) as refused:
        stranger.balance.fetch()

    assert (refused.value.status, refused.value.code) == (401, 20003)
    stranger.http_client.close()


def test_times_are_twilios(account: Account) -> None:
    sent = text(account, "+14155550123")
    raw = account.client.http_client.request(
        "GET",
        f"https://api.twilio.com/2010-04-01/Accounts/{account.sid}/Messages/{sent.sid}.json",
        auth=(account.sid, account.token),
    )

    assert f'"date_created":"{sent.date_created:%a, %d %b %Y %H:%M:%S} +0000"' in raw.text.replace(
        '": ', '":'
    )
