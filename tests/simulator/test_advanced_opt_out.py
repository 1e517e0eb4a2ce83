"""Advanced Opt-Out: words and answers of a Messaging Service's own, and other ones by country."""

from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_opt_outs import screen

from twilio_simulator.life.opt_outs import ANSWERS

pytestmark = pytest.mark.anyio
MEXICAN = "+525512345678"
STANDARD_STOP = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]


@pytest.fixture
async def shop(local: Local, receiver: Receiver) -> Local:
    service = {"friendly_name": "Shop", "inbound_request_url": receiver.url}
    return await local.account(messaging_services=[service])


def path(shop: Local) -> str:
    return f"/messaging-services/{shop.facts['messaging_service']}"


async def listens(shop: Local, **keywords: object) -> Any:
    return await shop.does("PATCH", path(shop), {"advanced_opt_out": True, "keywords": keywords})


async def writes(shop: Local, body: str, to: str | None = None, phone: str = HANDSET) -> Any:
    content = {"to": to or shop.number, "body": body}
    return await shop.does("POST", f"/phones/{phone}/messages", content)


async def refused(shop: Local, **parameters: object) -> bool:
    return (await shop.send(**parameters)).code == 21610


async def test_own_words_stop_start_and_help(shop: Local, receiver: Receiver) -> None:
    await listens(
        shop,
        stop={"words": ["STOP", "ARRET"], "reply": "Au revoir."},
        start={"words": ["START", "Reprendre"], "reply": "Rebonjour."},
        help={"words": ["HELP", "AIDE"], "reply": "Tapez ARRET."},
    )

    await writes(shop, " arret ")
    assert await refused(shop)
    await writes(shop, "reprendre")
    assert not await refused(shop)
    await writes(shop, "Aide")

    assert await screen(shop) == ["Tapez ARRET.", "Rebonjour.", "Au revoir."]
    assert [one.fields["OptOutType"] for one in receiver.got] == ["STOP", "START", "HELP"]


async def test_words_that_were_taken_out_say_nothing(shop: Local, receiver: Receiver) -> None:
    await listens(shop, stop={"words": ["STOP"]})

    await writes(shop, "CANCEL")
    assert not await refused(shop)
    assert "OptOutType" not in receiver.got[0].fields
    await writes(shop, "STOP")

    assert await refused(shop)
    assert await screen(shop) == [ANSWERS["STOP"]]


async def test_a_blank_answer_answers_nothing(shop: Local) -> None:
    await listens(shop, stop={"reply": ""})

    await writes(shop, "QUIT")

    assert await refused(shop)
    assert await screen(shop) == []


async def test_a_country_has_words_of_its_own(shop: Local) -> None:
    mexican = {"stop": {"words": ["STOP", "ALTO"], "reply": "Adiós."}}
    told = await listens(shop, countries={"MX": mexican})

    assert told["keywords"]["countries"] == {"MX": mexican}
    await writes(shop, "ALTO")
    assert not await refused(shop)
    await writes(shop, "ALTO", phone=MEXICAN)
    assert await refused(shop, To=MEXICAN)
    shown = (await shop.does("GET", f"/phones/{MEXICAN}/messages"))["messages"][0]["body"]
    assert shown == "Adiós."


async def test_own_words_hold_on_whatsapp(shop: Local) -> None:
    await listens(shop, stop={"words": ["STOP", "BASTA"]})

    await writes(shop, "BASTA", shop.whatsapp)

    assert await refused(shop, To=f"whatsapp:{HANDSET}", From=shop.whatsapp)


async def test_a_stop_to_one_number_stops_the_service(shop: Local) -> None:
    await listens(shop, stop={"words": ["STOP", "BASTA"]})
    await writes(shop, "BASTA")

    sent = await shop.sent(From=None, MessagingServiceSid=shop.facts["messaging_service"])
    await shop.advance(5)

    assert (await shop.message(sent["sid"]))["error_code"] == 21610


async def test_what_is_not_said_stays(shop: Local) -> None:
    await listens(shop, stop={"words": ["STOP", "BASTA"]}, countries={"MX": {"help": {"reply": "?"}}})
    await listens(shop, stop={"reply": "Bye."})

    found = (await shop.does("GET", path(shop)))["keywords"]

    assert found["stop"] == {"words": ["STOP", "BASTA"], "reply": "Bye."}
    assert found["start"] == {"words": ["START", "YES", "UNSTOP"], "reply": ANSWERS["START"]}
    assert found["countries"] == {"MX": {"help": {"words": ["HELP", "INFO"], "reply": "?"}}}


async def test_switched_off_the_standard_words_are_back(shop: Local) -> None:
    await listens(shop, stop={"words": ["STOP"]})
    await shop.does("PATCH", path(shop), {"advanced_opt_out": False})

    await writes(shop, "CANCEL")

    assert await refused(shop)


async def test_words_outlast_a_snapshot(shop: Local) -> None:
    await listens(shop, stop={"words": ["STOP", "BASTA"]}, countries={"MX": {"help": {"reply": "?"}}})
    found = await shop.does("GET", path(shop))
    await shop.does("POST", "/snapshots/words")
    await listens(shop, stop={"words": ["STOP"]}, countries={"MX": {"help": {"reply": "!"}}})

    await shop.does("POST", "/snapshots/words/restore")

    assert await shop.does("GET", path(shop)) == found


@pytest.mark.parametrize(
    ("keywords", "field"),
    [
        ({"stop": {"words": ["ARRET"]}}, "keywords.stop.words"),
        ({"start": {"words": []}}, "keywords.start.words"),
        ({"help": {"words": ["HELP", " "]}}, "keywords.help.words"),
        ({"help": {"words": ["HELP", "STOP"]}}, "keywords.help"),
        ({"stop": {"reply": "x" * 1601}}, "keywords.stop.reply"),
        ({"stop": {"answer": "Bye"}}, "keywords.stop.answer"),
        ({"pause": {"words": ["PAUSE"]}}, "keywords.pause"),
        ({"countries": {"XX": {}}}, "keywords.countries.XX"),
        ({"countries": {"MX": {"stop": {"words": ["ALTO"]}}}}, "keywords.countries.MX.stop.words"),
        ({"countries": {"MX": {"stop": {"words": ["STOP", "YES"]}}}}, "keywords.countries.MX.start"),
        ({"countries": {"MX": {"arriba": {}}}}, "keywords.countries.MX.arriba"),
        ([], "keywords"),
    ],
)
async def test_bad_words_are_explained_and_change_nothing(shop: Local, keywords: object, field: str) -> None:
    answer = await shop.control("PATCH", path(shop), {"advanced_opt_out": True, "keywords": keywords})

    assert answer.status == 400
    assert field in [one["field"] for one in answer.json["errors"]]
    found = await shop.does("GET", path(shop))
    assert (found["advanced_opt_out"], found["keywords"]["stop"]["words"]) == (False, STANDARD_STOP)


async def test_an_account_is_made_with_words(local: Local) -> None:
    words = {"stop": {"words": ["STOP", "BASTA"]}}
    account = await local.account(messaging_services=[{"advanced_opt_out": True, "keywords": words}])

    await writes(account, "basta")

    assert await refused(account)


async def test_words_need_advanced_opt_out(shop: Local) -> None:
    answer = await shop.control("PATCH", path(shop), {"keywords": {"stop": {"reply": "Bye"}}})

    assert [one["field"] for one in answer.json["errors"]] == ["keywords"]
