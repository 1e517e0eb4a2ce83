import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.local import HANDSET, Local

from twilio_simulator.simulator import Options, Simulator

pytestmark = pytest.mark.anyio


def wrong(code: str) -> str:
    return "0000" if code != "0000" else "1111"


async def test_a_code_arrives_on_the_handset_and_not_in_the_answer(local: Local) -> None:
    answer = await local.start()
    code = await local.code()

    assert answer.status == 201
    assert (answer.json["status"], answer.json["valid"], answer.json["channel"]) == ("pending", False, "sms")
    assert code not in answer.body.decode()
    assert len(code) == 6
    screen = (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"]
    assert screen[0]["body"] == f"Your Simulated Verify verification code is: {code}"


async def test_the_right_code_approves_once(local: Local) -> None:
    started = (await local.start()).json
    code = await local.code()

    first, second = await local.check(code), await local.check(code)

    assert (first.status, first.json["status"], first.json["valid"]) == (200, "approved", True)
    assert first.json["sid"] == started["sid"]
    assert (second.status, second.code) == (404, 20404)
    assert second.json["message"] == (
        f"The requested resource /v2/Services/{local.verify}/VerificationCheck was not found"
    )


async def test_a_wrong_code_is_not_an_error(local: Local) -> None:
    await local.start()

    answer = await local.check(wrong(await local.code()))

    assert (answer.status, answer.json["status"], answer.json["valid"]) == (200, "pending", False)


async def test_the_sixth_check_is_refused_until_the_verification_expires(local: Local) -> None:
    await local.start()
    code = await local.code()
    for _ in range(5):
        await local.check(wrong(code))

    assert ((await local.check(code)).status, (await local.check(code)).code) == (429, 60202)
    ended = (await local.does("GET", "/events?kind=verification.ended"))["events"]
    assert [one["status"] for one in ended] == ["max_attempts_reached"]
    assert (await local.start()).code == 60202

    await local.advance(600)
    assert (await local.check(code)).status == 404
    assert (await local.start()).status == 201


async def test_asking_again_sends_the_same_code_under_the_same_sid(local: Local) -> None:
    first = (await local.start()).json
    code = await local.code()
    second = (await local.start(Channel="call")).json

    assert second["sid"] == first["sid"]
    assert await local.code() == code
    assert [one["channel"] for one in second["send_code_attempts"]] == ["SMS", "CALL"]
    await local.advance(5)
    spoken = (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"][0]
    assert (spoken["channel"], spoken["body"].endswith(" ".join(code))) == ("call", True)


async def test_the_sixth_send_is_refused_until_cancelled(local: Local) -> None:
    started = (await local.start()).json
    for _ in range(4):
        await local.start()

    assert ((await local.start()).status, (await local.start()).code) == (429, 60203)

    path = f"/v2/Services/{local.verify}/Verifications/{started['sid']}"
    canceled = await local.call("POST", path, {"Status": "canceled"})
    assert (canceled.status, canceled.json["status"]) == (200, "canceled")
    assert (await local.start()).json["sid"] != started["sid"]


async def test_a_code_lives_ten_minutes(local: Local) -> None:
    sid = (await local.start()).json["sid"]
    code = await local.code()
    path = f"/v2/Services/{local.verify}/Verifications/{sid}"
    await local.advance(599)
    assert (await local.call("GET", path)).json["status"] == "pending"

    await local.advance(1)
    assert (await local.call("GET", path)).status == 404
    assert (await local.check(code)).status == 404


async def test_support_can_set_another_lifetime(local: Local) -> None:
    await local.does("PATCH", f"/verify-services/{local.verify}", {"ttl_seconds": 120})
    await local.start()
    code = await local.code()
    await local.advance(121)

    assert (await local.check(code)).status == 404


async def test_a_lifetime_outside_supports_range_is_refused(local: Local) -> None:
    answer = await local.control("PATCH", f"/verify-services/{local.verify}", {"ttl_seconds": 60})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "ttl_seconds")


async def test_approving_by_hand_ends_it(local: Local) -> None:
    await local.start()
    path = f"/v2/Services/{local.verify}/Verifications/{HANDSET.replace('+', '%2B')}"

    approved = await local.call("POST", path, {"Status": "approved"})

    assert (approved.json["status"], approved.json["valid"]) == ("approved", True)
    assert (await local.call("POST", path, {"Status": "approved"})).status == 404


@pytest.mark.parametrize(
    ("parameters", "parameter"),
    [
        ({"To": "12345"}, "To"),
        ({"To": ""}, "To"),
        ({"To": "ada@example.org"}, "To"),
        ({"Channel": "pigeon"}, "Channel"),
        ({"Channel": ""}, "Channel"),
        ({"To": HANDSET, "Channel": "email"}, "To"),
        ({"TemplateSid": "HJ1"}, "TemplateSid"),
        ({"RateLimits": "x"}, "RateLimits"),
    ],
)
async def test_invalid_parameters_are_named(
    local: Local, parameters: dict[str, object], parameter: str
) -> None:
    form = {"To": HANDSET, "Channel": "sms", **parameters}

    answer = await local.call("POST", f"/v2/Services/{local.verify}/Verifications", form)

    assert (answer.status, answer.code) == (400, 60200)
    assert answer.json["message"] == f"Invalid parameter: {parameter}"


@pytest.mark.parametrize("code", ["", "123", "12345678901"])
async def test_a_code_of_the_wrong_length_is_invalid(local: Local, code: str) -> None:
    await local.start()

    assert (await local.check(code)).code == 60200


async def test_a_check_needs_to_know_which_verification(local: Local) -> None:
    assert (await local.check("123456", To=None)).code == 60221


async def test_a_check_by_verification_sid(local: Local) -> None:
    sid = (await local.start()).json["sid"]

    assert (await local.check(await local.code(), To=None, VerificationSid=sid)).json["valid"] is True


async def test_an_unknown_service_is_not_found(local: Local) -> None:
    path = f"/v2/Services/VA{'0' * 32}/Verifications"

    answer = await local.call("POST", path, {"To": HANDSET, "Channel": "sms"})

    assert (answer.status, answer.json["message"]) == (404, f"The requested resource {path} was not found")


async def test_a_disabled_channel_is_refused(local: Local) -> None:
    await local.does("PATCH", f"/verify-services/{local.verify}", {"disabled_channels": ["call"]})

    assert (await local.start(Channel="call")).code == 60223


async def test_email_needs_an_integration(local: Local) -> None:
    assert (await local.start(to="ada@example.org", Channel="email")).code == 60217

    await local.change(email_integration=True)
    assert (await local.start(to="ada@example.org", Channel="email")).json["channel"] == "email"
    code = await local.code("ada@example.org")
    assert (await local.check(code, To="ada@example.org")).json["valid"] is True


async def test_a_landline_takes_calls_only(local: Local) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"kind": "landline"})

    assert ((await local.start()).status, (await local.start()).code) == (403, 60205)
    assert (await local.start(Channel="call")).status == 201


