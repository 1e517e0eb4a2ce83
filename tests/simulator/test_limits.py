"""What keeps a message from going out: registration, daily limits, a trial's length, the other number."""

from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local
from tests.simulator.test_sending_templates import under
from tests.simulator.test_trials import trial

from twilio_simulator.ruleset import Ruleset

pytestmark = pytest.mark.anyio
TOLL_FREE = "+18885550101"
LANDLINE = "+14155550144"


async def ended(account: Local, **parameters: Any) -> tuple[str, int | None]:
    message = await account.sent(**parameters)
    await account.advance(10)
    found = await account.message(message["sid"])
    return found["status"], found["error_code"]


async def test_texts_of_a_day_are_counted(local: Local) -> None:
    account = await local.account(daily_messages=2)

    assert [await ended(account) for _ in range(3)] == [
        ("delivered", None),
        ("delivered", None),
        ("undelivered", 30023),
    ]
    assert await ended(account, To="+442079460123") == ("failed", 63038)
    await local.advance(86_400)
    assert await ended(account) == ("delivered", None)


async def test_whatsapp_has_a_daily_limit_too(local: Local) -> None:
    account = await local.account(daily_messages=1)
    await local.does("POST", f"/phones/{HANDSET}/messages", {"to": account.whatsapp, "body": "Hi"})
    form = {"From": account.whatsapp, "To": f"whatsapp:{HANDSET}"}

    assert await ended(account, **form) == ("read", None)
    assert await ended(account, **form) == ("failed", 63038)
    await account.change(daily_messages=0)
    assert await ended(account, **form) == ("read", None)


async def test_a_reset_account_begins_a_new_day(local: Local) -> None:
    account = await local.account(daily_messages=1)
    await ended(account)

    await local.does("POST", "/reset", {"account": account.sid})

    assert await ended(account) == ("delivered", None)


async def test_unregistered_senders_do_not_reach_the_united_states(local: Local) -> None:
    account = await local.account(us_registered=False, numbers=["+12125550101", TOLL_FREE])

    assert await ended(account, From="+12125550101") == ("undelivered", 30034)
    assert await ended(account, From=TOLL_FREE) == ("undelivered", 30032)
    assert await ended(account, From="+12125550101", To="+442079460123") == ("delivered", None)
    await account.change(us_registered=True)
    assert await ended(account, From=TOLL_FREE) == ("delivered", None)


async def test_a_classic_trial_sends_short_texts_only(local: Local) -> None:
    account = await trial(local, "classic")

    assert await ended(account, Body="x" * 600) == ("delivered", None)
    assert await ended(account, Body="x" * 800) == ("failed", 30044)


async def test_the_other_number_has_to_take_texts_and_media(local: Local) -> None:
    await local.account(
        numbers=[
            {"phone_number": "+12125550101", "capabilities": ["voice"]},
            {"phone_number": "+12125550102", "capabilities": ["voice", "sms"]},
        ]
    )
    picture = {"MediaUrl": "https://example.org/a.png"}

    assert await ended(local, To="+12125550101") == ("undelivered", 30006)
    assert await ended(local, To="+12125550102", **picture) == ("failed", 30011)
    assert await ended(local, To="+12125550102") == ("delivered", None)


async def test_the_ruleset_chooses_the_codes_of_phones() -> None:
    world = under(Ruleset(landline_code=21635, not_on_whatsapp_code=63024))
    await world.does("PATCH", f"/phones/{LANDLINE}", {"kind": "landline"})
    form = {"From": world.whatsapp, "To": f"whatsapp:{LANDLINE}"}

    assert (await world.send(To=LANDLINE)).code == 21635
    assert await ended(world, **form) == ("undelivered", 63024)


async def test_a_template_sent_as_text_is_warned_of() -> None:
    world = under(Ruleset(body_matches_template=True))
    plan = {"friendly_name": "Hi", "types": {"twilio/text": {"body": "Hi {{1}}"}}, "status": "approved"}
    account = await world.account(templates=[plan])
    form = {"From": account.whatsapp, "To": f"whatsapp:{HANDSET}"}

    assert await ended(account, **form, Body="Hi Ada") == ("read", None)
    warned = (await world.does("GET", f"/alerts?account={account.sid}"))["alerts"]
    assert [(one["code"], one["level"]) for one in warned] == [(63052, "warning")]
    await world.does("POST", f"/phones/{HANDSET}/messages", {"to": account.whatsapp, "body": "Hi"})
    await ended(account, **form, Body="Hi Bob")
    assert len((await world.does("GET", f"/alerts?account={account.sid}"))["alerts"]) == 1


@pytest.mark.parametrize(
    "settings", [{"daily_messages": -1}, {"daily_messages": "many"}, {"us_registered": "no"}]
)
async def test_bad_limits_are_explained(local: Local, settings: dict[str, object]) -> None:
    answer = await local.control("PATCH", f"/accounts/{local.sid}", settings)

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, next(iter(settings)))
