import asyncio

import pytest
from tests.simulator.local import HANDSET, Local, Receiver

pytestmark = pytest.mark.anyio


async def test_ready_introduces_the_seed_account_and_the_routes(local: Local) -> None:
    ready = await local.does("GET", "/ready")

    assert ready["account_sid"] == local.sid
    assert ready["url"] == local.simulator.url
    assert ready["sandbox"] == {"number": "whatsapp:+14155238886", "join_word": "join sim-sandbox"}
    assert "POST /_sim/clock/advance" in ready["routes"]
    assert "POST /_sim/phones/{number}/messages" in ready["routes"]


async def test_the_version_tells_the_rules(local: Local) -> None:
    version = await local.does("GET", "/version")

    assert "d50069b" in version["specification"]
    assert version["ruleset"]["window_closed_status"] == "undelivered"


async def test_an_account_comes_with_everything_in_one_call(local: Local) -> None:
    facts = await local.does(
        "POST",
        "/accounts",
        {
            "friendly_name": "Shop",
            "numbers": ["+12125550150", {"capabilities": ["sms"], "friendly_name": "Texts"}],
            "whatsapp_senders": ["+12125550151"],
            "verify_services": [{"friendly_name": "Login", "code_length": 4, "ttl_seconds": 300}],
            "messaging_services": [{"friendly_name": "Pool", "senders": ["+12125550150"]}],
            "api_keys": 2,
            "verified_callers": [HANDSET],
            "sandbox": {"join_word": "join red-fox", "participants": [HANDSET]},
            "balance": "12.50",
        },
    )

    assert facts["numbers"][0]["phone_number"] == facts["number"] == "+12125550150"
    assert facts["whatsapp_sender"] == "whatsapp:+12125550151"
    assert facts["verify_services"][0]["ttl_seconds"] == 300
    assert facts["messaging_services"][0]["senders"] == ["+12125550150"]
    assert (len(facts["api_keys"]), facts["balance"]) == (2, "12.50000")
    assert facts["account_sid"].startswith("AC51a0")
    assert HANDSET in facts["sandbox"]["participants"]


async def test_two_accounts_share_nothing(local: Local) -> None:
    first, second = await local.account(), await local.account()

    assert len({first.sid, second.sid, local.sid}) == 3
    assert len({first.number, second.number, first.whatsapp, second.whatsapp}) == 4
    assert first.facts["sandbox"]["join_word"] != second.facts["sandbox"]["join_word"]


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"typo": 1}, "typo"),
        ({"type": "Free"}, "type"),
        ({"numbers": ["12345"]}, "numbers[0].phone_number"),
        ({"numbers": "+12125550150"}, "numbers"),
        ({"numbers": [{"sms_url": "nowhere"}]}, "numbers[0].sms_url"),
        ({"numbers": [{"capabilities": ["fax"]}]}, "numbers[0].capabilities"),
        ({"numbers": ["+14155550100"]}, "numbers"),
        ({"whatsapp_senders": ["+14155238886"]}, "whatsapp_senders"),
        ({"verify_services": [{"ttl_seconds": 10}]}, "verify_services[0].ttl_seconds"),
        ({"messaging_services": [{"senders": ["+1"]}]}, "messaging_services[0].senders"),
        ({"sid": "AC1"}, "sid"),
        ({"auth_token": "short"}, "auth_token"),
        ({"speed": 0}, "speed"),
        ({"strict": "yes"}, "strict"),
        ({"balance": 12}, "balance"),
        ({"geo_permissions": {"blocked": ["Atlantis"]}}, "geo_permissions.blocked"),
        ({"sandbox": {"join_word": "hello"}}, "sandbox.join_word"),
        ([], "body"),
    ],
)
async def test_a_wrong_plan_is_explained_and_changes_nothing(local: Local, plan: object, field: str) -> None:
    answer = await local.control("POST", "/accounts", plan)

    assert answer.status == 400
    named = {error["field"]: error for error in answer.json["errors"]}
    assert field in named
    assert named[field]["cause"]
    assert named[field]["remedy"]
    assert len((await local.does("GET", "/accounts"))["accounts"]) == 1


