"""Faults that strike behind an answer, cut it on the wire, or spoil webhooks."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.local import HANDSET, Local, Receiver, receiving
from tests.simulator.test_faults import count, script, wire
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # has no types

from twilio_simulator.exchange import Reply
from twilio_simulator.running import running
from twilio_simulator.simulator import Options

pytestmark = pytest.mark.anyio


async def spoil(local: Local, *do: object, **match: str) -> None:
    content: dict[str, object] = {"match": {"webhook": "status"} | match, "do": list(do)}
    await local.does("POST", "/faults", content)


@pytest.mark.parametrize("progress", ["timed", "immediate"])
async def test_a_lost_message_never_advances(local: Local, progress: str) -> None:
    await local.change(progress=progress)
    await script(local, {"kind": "lost"}, {"kind": "lost", "at": "sent"})

    first, second, third = await local.sent(), await local.sent(), await local.sent()
    await local.advance(3600)

    statuses = [(await local.message(one["sid"]))["status"] for one in (first, second, third)]
    assert statuses == ["queued", "sent", "delivered"]


async def test_an_outcome_is_forced_at_a_stage(local: Local) -> None:
    await script(
        local,
        {"kind": "outcome", "status": "failed", "code": 30001},
        {"kind": "outcome", "code": 30007},
        {"kind": "outcome", "status": "undelivered", "code": 30008, "at": "sending"},
    )
    sent = [await local.sent() for _ in range(3)]
    await local.advance(20)

    got = [await local.message(one["sid"]) for one in sent]
    assert [(one["status"], one["error_code"]) for one in got] == [
        ("failed", 30001),
        ("undelivered", 30007),
        ("undelivered", 30008),
    ]


async def test_a_refused_message_does_not_hand_its_fate_on(local: Local) -> None:
    await script(local, {"kind": "lost"})
    assert (await local.send(To="+1415")).code == 21211
    sent = await local.sent()
    await local.advance(20)

    assert (await local.message(sent["sid"]))["status"] == "delivered"


async def test_a_delivery_may_be_told_after_its_failure(local: Local, receiver: Receiver) -> None:
    await script(local, {"kind": "late_delivered", "seconds": 120})
    sent = await local.sent(StatusCallback=receiver.url)
    await local.advance(60)
    assert (await local.message(sent["sid"]))["error_code"] == 30003
    await local.advance(70)

    assert receiver.statuses == ["sent", "undelivered", "delivered"]
    assert (await local.message(sent["sid"]))["error_code"] is None


async def test_a_handset_is_off_for_a_while(local: Local) -> None:
    await local.does("POST", f"/phones/{HANDSET}/messages", {"to": local.whatsapp, "body": "Hi"})
    await script(local, {"kind": "handset_off", "seconds": 600})
    sent = await local.sent(To=f"whatsapp:{HANDSET}", From=local.whatsapp)
    await local.advance(300)
    assert (await local.message(sent["sid"]))["status"] == "sent"
    await local.advance(310)

    assert (await local.message(sent["sid"]))["status"] == "read"


async def test_a_rotated_token_is_refused(local: Local) -> None:
    await script(local, {"kind": "unauthorized"})

    refused = await local.send()

    assert (refused.status, refused.code, refused.json["message"]) == (401, 20003, "Authenticate")
    assert await count(local) == 0


async def test_a_connection_is_reset_after_half_the_body(local: Local) -> None:
    await script(local, {"kind": "cut"})
    async with wire(local) as line:
        await line.post()
        head = await line.head()
        length = int(head.partition("Content-Length: ")[2].partition("\r\n")[0])
        half = await asyncio.wait_for(line.reader.readexactly(length // 2), 3)
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(line.reader.read(), 3)

    assert half.startswith(b'{"body":"Hello"')
    assert await count(local) == 1


@pytest.mark.parametrize(("how", "difference"), [("longer", 100), ("shorter", -10)])
async def test_a_content_length_may_lie(local: Local, how: str, difference: int) -> None:
    await script(local, {"kind": "cut", "how": how})
    async with wire(local) as line:
        await line.post()
        head = await line.head()
        body = await asyncio.wait_for(line.reader.read(), 3)

    assert int(head.partition("Content-Length: ")[2].partition("\r\n")[0]) == len(body) + difference


async def test_webhooks_change_their_order(local: Local, receiver: Receiver) -> None:
    await spoil(local, {"kind": "reorder"}, status="sent")
    await local.sent(StatusCallback=receiver.url)
    await local.advance(20)

    assert receiver.statuses == ["delivered", "sent"]


async def test_a_webhook_that_nothing_overtakes_goes_at_last(local: Local, receiver: Receiver) -> None:
    await spoil(local, {"kind": "reorder", "seconds": 30}, status="delivered")
    await local.sent(StatusCallback=receiver.url)
    await local.advance(20)
    assert receiver.statuses == ["sent"]
    await local.advance(20)

    assert receiver.statuses == ["sent", "delivered"]


async def test_a_straggler_comes_after_the_end(local: Local, receiver: Receiver) -> None:
    account = await local.account(messaging_services=[{"status_callback": receiver.url}])
    await spoil(local, {"kind": "straggler"}, status="queued")
    await account.sent(From=None, MessagingServiceSid=account.facts["messaging_service"])
    await local.advance(20)

    assert receiver.statuses == ["sent", "delivered", "queued"]


async def test_signatures_are_spoilt(local: Local, receiver: Receiver) -> None:
    old, new = local.token, (await local.change(tokens="rotate"))["auth_token"]
    await spoil(local, {"kind": "bad_signature"}, {"kind": "old_token"}, {"kind": "wrong_port", "port": 8443})
    local.token = new
    await local.sent(StatusCallback=receiver.url)
    await local.sent(StatusCallback=receiver.url)
    await local.advance(20)

    def valid(index: int, token: str, url: str = receiver.url) -> bool:
        got = receiver.got[index]
        return bool(RequestValidator(token).validate(url, got.fields, got.headers["x-twilio-signature"]))

    order = sorted(range(4), key=lambda index: receiver.statuses[index])
    assert len(order) == 4
    judged = {
        (valid(index, old), valid(index, new), valid(index, new, "http://127.0.0.1:8443"))
        for index in range(4)
    }
    assert judged == {
        (False, False, False),
        (True, False, False),
        (False, False, True),
        (False, True, False),
    }


async def test_parameters_come_and_go(local: Local, receiver: Receiver) -> None:
    await spoil(
        local,
        {"kind": "unknown_parameter", "name": "Mood", "value": "fine"},
        {"kind": "missing_parameter", "name": "ApiVersion"},
        {"kind": "huge_body", "bytes": 200_000},
    )
    await local.sent(StatusCallback=receiver.url)
    await local.advance(20)
    await local.sent(StatusCallback=receiver.url)
    await local.advance(20)

    fields = [one.fields for one in receiver.got]
    assert fields[0]["Mood"] == "fine"
    assert "ApiVersion" not in fields[1]
    assert len(fields[2]["SimulatedPadding"]) == 200_000
    for got in receiver.got:
        assert RequestValidator(local.token).validate(
            receiver.url, got.fields, got.headers["x-twilio-signature"]
        )


async def test_a_receiver_may_be_out_of_reach_at_first(local: Local, receiver: Receiver) -> None:
    await spoil(local, {"kind": "unreachable"}, {"kind": "unreachable", "times": 2})
    await local.sent(StatusCallback=receiver.url)
    await local.advance(20)

    assert receiver.statuses == ["sent"]
    attempts = (await local.does("GET", "/webhooks"))["webhooks"]
    assert [(one["tries"], one["state"]) for one in attempts] == [(2, "answered"), (2, "failed")]


async def test_faults_hit_calls_and_inbound_texts_too(local: Local, receiver: Receiver) -> None:
    await local.change(inbound_url=receiver.url)
    await spoil(local, {"kind": "missing_parameter", "name": "SmsStatus"}, webhook="inbound")
    await spoil(local, {"kind": "unknown_parameter"}, webhook="voice")
    receiver.answers = [Reply(204, b""), Reply(200, b"<Response/>", content_type="text/xml")]

    await local.does("POST", f"/phones/{HANDSET}/messages", {"to": local.number, "body": "Hi"})
    form = {"To": HANDSET, "From": local.number, "Url": receiver.url}
    await local.call("POST", "{}/Calls.json", form)
    await local.advance(20)

    assert "SmsStatus" not in receiver.got[0].fields
    assert receiver.got[1].fields["SimulatedUnknown"] == "1"


@pytest.mark.parametrize(
    ("webhook", "action", "field"),
    [
        (False, {"kind": "lost", "at": "delivered"}, "do[0].at"),
        (False, {"kind": "outcome", "status": "queued"}, "do[0].status"),
        (False, {"kind": "outcome", "code": 21211}, "do[0].code"),
        (False, {"kind": "cut", "how": "twice"}, "do[0].how"),
        (False, {"kind": "handset_off", "seconds": -1}, "do[0].seconds"),
        (True, {"kind": "missing_parameter"}, "do[0].name"),
        (True, {"kind": "wrong_port", "port": 0}, "do[0].port"),
        (True, {"kind": "huge_body", "bytes": "all"}, "do[0].bytes"),
        (True, {"kind": "lost"}, "do[0].kind"),
    ],
)
async def test_wrong_actions_are_refused(
    local: Local, action: dict[str, object], field: str, *, webhook: bool
) -> None:
    match = {"webhook": "status"} if webhook else {"operation": "CreateMessage"}
    answer = await local.control("POST", "/faults", {"match": match, "do": [action]})

    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == field
    assert (await local.does("GET", "/faults"))["faults"] == []


FAULTS = ["none", "drop", "duplicate", "delay", "reorder", "straggler", "bad_signature", "unreachable"]


@settings(max_examples=25, deadline=None)
@given(kinds=st.lists(st.sampled_from(FAULTS), max_size=8), texts=st.integers(1, 4))
async def test_webhooks_that_arrive_or_are_dropped_are_those_that_were_due(
    kinds: list[str], texts: int
) -> None:
    async with receiving() as receiver, running(Options(seed=texts)) as simulator:
        simulator.world.clock.freeze()
        local = Local(simulator)
        actions = [{"kind": kind, "seconds": 5} if kind == "delay" else {"kind": kind} for kind in kinds]
        if actions:
            await spoil(local, *actions)

        sids = [(await local.sent(StatusCallback=receiver.url))["sid"] for _ in range(texts)]
        await local.advance(120)

        used = Counter(kinds[: 2 * texts])
        due = Counter({(sid, status): 1 for sid in sids for status in ("sent", "delivered")})
        arrived = Counter((one.fields["MessageSid"], one.fields["MessageStatus"]) for one in receiver.got)
        assert arrived.total() == due.total() - used["drop"] + used["duplicate"]
        assert set(arrived) <= set(due)
        attempts = (await local.does("GET", "/webhooks"))["webhooks"]
        assert Counter(one["state"] for one in attempts)["dropped"] == used["drop"]
