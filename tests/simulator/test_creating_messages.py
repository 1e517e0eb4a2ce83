import pytest
from tests.simulator.local import HANDSET, Local

from twilio_simulator.ruleset import Ruleset
from twilio_simulator.simulator import Options, Simulator

pytestmark = pytest.mark.anyio
KEYS = (
    "body num_segments direction from date_updated price error_message uri account_sid num_media to "
    "date_created status sid date_sent messaging_service_sid error_code price_unit "
    "api_version subresource_uris"
)


async def test_a_message_is_accepted_as_queued(local: Local) -> None:
    answer = await local.send()
    message = answer.json

    assert answer.status == 201
    assert list(message) == KEYS.split()
    assert message["status"] == "queued"
    assert (message["from"], message["to"], message["body"]) == (local.number, HANDSET, "Hello")
    assert (message["num_segments"], message["num_media"]) == ("1", "0")
    assert [message[name] for name in ("date_sent", "price", "error_code", "messaging_service_sid")] == [
        None
    ] * 4
    assert message["date_created"].endswith(" +0000")
    assert message["uri"] == f"/2010-04-01/Accounts/{local.sid}/Messages/{message['sid']}.json"


REFUSED: list[tuple[int, dict[str, object]]] = [
    (21604, {"To": None}),
    (21603, {"From": None}),
    (21602, {"Body": None}),
    (21602, {"Body": ""}),
    (21211, {"To": "+1415"}),
    (21211, {"To": "hello"}),
    (21211, {"To": "whatsapp:+0"}),
    (21212, {"From": "!!!!"}),
    (21212, {"From": "a name that is too long"}),
    (21266, {"To": "+14155550100"}),
    (63031, {"To": "whatsapp:+14155550199", "From": "whatsapp:+14155550199"}),
    (21910, {"To": "whatsapp:+14155550123"}),
    (21910, {"From": "whatsapp:+14155550199"}),
    (21659, {"From": "+14155550177"}),
    (21657, {"From": "ACME"}),
    (63007, {"To": "whatsapp:+14155550123", "From": "whatsapp:+14155550177"}),
    (21617, {"Body": "x" * 1601}),
    (21620, {"MediaUrl": ["example.org/a.png"]}),
    (21623, {"MediaUrl": [f"https://example.org/{n}.png" for n in range(11)]}),
    (21624, {"ValidityPeriod": "0"}),
    (21624, {"ValidityPeriod": "soon"}),
    (21609, {"StatusCallback": "ftp://example.org"}),
    (21609, {"StatusCallback": "https://a_b.example.org"}),
    (21654, {"Body": None, "ContentVariables": '{"1": "x"}'}),
    (21654, {"ContentVariables": '{"1": "x"}'}),
    (21656, {"ContentSid": "HX" + "0" * 32, "ContentVariables": "x"}),
    (21655, {"ContentSid": "HX" + "0" * 32}),
    (21705, {"MessagingServiceSid": "MG1"}),
    (21701, {"MessagingServiceSid": "MG" + "0" * 32}),
]


@pytest.mark.parametrize(("code", "parameters"), REFUSED)
async def test_what_twilio_refuses_at_once(local: Local, code: int, parameters: dict[str, object]) -> None:
    answer = await local.send(**parameters)

    assert answer.code == code
    assert answer.status == (404 if code == 21701 else 400) == answer.json["status"]
    assert answer.json["message"]
    assert (await local.call("GET", "{}/Messages.json")).json["messages"] == []


async def test_a_number_of_another_account_is_told_from_a_foreign_one(local: Local) -> None:
    other = await local.account()

    assert (await local.send(From=other.number)).code == 21660


async def test_a_number_without_texting_cannot_send(local: Local) -> None:
    account = await local.account(numbers=[{"capabilities": ["voice"]}])

    assert (await account.send()).code == 21606


async def test_a_number_without_mms_sends_no_media(local: Local) -> None:
    account = await local.account(numbers=[{"capabilities": ["sms"]}])

    assert (await account.send(MediaUrl="https://example.org/a.png")).code == 21621
    assert (await account.send()).status == 201


async def test_a_landline_takes_no_texts(local: Local) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"kind": "landline"})

    assert (await local.send()).code == 21614


async def test_a_blocked_country_is_refused(local: Local) -> None:
    await local.change(geo_permissions={"blocked": ["GB"]})

    assert (await local.send(To="+442079460123")).code == 21408
    assert (await local.send()).status == 201


