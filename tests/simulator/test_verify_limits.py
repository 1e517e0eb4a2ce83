"""What keeps a code from being sent: rate limits, guards, places and features."""

import asyncio
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped] # has no types

from twilio_simulator.ruleset import Ruleset
from twilio_simulator.running import running
from twilio_simulator.sdk import connect
from twilio_simulator.simulator import Options

pytestmark = pytest.mark.anyio
OTHER = "+14155550124"


async def limited(local: Local, most: int, seconds: int) -> str:
    """A rate limit by `user` with one bucket; its path."""
    base = f"/v2/Services/{local.verify}/RateLimits"
    made = await local.call("POST", base, {"UniqueName": "user", "Description": "by user"})
    path = f"{base}/{made.json['sid']}"
    bucket = await local.call("POST", f"{path}/Buckets", {"Max": str(most), "Interval": str(seconds)})
    assert (made.status, bucket.status) == (201, 201)
    return path


async def test_a_full_bucket_refuses_and_says_for_how_long(local: Local) -> None:
    await limited(local, 2, 60)
    numbers = [f"+1415555012{last}" for last in range(4)]
    first = [(await local.start(to, RateLimits='{"user": "ada"}')).status for to in numbers[:2]]
    await local.advance(20)

    refused = await local.start(numbers[2], RateLimits='{"user": "ada"}')

    assert first == [201, 201]
    assert (refused.status, refused.code, refused.json["message"]) == (429, 20429, "Too many requests")
    assert (refused.headers["retry-after"], refused.headers["twilio-reached-rate-limit"]) == ("40", "user")
    assert (await local.start(numbers[2], RateLimits='{"user": "bob"}')).status == 201
    assert (await local.start(numbers[3])).status == 201
    await local.advance(41)
    assert (await local.start(numbers[2], RateLimits='{"user": "ada"}')).status == 201