async def test_auto_answers_with_the_channel_it_chose(local: Local) -> None:
    assert (await local.start(Channel="auto")).json["channel"] == "sms"


async def test_a_custom_code_needs_its_feature(local: Local) -> None:
    assert ((await local.start(CustomCode="246810")).status, (await local.start()).status) == (403, 201)

    account = await local.account(verify_services=[{"custom_code_enabled": True}])
    await account.start(CustomCode="246810")
    assert (await account.check("246810")).json["valid"] is True


async def test_services_are_made_changed_and_deleted(local: Local) -> None:
    made = await local.call("POST", "/v2/Services", {"FriendlyName": "Shop", "CodeLength": "8"})
    path = f"/v2/Services/{made.json['sid']}"
    changed = await local.call("POST", path, {"DoNotShareWarningEnabled": "true", "Totp.Skew": "2"})
    started = await local.call("POST", f"{path}/Verifications", {"To": HANDSET, "Channel": "sms"})

    assert (made.status, made.json["code_length"], started.status) == (201, 8, 201)
    assert (changed.json["do_not_share_warning_enabled"], changed.json["totp"]["skew"]) == (True, 2)
    screen = (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"]
    assert "Don't share this code" in screen[0]["body"]
    assert (await local.call("DELETE", path)).status == 204
    assert (await local.call("GET", path)).status == 404


@pytest.mark.parametrize(
    ("form", "parameter"),
    [
        ({}, "FriendlyName"),
        ({"FriendlyName": "Shop 12345"}, "FriendlyName"),
        ({"FriendlyName": "x" * 33}, "FriendlyName"),
        ({"FriendlyName": "Shop", "CodeLength": "3"}, "CodeLength"),
        ({"FriendlyName": "Shop", "Totp.TimeStep": "61"}, "Totp.TimeStep"),
    ],
)
async def test_a_services_parameters_are_checked(local: Local, form: dict[str, str], parameter: str) -> None:
    answer = await local.call("POST", "/v2/Services", form)

    assert (answer.code, answer.json["message"]) == (60200, f"Invalid parameter: {parameter}")


async def test_lists_carry_the_simulators_own_address(local: Local) -> None:
    await local.call("POST", "/v2/Services", {"FriendlyName": "Second"})

    meta = (await local.call("GET", "/v2/Services?PageSize=1")).json["meta"]

    assert meta["key"] == "services"
    assert meta["next_page_url"].startswith(f"{local.simulator.url}/v2/Services?PageSize=1&Page=1&PageToken=")


async def test_attempts_tell_what_was_sent_and_converted(local: Local) -> None:
    sid = (await local.start()).json["sid"]
    await local.start(Channel="call")
    await local.start(to="+14155550124")
    await local.check(await local.code())

    page = (await local.call("GET", f"/v2/Attempts?VerificationSid={sid}")).json
    to = (await local.call("GET", "/v2/Attempts?ChannelData.To=%2B14155550124")).json

    assert sorted(one["channel"] for one in page["attempts"]) == ["call", "sms"]
    assert {one["conversion_status"] for one in page["attempts"]} == {"converted"}
    assert [one["conversion_status"] for one in to["attempts"]] == ["unconverted"]
    one = page["attempts"][0]
    assert (await local.call("GET", f"/v2/Attempts/{one['sid']}")).json == one


@settings(max_examples=30, deadline=None)
@given(guesses=st.lists(st.sampled_from(["right", "wrong", "again", "wait"]), max_size=14))
async def test_a_code_works_at_most_once(guesses: list[str]) -> None:
    local = Local(Simulator(Options(seed=3)))
    local.simulator.world.clock.freeze()
    sid = (await local.start()).json["sid"]
    code, approved = await local.code(), 0
    for guess in guesses:
        if guess == "again":
            await local.start()
        elif guess == "wait":
            await local.advance(240)
        else:
            answer = await local.check(
                code if guess == "right" else wrong(code), To=None, VerificationSid=sid
            )
            assert answer.status in (200, 404, 429)
            approved += answer.json.get("valid") is True

    assert approved <= 1
