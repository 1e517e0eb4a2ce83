"""Messages by ContentSid: what they say, what becomes of them, what the phone shows."""

from typing import Any

import orjson
import pytest
from tests.simulator.local import HANDSET, Local

from twilio_simulator.ruleset import Ruleset
from twilio_simulator.simulator import Options, Simulator
from twilio_simulator.world.provided_templates import PROVIDED

pytestmark = pytest.mark.anyio
WHATSAPP = f"whatsapp:{HANDSET}"
SAMPLES = {"1": "Ada", "2": "1001"}
BODY = "Hi {{1}}, order {{2}} left."
REPLIES = [{"type": "QUICK_REPLY", "title": "Thanks {{1}}", "id": "thanks"}]


def under(rules: Ruleset) -> Local:
    """A world with other rules, its time standing still."""
    simulator = Simulator(Options(seed=1, ruleset=rules))
    simulator.world.clock.freeze()
    return Local(simulator)


async def shop(
    local: Local,
    types: dict[str, Any] | None = None,
    messaging_services: list[str] | None = None,
    **template: object,
) -> tuple[Local, str]:
    """An account with one template, approved unless said."""
    types = types or {"twilio/text": {"body": BODY}}
    plan = {"types": types, "variables": SAMPLES, "status": "approved", **template}
    account = await local.account(templates=[plan], messaging_services=messaging_services or [])
    return account, account.facts["templates"][0]["sid"]


async def sent(account: Local, sid: str, variables: object = None, **form: object) -> Any:
    given = {} if variables is None else {"ContentVariables": orjson.dumps(variables).decode()}
    addressed = {"To": WHATSAPP, "From": account.whatsapp, "Body": None, "ContentSid": sid}
    return await account.sent(**{**addressed, **given, **form})


async def ended(account: Local, message: Any) -> tuple[str, int | None]:
    await account.advance(30)
    found = await account.message(message["sid"])
    return found["status"], found["error_code"]


async def screen(account: Local) -> Any:
    return (await account.does("GET", f"/phones/{HANDSET}/messages?order=newest"))["messages"][0]


@pytest.mark.parametrize(
    ("variables", "body"),
    [
        ({"1": "Bob", "2": "7"}, "Hi Bob, order 7 left."),
        ({"1": "Bob"}, "Hi Bob, order 1001 left."),
        ({"2": 7}, "Hi Ada, order 7 left."),
        (None, "Hi Ada, order 1001 left."),
    ],
)
async def test_a_missing_variable_falls_back_to_its_sample(
    local: Local, variables: object, body: str
) -> None:
    account, sid = await shop(local)

    message = await sent(account, sid, variables)

    assert (message["body"], message["status"], message["num_segments"]) == (body, "queued", "1")
    assert await ended(account, message) == ("read", None)
    assert (await screen(account))["body"] == body


@pytest.mark.parametrize(
    "text",
    ["x", "[]", '{"1": null}', '{"1": {}}', '{"1": ""}', '{"1": "a\\nb"}'],
)
async def test_bad_variables_are_refused(local: Local, text: str) -> None:
    account, sid = await shop(local)

    answer = await account.send(
        To=WHATSAPP, From=account.whatsapp, Body=None, ContentSid=sid, ContentVariables=text
    )

    assert answer.code == 21656


async def test_the_ruleset_may_let_blank_values_pass() -> None:
    account, sid = await shop(under(Ruleset(content_variables="lenient")))

    assert (await sent(account, sid, {"1": ""}))["body"] == "Hi , order 1001 left."


async def test_a_template_of_another_account_is_unknown(local: Local) -> None:
    _, sid = await shop(local)
    other = await local.account()

    answer = await other.send(To=WHATSAPP, From=other.whatsapp, Body=None, ContentSid=sid)

    assert answer.code == 21655