async def test_every_mistake_is_named_at_once(local: Local) -> None:
    answer = await local.control("POST", "/accounts", {"type": "Free", "speed": 0, "numbers": ["x"]})

    assert len(answer.json["errors"]) == 3


async def test_a_body_that_is_no_json_is_refused(local: Local) -> None:
    answer = await local.call("POST", "/_sim/clock/advance", {"seconds": "5"}, {"host": "localhost"})

    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == "body"


@pytest.mark.parametrize("content", [{}, {"seconds": -1}, {"seconds": "60"}, {"seconds": True}])
async def test_time_does_not_go_back(local: Local, content: object) -> None:
    before = await local.does("GET", "/clock")

    answer = await local.control("POST", "/clock/advance", content)

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "seconds")
    assert (await local.does("GET", "/clock"))["milliseconds"] == before["milliseconds"]


async def test_the_controls_are_closed_to_foreign_host_names(local: Local) -> None:
    answer = await local.call("GET", "/_sim/ready", headers={"host": "evil.example.org"})

    assert answer.status == 403
    assert "--allow-host evil.example.org" in answer.json["errors"][0]["remedy"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/ready", 405)])
async def test_an_unknown_control_is_explained(local: Local, method: str, path: str, status: int) -> None:
    answer = await local.control(method, path)

    assert answer.status == status
    assert answer.json["errors"][0]["remedy"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/accounts/AC1"),
        ("PATCH", "/accounts/AC1"),
        ("GET", "/messages/SM1"),
        ("POST", "/webhooks/webhook-9/resend"),
        ("DELETE", "/faults/none"),
        ("PATCH", "/verify-services/VA1"),
    ],
)
async def test_what_does_not_exist_is_a_404(local: Local, method: str, path: str) -> None:
    answer = await local.control(method, path, {})

    assert (answer.status, bool(answer.json["errors"][0]["cause"])) == (404, True)


async def test_time_is_frozen_and_runs_again(local: Local) -> None:
    assert (await local.does("POST", "/clock/freeze"))["frozen"] is True
    assert (await local.does("POST", "/clock/run"))["frozen"] is False


async def test_advancing_may_leave_the_webhooks_behind(local: Local, receiver: Receiver) -> None:
    await local.sent(StatusCallback=receiver.url)

    fired = (await local.does("POST", "/clock/advance", {"seconds": 5, "wait": False}))["fired"]

    assert [one["kind"] for one in fired] == ["message.progress"] * 3 + ["message.price"]
    await local.simulator.webhooks.settled()
    assert receiver.statuses == ["sent", "delivered"]


async def test_next_steps_through_a_messages_life(local: Local) -> None:
    sid = (await local.sent())["sid"]
    seen = []
    for _ in range(3):
        await local.does("POST", "/clock/next", {})
        seen.append((await local.message(sid))["status"])

    assert seen == ["sending", "sent", "delivered"]


async def test_waiting_answers_when_it_happens(local: Local) -> None:
    waiting = asyncio.create_task(local.does("GET", "/wait?kind=message.created&timeout=5"))
    await asyncio.sleep(0.01)
    assert not waiting.done()

    sid = (await local.sent())["sid"]

    assert (await waiting)["event"]["subject"] == sid


async def test_waiting_finds_what_already_happened_unless_told_otherwise(local: Local) -> None:
    sid = (await local.sent())["sid"]
    cursor = (await local.does("GET", "/events"))["cursor"]

    found = await local.does("GET", f"/wait?kind=message.created&account={local.sid}")
    missed = await local.control("GET", f"/wait?kind=message.created&after={cursor}&timeout=0")

    assert (found["event"]["subject"], missed.status) == (sid, 408)


