import asyncio

import pytest
from tests.accounts.desk import Desk, json_answer, live, stranger

from ringback.accounts import Unreadable
from ringback.errors import Conflict, NotSent

pytestmark = pytest.mark.anyio

OTHER_TOKEN = "0f" * 16


async def test_saving_answers_with_what_the_account_can_do(desk: Desk) -> None:
    body = await desk.body(messaging_services=[{"friendly_name": "Pool"}])
    made = await desk.control("GET", f"/accounts/{body['account_sid']}")

    report = (await desk.accounts.connect(body)).report

    assert report.model_dump(exclude={"tested_at", "friendly_name"}) == {
        "type": "Full",
        "status": "active",
        "trial_scheme": None,
        "balance": {"balance": "100.00", "currency": "USD"},
        "numbers": [{"number": made["number"], "sms": True, "mms": True, "voice": True}],
        "messaging_services": [{"sid": made["messaging_service"], "name": "Pool"}],
        "whatsapp_senders": [{"sender": made["whatsapp_sender"], "status": "ONLINE"}],
        "verify_services": [{"sid": made["verify_service"], "name": "Simulated"}],
        "verified_numbers": [],
        "more": [],
    }


async def test_a_trial_of_2026_is_told_from_a_classic_one(desk: Desk) -> None:
    body = await desk.body(type="Trial", ruleset="2026")
    classic = await desk.body(type="Trial", ruleset="classic", verified_callers=["+14155550111"])

    new = (await desk.accounts.connect(body)).report
    old = (await desk.accounts.connect(classic | {"name": "old"})).report

    assert (new.type, new.trial_scheme) == ("Trial", "2026")
    assert (old.type, old.trial_scheme) == ("Trial", "classic")
    assert old.verified_numbers == ["+14155550111"]


async def test_what_a_trial_may_not_read_is_reported_and_not_fatal(desk: Desk) -> None:
    report = (await desk.accounts.connect(await desk.body(type="Trial"))).report

    for section in (report.balance, report.verified_numbers, report.whatsapp_senders):
        assert isinstance(section, Unreadable)
        assert "trial" in section.unreadable
    assert isinstance(report.numbers, list)
    assert isinstance(report.verify_services, list)


async def test_a_section_that_fails_is_reported_and_guesses_nothing(desk: Desk) -> None:
    body = await desk.body(type="Trial")
    match = {"operation": "FetchBalance", "account": body["account_sid"]}
    fault = {"kind": "server_error", "status": 503, "body": "html"}
    await desk.control("POST", "/faults", {"match": match, "do": [fault]})

    report = (await desk.accounts.connect(body)).report

    assert isinstance(report.balance, Unreadable)
    assert "503" in report.balance.unreadable
    assert (report.type, report.trial_scheme) == ("Trial", None)


async def test_a_report_holds_no_more_rows_than_it_says(desk: Desk) -> None:
    body = await desk.body(verified_callers=[f"+1415555{n:04d}" for n in range(100, 201)])

    report = (await desk.accounts.connect(body)).report

    assert isinstance(report.verified_numbers, list)
    assert len(report.verified_numbers) == 100
    assert report.more == ["verified_numbers"]


async def test_wrong_credentials_name_the_token_and_the_causes(desk: Desk) -> None:
    told = await desk.refused(await desk.body() | {"auth_token": OTHER_TOKEN})

    assert told.keys() == {"auth_token"}
    for cause in ("belong together", "rotated", "region", "Copy both again"):
        assert cause in told["auth_token"]


@pytest.mark.parametrize("status", ["suspended", "closed"])
async def test_an_account_that_is_not_active_is_told_apart(desk: Desk, status: str) -> None:
    body = await desk.body()
    await desk.turn(body["account_sid"], status=status)

    told = await desk.refused(body)

    assert told.keys() == {"account_sid"}
    assert "not active" in told["account_sid"]


async def test_a_status_in_the_answer_counts_too(desk: Desk) -> None:
    body = await desk.body()
    said = f'{{"sid": "{body["account_sid"]}", "status": "suspended"}}'.encode()

    async with stranger(json_answer(b"200 OK", said)) as url:
        told = await desk.refused(body | {"base_url": url})

    assert told["account_sid"].startswith("Twilio says that this account is suspended.")


async def test_test_credentials_are_told_apart(desk: Desk) -> None:
    said = (
        b'{"code": 20008, "message": "Resource not accessible with Test Account Credentials", "status": 403}'
    )

    async with stranger(json_answer(b"403 Forbidden", said)) as url:
        told = await desk.refused(await desk.body() | {"base_url": url})

    assert told["auth_token"].startswith("These are test credentials")


async def test_a_sid_that_twilio_does_not_know_is_told_apart(desk: Desk) -> None:
    said = b'{"code": 20404, "message": "The requested resource was not found", "status": 404}'

    async with stranger(json_answer(b"404 Not Found", said)) as url:
        told = await desk.refused(await desk.body() | {"base_url": url})

    assert "no account by this SID" in told["account_sid"]


async def test_a_host_that_does_not_answer_is_told_at_the_base_url(desk: Desk, nowhere: str) -> None:
    told = await desk.refused(await desk.body() | {"base_url": nowhere})

    assert told.keys() == {"base_url"}
    assert "refused the connection" in told["base_url"]
    assert "port" in told["base_url"]