async def test_too_long_a_rendering_is_refused(local: Local) -> None:
    account, sid = await shop(local)

    answer = await account.send(
        To=WHATSAPP,
        From=account.whatsapp,
        Body=None,
        ContentSid=sid,
        ContentVariables=orjson.dumps({"1": "x" * 1600}).decode(),
    )

    assert answer.code == 21658


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("unsubmitted", 63016),
        ("received", 63016),
        ("pending", 63016),
        ("rejected", 63040),
        ("paused", 63041),
        ("disabled", 63042),
    ],
)
async def test_outside_the_window_only_an_approved_template_passes(
    local: Local, status: str, code: int
) -> None:
    account, sid = await shop(local, status=status)

    assert (await ended(account, await sent(account, sid)))[1] == code

    await account.does("POST", f"/phones/{HANDSET}/messages", {"to": account.whatsapp, "body": "Hi"})
    assert await ended(account, await sent(account, sid)) == ("read", None)


async def test_a_list_never_opens_a_conversation(local: Local) -> None:
    items = [{"id": "a", "item": "Tea", "description": "hot"}]
    types = {"twilio/list-picker": {"body": "Choose", "button": "Menu", "items": items}}
    account, sid = await shop(local, types)

    assert (await ended(account, await sent(account, sid)))[1] == 63016

    await account.does("POST", f"/phones/{HANDSET}/messages", {"to": account.whatsapp, "body": "Hi"})
    assert await ended(account, await sent(account, sid)) == ("read", None)
    assert (await screen(account))["content"] == {
        "type": "twilio/list-picker",
        "button": "Menu",
        "items": items,
    }


async def test_a_placeholder_without_a_value_fails_late(local: Local) -> None:
    account, sid = await shop(local, variables={"1": "Ada"})

    message = await sent(account, sid)

    assert message["body"] == "Hi Ada, order {{2}} left."
    assert await ended(account, message) == ("failed", 63028)


async def test_many_spaces_in_a_variable_fail_late(local: Local) -> None:
    account, sid = await shop(local)

    assert await ended(account, await sent(account, sid, {"1": "a     b"})) == ("failed", 63013)


async def test_a_deleted_template_fails_late(local: Local) -> None:
    account, sid = await shop(local)
    message = await sent(account, sid)

    assert (await account.call("DELETE", f"/v1/Content/{sid}")).status == 204

    assert await ended(account, message) == ("failed", 63027)


async def test_a_fresh_approval_may_need_time() -> None:
    account, sid = await shop(under(Ruleset(template_sync_seconds=600)))

    assert (await ended(account, await sent(account, sid)))[1] == 63053

    await account.advance(600)
    assert await ended(account, await sent(account, sid)) == ("read", None)


RENDERED: list[tuple[dict[str, Any], str, dict[str, Any] | None]] = [
    (
        {"twilio/quick-reply": {"body": BODY, "actions": REPLIES}},
        "Hi Ada, order 1001 left.",
        {
            "type": "twilio/quick-reply",
            "buttons": [{"type": "QUICK_REPLY", "title": "Thanks Ada", "id": "thanks"}],
        },
    ),
    (
        {
            "twilio/call-to-action": {
                "body": "See",
                "actions": [{"type": "URL", "title": "Open", "url": "https://example.org/{{2}}"}],
            }
        },
        "See",
        {
            "type": "twilio/call-to-action",
            "buttons": [{"type": "URL", "title": "Open", "url": "https://example.org/1001"}],
        },
    ),
    (
        {
            "twilio/card": {
                "title": "Order {{2}}",
                "subtitle": "Thank you",
                "actions": [{"type": "PHONE_NUMBER", "title": "Call", "phone": "+14155550100"}],
            }
        },
        "Order 1001\nThank you",
        {
            "type": "twilio/card",
            "title": "Order 1001",
            "subtitle": "Thank you",
            "buttons": [{"type": "PHONE_NUMBER", "title": "Call", "phone": "+14155550100"}],
        },
    ),
    (
        {
            "whatsapp/authentication": {
                "add_security_recommendation": True,
                "code_expiration_minutes": 5,
                "actions": [{"type": "COPY_CODE", "copy_code_text": "Copy"}],
            }
        },
        "Ada is your verification code. For your security, do not share this code.",
        {
            "type": "whatsapp/authentication",
            "buttons": [{"type": "COPY_CODE", "copy_code_text": "Copy", "title": "Copy"}],
            "add_security_recommendation": True,
            "code_expiration_minutes": 5,
            "footer": "This code expires in 5 minutes.",
        },
    ),
    ({"twilio/text": {"body": BODY}}, "Hi Ada, order 1001 left.", None),
]