async def test_a_full_queue_is_refused(local: Local) -> None:
    await local.change(full_queues=[local.number])

    assert (await local.send()).code == 21611


async def test_a_service_without_senders_is_refused(local: Local) -> None:
    account = await local.account(messaging_services=[{"senders": []}])
    service = account.facts["messaging_service"]

    assert (await account.send(From=None, MessagingServiceSid=service)).code == 21704


async def test_a_service_without_a_fitting_sender_is_refused(local: Local) -> None:
    account = await local.account(
        numbers=["+12125550188"], messaging_services=[{"senders": ["+12125550188"]}]
    )
    service = account.facts["messaging_service"]

    answer = await account.send(To=f"whatsapp:{HANDSET}", From=None, MessagingServiceSid=service)

    assert answer.code == 21703


async def test_the_ruleset_chooses_among_documented_codes() -> None:
    rules = Ruleset(missing_content_code=21619, long_body_code=21658, foreign_sender_code=21606)
    local = Local(Simulator(Options(ruleset=rules)))

    assert (await local.send(Body=None)).code == 21619
    assert (await local.send(Body="x" * 1601)).code == 21658
    assert (await local.send(From="+14155550177")).code == 21606


async def test_media_make_an_mms_with_one_segment(local: Local) -> None:
    urls = ["https://example.org/a.png", "https://example.org/b.pdf"]
    message = await local.sent(MediaUrl=urls, Body="é" * 200)

    media = (await local.call("GET", f"{{}}/Messages/{message['sid']}/Media.json")).json["media_list"]

    assert message["sid"].startswith("MM")
    assert (message["num_media"], message["num_segments"]) == ("2", "1")
    assert [one["content_type"] for one in media] == ["image/png", "application/pdf"]
    assert all(one["parent_sid"] == message["sid"] for one in media)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("a" * 160, "1"),
        ("a" * 161, "2"),
        ("a" * 306, "2"),
        ("a" * 307, "3"),
        ("€" * 80, "1"),
        ("€" * 81, "2"),
        ("я" * 70, "1"),
        ("я" * 71, "2"),
        ("\U0001f600" * 35, "1"),
        ("\U0001f600" * 36, "2"),
        ("\U0001f600" * 67, "3"),
        ("`" * 71, "2"),
        ("a" * 159 + "€", "2"),
    ],
)
async def test_segments_are_counted_as_the_carrier_does(local: Local, body: str, count: str) -> None:
    assert (await local.sent(Body=body))["num_segments"] == count


async def test_smart_encoding_saves_segments(local: Local) -> None:
    message = await local.sent(Body="It\u2019s " + "a" * 100, SmartEncoded="true")

    assert (message["body"][:5], message["num_segments"]) == ("It's ", "1")


async def test_a_service_is_accepted_first_and_picks_its_sender_later(local: Local) -> None:
    account = await local.account(messaging_services=["Shop"])
    service = account.facts["messaging_service"]

    message = await account.sent(From=None, MessagingServiceSid=service)
    assert (message["status"], message["from"], message["num_segments"]) == ("accepted", None, "0")

    await local.advance(5)
    message = await account.message(message["sid"])
    assert (message["status"], message["from"], message["num_segments"]) == ("delivered", account.number, "1")


async def test_a_sender_chosen_from_a_services_pool_is_known_at_once(local: Local) -> None:
    account = await local.account(
        numbers=["+12125550101", "+12125550102"], messaging_services=[{"sticky_sender": False}]
    )
    form = {"From": "+12125550102", "MessagingServiceSid": account.facts["messaging_service"]}

    message = await account.sent(**form)
    await local.advance(5)

    assert (message["status"], message["from"], message["num_segments"]) == ("accepted", "+12125550102", "1")
    assert (await account.message(message["sid"]))["from"] == "+12125550102"


async def test_a_sender_outside_the_services_pool_is_refused(local: Local) -> None:
    account = await local.account(
        numbers=["+12125550101", "+12125550102"], messaging_services=[{"senders": ["+12125550101"]}]
    )
    service = account.facts["messaging_service"]

    answer = await account.send(From="+12125550102", MessagingServiceSid=service)

    assert answer.code == 21711


async def test_unknown_parameters_are_ignored_as_twilio_does(local: Local) -> None:
    assert (await local.send(Bodyy="x")).status == 201