@pytest.mark.parametrize(("place", "field"), [({"region": "ie1"}, "region"), ({"edge": "dublin"}, "edge")])
async def test_an_unreachable_region_or_edge_is_told_there(
    desk: Desk, nowhere: str, place: dict[str, str], field: str
) -> None:
    desk.transport.twilio = nowhere
    body = live(await desk.customer()) | place

    assert (await desk.refused(body)).keys() == {field}


async def test_an_unreachable_twilio_is_nobodys_field(desk: Desk, nowhere: str) -> None:
    desk.transport.twilio = nowhere

    with pytest.raises(NotSent, match="refused the connection"):
        await desk.accounts.connect(live(await desk.customer()))
    assert await desk.store.accounts.all() == []


@pytest.mark.parametrize(
    "answer",
    [
        json_answer(b"200 OK", b"<html>"),
        json_answer(b"404 Not Found", b'{"detail":"Not Found"}'),
        json_answer(b"200 OK", b'{"ok":true}'),
        b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["a page", "another API", "other JSON", "a login"],
)
async def test_what_is_not_twilio_is_told_at_the_base_url(desk: Desk, answer: bytes) -> None:
    async with stranger(answer) as url:
        told = await desk.refused(await desk.body() | {"base_url": url})

    assert told.keys() == {"base_url"}
    assert "is not Twilio" in told["base_url"]


@pytest.mark.parametrize("status", [b"500 Internal Server Error", b"503 Service Unavailable"])
async def test_a_failing_twilio_is_no_fields_fault(desk: Desk, status: bytes) -> None:
    said = json_answer(status, b'{"code": 20500, "message": "Internal Server Error", "status": 500}')

    async with stranger(said) as url:
        body = await desk.body() | {"base_url": url}
        with pytest.raises(NotSent, match="Internal Server Error"):
            await desk.accounts.connect(body)

    assert await desk.store.accounts.all() == []


async def test_malformed_values_never_reach_the_network(desk: Desk) -> None:
    body = await desk.body() | {"account_sid": "AC1", "auth_token": "short"}
    desk.transport.hosts.clear()

    assert (await desk.refused(body)).keys() == {"account_sid", "auth_token"}
    assert desk.transport.hosts == []


async def test_a_name_is_taken_once(desk: Desk) -> None:
    body = await desk.connected()

    with pytest.raises(Conflict, match="named shop is connected already"):
        await desk.accounts.connect(body)


async def test_of_two_that_take_a_name_at_once_one_gets_it(desk: Desk) -> None:
    accounts, bodies = desk.accounts, [await desk.body(), await desk.body()]

    ends = await asyncio.gather(*map(accounts.connect, bodies), return_exceptions=True)

    assert sorted(isinstance(end, Conflict) for end in ends) == [False, True]
    assert len(await desk.store.accounts.all()) == 1


async def test_blank_fields_of_a_form_are_left_out(desk: Desk) -> None:
    blank = dict.fromkeys(("api_key_sid", "api_key_secret", "region", "edge", "default_sender"), "")

    shown = await desk.accounts.connect(await desk.body() | blank)

    assert (shown.api_key_sid, shown.region, shown.default_sender) == (None, None, None)


async def test_twilio_itself_is_reached_by_region_and_edge(desk: Desk) -> None:
    desk.transport.hosts.clear()

    await desk.accounts.connect(live(await desk.customer()) | {"region": "ie1"})

    assert set(desk.transport.hosts) == {
        "api.dublin.ie1.twilio.com",
        "verify.dublin.ie1.twilio.com",
        "messaging.dublin.ie1.twilio.com",
    }


async def test_a_simulators_account_never_asks_a_host_of_twilio(desk: Desk) -> None:
    desk.transport.hosts.clear()

    await desk.connected(default_verify_service="create")
    await desk.accounts.test("shop")

    assert set(desk.transport.hosts) == {"127.0.0.1"}


async def test_a_standard_key_is_accepted_though_it_may_not_read_the_account(desk: Desk) -> None:
    body = await desk.body_with_key()

    shown = await desk.accounts.connect(body)

    assert shown.api_key_sid == f"{body['api_key_sid'][:4]}…{body['api_key_sid'][-4:]}"
    assert isinstance(shown.report.numbers, list)


async def test_a_wrong_key_is_told_from_a_wrong_token(desk: Desk) -> None:
    body = await desk.body_with_key()

    wrong_key = await desk.refused(body | {"api_key_secret": "k" * 32})
    wrong_token = await desk.refused(body | {"auth_token": OTHER_TOKEN})
    neither = await desk.refused(body | {"auth_token": OTHER_TOKEN, "api_key_secret": "k" * 32})

    assert wrong_key.keys() == {"api_key_secret"}
    assert "accepts the Auth Token, but not this API key" in wrong_key["api_key_secret"]
    assert wrong_token.keys() == {"auth_token"}
    assert neither.keys() == {"auth_token", "api_key_secret"}


async def test_a_key_of_another_account_is_told_apart(desk: Desk) -> None:
    foreign = await desk.body_with_key()
    pair = {name: foreign[name] for name in ("api_key_sid", "api_key_secret")}

    assert "another account" in (await desk.refused(await desk.body() | pair))["api_key_sid"]