@pytest.mark.parametrize(("types", "body", "content"), RENDERED)
async def test_the_phone_shows_what_each_type_is(
    local: Local, types: dict[str, Any], body: str, content: dict[str, Any] | None
) -> None:
    account, sid = await shop(local, types)
    message = await sent(account, sid)
    await account.advance(30)

    shown = await screen(account)

    assert (message["body"], shown["body"], shown["content"]) == (body, body, content)


async def test_a_place_is_shown_on_the_phone(local: Local) -> None:
    place = {"latitude": 39.7, "longitude": 104.9, "label": "Shop of {{1}}"}
    account, sid = await shop(local, {"twilio/location": place})
    await account.does("POST", f"/phones/{HANDSET}/messages", {"to": account.whatsapp, "body": "Hi"})
    message = await sent(account, sid)
    await account.advance(30)

    assert message["body"] == "Shop of Ada"
    assert (await screen(account))["content"] == {
        "type": "twilio/location",
        "location": {"latitude": 39.7, "longitude": 104.9, "label": "Shop of Ada"},
    }


async def test_media_of_a_template_make_a_media_message(local: Local) -> None:
    media = {"body": "Look, {{1}}", "media": ["https://example.org/{{2}}.png"]}
    account, sid = await shop(local, {"twilio/media": media})

    message = await sent(account, sid)
    await account.advance(30)

    assert (message["sid"][:2], message["num_media"], message["body"]) == ("MM", "1", "Look, Ada")
    assert (await screen(account))["media"] == ["https://example.org/1001.png"]


async def test_a_text_message_shows_the_plain_type(local: Local) -> None:
    types = {
        "twilio/quick-reply": {"body": "Rich {{1}}", "actions": REPLIES},
        "twilio/text": {"body": "Plain {{1}}"},
    }
    account, sid = await shop(local, types)

    message = await sent(account, sid, To=HANDSET, From=account.number)
    await account.advance(30)
    shown = await screen(account)

    assert (message["body"], shown["body"], shown["content"]) == ("Plain Ada", "Plain Ada", None)


async def test_what_twilio_provides_opens_a_conversation_from_the_sandbox(local: Local) -> None:
    await local.does("POST", f"/accounts/{local.sid}/sandbox", {"join": [HANDSET], "open_window": False})
    provided = next(iter(PROVIDED))
    told = (await local.does("GET", f"/accounts/{local.sid}"))["sandbox"]["templates"]
    assert [one["sid"] for one in told] == list(PROVIDED)

    message = await sent(local, provided, {"1": "Monday"}, From="whatsapp:+14155238886")

    assert message["body"] == "Your appointment is coming up on Monday at 3pm"
    assert await ended(local, message) == ("read", None)


@pytest.mark.parametrize(("rules", "code"), [(Ruleset(body_matches_template=True), None), (Ruleset(), 63016)])
async def test_a_body_that_reads_like_a_template_may_count_as_one(rules: Ruleset, code: int | None) -> None:
    account, _ = await shop(under(rules))

    message = await account.sent(To=WHATSAPP, From=account.whatsapp, Body="Hi Bob, order 7 left.")
    other = await account.sent(To=WHATSAPP, From=account.whatsapp, Body="Something else")

    assert (await ended(account, message))[1] == code
    assert (await account.message(other["sid"]))["error_code"] == 63016


async def test_the_ruleset_may_leave_the_body_of_the_answer_empty() -> None:
    account, sid = await shop(under(Ruleset(template_body_in_create="empty")))

    message = await sent(account, sid)

    assert message["body"] == ""
    assert (await account.message(message["sid"]))["body"] == "Hi Ada, order 1001 left."