async def test_events_go_on_from_a_cursor(local: Local) -> None:
    await local.sent()
    first = await local.does("GET", "/events")
    await local.sent()

    second = await local.does("GET", f"/events?after={first['cursor']}")

    assert [one["cursor"] for one in second["events"]] == [first["cursor"] + 1, first["cursor"] + 2]
    assert len((await local.does("GET", "/events?kind=request&limit=1"))["events"]) == 1


async def test_the_log_holds_no_body_and_no_code(local: Local) -> None:
    await local.sent(Body="a secret between us")
    await local.start()
    code = await local.code()
    await local.check(code)

    log = (await local.control("GET", "/events")).body.decode()

    assert "secret" not in log
    assert code not in log
    assert local.token not in log


async def test_an_unknown_request_is_listed_with_its_near_miss(local: Local) -> None:
    await local.call("GET", "{}/Message.json")

    request = (await local.does("GET", "/requests"))["requests"][-1]

    assert request["near_miss"] == "/2010-04-01/Accounts/{AccountSid}/Messages.json"


async def test_verified_callers_are_listed_by_twilio(local: Local) -> None:
    await local.does("POST", f"/accounts/{local.sid}/verified-callers", {"number": HANDSET})

    page = (await local.call("GET", "{}/OutgoingCallerIds.json")).json

    assert [one["phone_number"] for one in page["outgoing_caller_ids"]] == [HANDSET]


async def test_a_wrong_phone_is_refused(local: Local) -> None:
    assert (await local.control("GET", "/phones/12/messages")).status == 400
    answer = await local.control("PATCH", f"/phones/{HANDSET}", {"state": "asleep", "kind": "toaster"})
    assert {one["field"] for one in answer.json["errors"]} == {"state", "kind"}


async def test_codes_need_a_recipient(local: Local) -> None:
    assert (await local.control("GET", "/codes")).status == 400
    assert (await local.does("GET", "/codes?to=%2B14155550188"))["code"] is None


async def test_reset_is_total(local: Local) -> None:
    await local.account()
    await local.sent()
    await local.start()
    await local.does("POST", "/faults", {"match": {}, "do": ["rate_limit"]})

    counts = await local.does("POST", "/reset")

    assert (counts["accounts"], counts["messages"], counts["faults"]) == (2, 1, 1)
    assert (await local.call("GET", "{}/Messages.json")).json["messages"] == []
    assert (await local.does("GET", "/clock"))["pending"] == 0
    assert (await local.does("GET", "/phones"))["phones"] == []
    assert (await local.does("GET", f"/codes?to=%2B{HANDSET[1:]}"))["code"] is None


async def test_resetting_one_account_leaves_the_others_alone(local: Local) -> None:
    other = await local.account()
    await local.sent()
    await other.sent()

    await local.does("POST", "/reset", {"account": other.sid})

    assert (await other.call("GET", "{}/Messages.json")).json["messages"] == []
    assert len((await local.call("GET", "{}/Messages.json")).json["messages"]) == 1


async def test_the_same_seed_gives_the_same_world(local: Local) -> None:
    first = ((await local.sent())["sid"], (await local.start()).json["sid"], await local.code())
    await local.does("POST", "/reset")
    local.verify = local.simulator.introduction()["verify_service"]

    for _ in range(5):
        await local.call("GET", "{}.json")
    second = ((await local.sent())["sid"], (await local.start()).json["sid"], await local.code())

    assert first == second


async def test_settings_of_an_account_are_shown_as_they_were_set(local: Local) -> None:
    wanted = {
        "daily_messages": 5,
        "us_registered": False,
        "geo_permissions": {"blocked": ["GB"]},
        "segments_per_second": 2,
        "type": "Trial",
        "ruleset": "classic",
    }
    await local.does("PATCH", f"/accounts/{local.sid}", wanted)

    shown = await local.does("GET", f"/accounts/{local.sid}")

    assert {name: shown[name] for name in wanted} == wanted
    assert shown["ruleset_since"] == "2008-01-01"