@pytest.mark.parametrize("sizes", [((1, 60), (5, 3600)), ((5, 3600), (1, 60))])
async def test_a_refused_start_counts_in_no_bucket(
    local: Local, sizes: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    (first, (most, seconds)) = sizes
    path = await limited(local, *first)
    await local.call("POST", f"{path}/Buckets", {"Max": str(most), "Interval": str(seconds)})
    for _ in range(6):
        await local.start(RateLimits='{"user": "ada"}')
    await local.advance(61)

    assert (await local.start(OTHER, RateLimits='{"user": "ada"}')).status == 201


async def test_rate_limits_and_buckets_through_the_sdk(local: Local) -> None:
    client = connect(local.simulator.url, local.sid, local.token)

    def program() -> dict[str, Any]:
        service = client.verify.v2.services(local.verify)
        limit = service.rate_limits.create(unique_name="end.user-ip", description="by address")
        bucket = service.rate_limits(limit.sid).buckets.create(max=3, interval=60)
        changed = service.rate_limits(limit.sid).buckets(bucket.sid).update(max=4)
        described = service.rate_limits(limit.sid).update(description="other")
        fetched = service.rate_limits(limit.sid).buckets(bucket.sid).fetch()
        listed = [len(service.rate_limits.list()), len(service.rate_limits(limit.sid).buckets.list())]
        deleted = service.rate_limits(limit.sid).buckets(bucket.sid).delete()
        return {
            "bucket": (changed.max, fetched.max, fetched.interval),
            "limit": (described.description, service.rate_limits(limit.sid).fetch().unique_name),
            "listed": listed,
            "deleted": (deleted, service.rate_limits(limit.sid).delete(), service.rate_limits.list()),
        }

    found = await asyncio.to_thread(program)
    client.http_client.close()

    assert found == {
        "bucket": (4, 4, 60),
        "limit": ("other", "end.user-ip"),
        "listed": [1, 1],
        "deleted": (True, True, []),
    }


async def test_mistakes_in_rate_limits_have_their_codes(local: Local) -> None:
    path = await limited(local, 2, 60)
    base = path.rpartition("/")[0]

    async def code(where: str, **form: str) -> int | None:
        return (await local.call("POST", where, form)).code

    assert await code(base, UniqueName="user") == 60208
    assert await code(base, UniqueName="a b!") == 60209
    assert await code(base) == 60200
    assert await code(f"{path}/Buckets", Max="9", Interval="60") == 60211
    assert await code(f"{path}/Buckets", Max="0", Interval="61") == 60200
    for more in range(4):
        await local.call("POST", f"{path}/Buckets", {"Max": "9", "Interval": str(100 + more)})
    assert await code(f"{path}/Buckets", Max="9", Interval="999") == 60210
    for more in range(9):
        await local.call("POST", base, {"UniqueName": f"more_{more}"})
    assert await code(base, UniqueName="last") == 60207


async def test_fraud_guard_keeps_a_prefix_for_twelve_hours(local: Local) -> None:
    path = f"/verify-services/{local.verify}"
    await local.does("PATCH", path, {"fraud_blocks": ["+1415555"]})

    assert ((await local.start()).status, (await local.start()).code) == (403, 60410)
    assert (await local.start(Channel="call")).status == 201
    assert (await local.start(RiskCheck="disable")).status == 201
    await local.advance(12 * 3600)
    assert (await local.start()).status == 201

    await local.does("PATCH", path, {"fraud_blocks": ["+1415555"]})
    await local.does("PATCH", path, {"fraud_guard": False})
    assert (await local.start(OTHER)).status == 201


async def test_numbers_on_the_safe_list_pass_fraud_guard(local: Local) -> None:
    await local.does("PATCH", f"/verify-services/{local.verify}", {"fraud_blocks": ["+1"]})
    client = connect(local.simulator.url, local.sid, local.token)

    def program() -> tuple[str, str, str]:
        added = client.verify.v2.safelist.create(phone_number=HANDSET)
        fetched = client.verify.v2.safelist(HANDSET).fetch()
        started = client.verify.v2.services(local.verify).verifications.create(to=HANDSET, channel="sms")
        client.verify.v2.safelist(HANDSET).delete()
        with pytest.raises(TwilioRestException) as gone:
            client.verify.v2.safelist(HANDSET).fetch()
        assert gone.value.status == 404
        return added.sid[:2], fetched.phone_number, started.status

    assert await asyncio.to_thread(program) == ("GN", HANDSET, "pending")
    client.http_client.close()
    assert (await local.start()).code == 60410
    assert (await local.call("POST", "/v2/SafeList/Numbers", {"PhoneNumber": "1"})).code == 60200


@pytest.mark.parametrize(
    ("settings", "to", "code", "status"),
    [
        ({"blocked_countries": ["GB"]}, "+447700900123", 60605, 403),
        ({}, "+8613800138000", 60220, 400),
        ({}, "+989121234567", 60238, 403),
    ],
)
async def test_places_that_verify_does_not_reach(
    local: Local, settings: dict[str, Any], to: str, code: int, status: int
) -> None:
    await local.does("PATCH", f"/verify-services/{local.verify}", settings)

    answer = await local.start(to)

    assert (answer.code, answer.status) == (code, status)


async def test_a_start_too_soon_after_the_last_is_refused(local: Local) -> None:
    await local.does("PATCH", f"/verify-services/{local.verify}", {"resend_seconds": 30})
    await local.start()

    assert ((await local.start()).status, (await local.start()).code) == (429, 60212)
    await local.advance(30)
    assert (await local.start()).status == 201


async def test_a_verification_may_be_polled_sixty_times_a_minute(local: Local) -> None:
    sid = (await local.start()).json["sid"]
    path = f"/v2/Services/{local.verify}/Verifications/{sid}"
    answers = [(await local.call("GET", path)).status for _ in range(60)]

    refused = await local.call("GET", path)

    assert set(answers) == {200}
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")
    await local.advance(61)
    assert (await local.call("GET", path)).status == 200


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"CustomMessage": "Hi"}, 60243),
        ({"DeviceIp": "somewhere"}, 60200),
        ({"Tags": str({}).join(["{", "}"])}, 60200),
        ({"RiskCheck": "maybe"}, 60200),
        ({"ChannelConfiguration": '{"from": "nobody"}'}, 60200),
        ({"TemplateSid": "HJ" + "0" * 32}, 60228),
        ({"CustomFriendlyName": "x" * 1601}, 60247),
    ],
)
async def test_what_a_start_may_not_ask_for(local: Local, parameters: dict[str, object], code: int) -> None:
    answer = await local.start(HANDSET, **parameters)

    assert answer.code == code
    assert (await local.does("GET", "/codes?to=%2B14155550123"))["codes"] == []


async def test_a_restricted_word_in_a_services_name_is_refused() -> None:
    async with running(Options(seed=1, ruleset=Ruleset(restricted_words=("bank",)))) as simulator:
        answer = await Local(simulator).call("POST", "/v2/Services", {"FriendlyName": "My Bank"})

    assert answer.code == 60248


async def test_ended_verifications_show_their_status_where_the_ruleset_says_so() -> None:
    async with running(Options(seed=1, ruleset=Ruleset(ended_verification="shown"))) as simulator:
        local = Local(simulator)
        simulator.world.clock.freeze()
        sid = (await local.start()).json["sid"]
        approved = (await local.start(OTHER)).json["sid"]
        await local.check(await local.code(OTHER), To=OTHER)
        await local.advance(600)
        shown = [
            (await local.call("GET", f"/v2/Services/{local.verify}/Verifications/{one}")).json["status"]
            for one in (sid, approved)
        ]

    assert shown == ["expired", "approved"]


async def test_later_checks_are_404_where_the_ruleset_says_so() -> None:
    async with running(Options(seed=1, ruleset=Ruleset(checks_after_the_sixth=20404))) as simulator:
        local = Local(simulator)
        await local.start()
        answers = [(await local.check("0000")).status for _ in range(6)]

    assert answers == [200] * 5 + [404]
