"""Calls: their life on the clock, their TwiML on the handset, their callbacks."""

import asyncio
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Answered, Local, Receiver
from tests.simulator.test_facts import FACTS, check
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # has no types
from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped]

from twilio_simulator.exchange import Reply
from twilio_simulator.sdk import connect
from twilio_simulator.snapshots.capture import read, written
from twilio_simulator.webhooks.target import target

pytestmark = pytest.mark.anyio
HELLO = "<Response><Say>Your code is 1 2 3</Say></Response>"
EVENTS = ["initiated", "ringing", "answered", "completed"]


async def created(local: Local, **parameters: object) -> Answered:
    form = {"To": HANDSET, "From": local.number, "Twiml": HELLO, **parameters}
    given = {name: value for name, value in form.items() if value is not None}
    return await local.call("POST", "{}/Calls.json", given)


async def called(local: Local, **parameters: object) -> str:
    answer = await created(local, **parameters)
    assert answer.status == 201, answer.body
    return str(answer.json["sid"])


async def fetched(local: Local, sid: str) -> Any:
    return (await local.call("GET", f"{{}}/Calls/{sid}.json")).json


async def heard(local: Local, sid: str) -> list[tuple[str, str]]:
    call = await local.does("GET", f"/calls/{sid}")
    return [(one["verb"], one["text"]) for one in call["heard"]]


def twiml(text: object, content_type: str = "text/xml") -> Reply:
    return Reply(200, str(text).encode(), content_type=content_type)


async def test_a_call_is_queued_rings_talks_and_is_over(local: Local) -> None:
    answer = await created(local)
    call = answer.json
    check(FACTS["api.CreateCall"], call)
    assert (call["status"], call["direction"], call["queue_time"]) == ("queued", "outbound-api", "0")
    assert (call["duration"], call["start_time"], call["to_formatted"]) == (None, None, "(415) 555-0123")

    await local.advance(1)
    assert (await fetched(local, call["sid"]))["status"] == "ringing"
    await local.advance(4)
    assert (await fetched(local, call["sid"]))["status"] == "in-progress"
    await local.advance(10)
    over = await fetched(local, call["sid"])

    check(FACTS["api.FetchCall"], over)
    assert (over["status"], over["duration"], over["price"]) == ("completed", "3", "-0.01400")
    assert await heard(local, call["sid"]) == [("Say", "Your code is 1 2 3")]


async def test_every_status_calls_back_with_its_number_in_the_sequence(
    local: Local, receiver: Receiver
) -> None:
    sid = await called(local, StatusCallback=f"{receiver.url}/s", StatusCallbackEvent=EVENTS)
    await local.advance(20)

    fields = [one.fields for one in receiver.got]
    assert [one["CallStatus"] for one in fields] == ["initiated", "ringing", "in-progress", "completed"]
    assert [one["SequenceNumber"] for one in fields] == ["0", "1", "2", "3"]
    assert {one["CallSid"] for one in fields} == {sid}
    assert (fields[3]["CallDuration"], fields[3]["Duration"], fields[3]["SipResponseCode"]) == (
        "3",
        "1",
        "200",
    )
    assert fields[0]["CallbackSource"] == "call-progress-events"
    assert (fields[0]["Called"], fields[0]["Caller"]) == (HANDSET, local.number)
    got = receiver.got[0]
    assert RequestValidator(local.token).validate(
        f"{receiver.url}/s", got.fields, got.headers["x-twilio-signature"]
    )


async def test_only_the_end_calls_back_by_default(local: Local, receiver: Receiver) -> None:
    await called(local, StatusCallback=f"{receiver.url}/s", StatusCallbackMethod="GET")
    await local.advance(20)

    (got,) = receiver.got
    assert got.path.startswith("/s?Called=")
    assert "CallStatus=completed" in got.path


@pytest.mark.parametrize(
    ("phone", "status"),
    [
        ({"calls": "busy"}, "busy"),
        ({"calls": "decline"}, "busy"),
        ({"calls": "no-answer"}, "no-answer"),
        ({"state": "off"}, "no-answer"),
        ({"state": "unknown"}, "failed"),
    ],
)
async def test_the_handset_decides_how_a_call_ends(local: Local, phone: dict[str, str], status: str) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", phone)

    sid = await called(local, Timeout=20)
    await local.advance(30)

    over = await fetched(local, sid)
    assert (over["status"], over["duration"], over["price"]) == (status, "0", None)


async def test_a_number_of_twilio_without_a_voice_url_fails_at_once(local: Local) -> None:
    other = await local.account()
    sid = await called(local, To=other.number)
    await local.advance(1)

    assert (await fetched(local, sid))["status"] == "failed"


async def test_calls_leave_one_a_second(local: Local) -> None:
    calls = [(await created(local)).json["queue_time"] for _ in range(3)]

    assert calls == ["0", "1000", "2000"]


async def test_twiml_comes_from_the_url_and_is_asked_as_twilio_asks(local: Local, receiver: Receiver) -> None:
    answer = VoiceResponse()
    answer.say("Hello", voice="alice")
    answer.play("tune.mp3")
    answer.pause(length=2)
    answer.hangup()
    answer.say("Never heard")
    receiver.answers = [twiml(answer)]

    sid = await called(local, Twiml=None, Url=f"{receiver.url}/voice")
    await local.advance(30)

    got = receiver.got[0]
    assert (got.fields["CallStatus"], got.fields["CallSid"]) == ("in-progress", sid)
    assert RequestValidator(local.token).validate(
        f"{receiver.url}/voice", got.fields, got.headers["x-twilio-signature"]
    )
    expected = [("Say", "Hello"), ("Play", "tune.mp3"), ("Pause", "2 s of silence")]
    assert await heard(local, sid) == expected
    assert (await fetched(local, sid))["duration"] == "6"


async def test_a_url_wins_over_twiml(local: Local, receiver: Receiver) -> None:
    receiver.answers = [twiml("<Response><Say>From the URL</Say></Response>")]

    sid = await called(local, Url=f"{receiver.url}/voice")
    await local.advance(20)

    assert await heard(local, sid) == [("Say", "From the URL")]


async def test_a_gather_waits_for_the_keypad(local: Local, receiver: Receiver) -> None:
    answer = VoiceResponse()
    menu = answer.gather(num_digits=4, action="/digits", timeout=5)
    menu.say("Your code, please")
    answer.say("Nothing was pressed")
    receiver.answers = [twiml(answer), twiml("<Response><Say>Thank you</Say></Response>")]
    sid = await called(local, Twiml=None, Url=f"{receiver.url}/voice")
    await local.advance(4)

    first = await local.does("POST", f"/calls/{sid}/digits", {"digits": "12"})
    second = await local.does("POST", f"/calls/{sid}/digits", {"digits": "34"})

    assert (first["taken"], second["taken"]) == (True, True)
    # At once: the wait for a fifth digit would end in the same request, but five seconds later.
    assert [one.path for one in receiver.got] == ["/voice", "/digits"]
    await local.advance(10)
    assert receiver.got[1].fields["Digits"] == "1234"
    assert await heard(local, sid) == [
        ("Say", "Your code, please"),
        ("keypad", "12"),
        ("keypad", "34"),
        ("Say", "Thank you"),
    ]


async def test_the_finish_key_ends_a_gather_and_is_not_told_as_a_digit(
    local: Local, receiver: Receiver
) -> None:
    receiver.answers = [twiml('<Response><Gather finishOnKey="*"/></Response>'), twiml("<Response/>")]
    sid = await called(local, Twiml=None, Url=f"{receiver.url}/voice")
    await local.advance(4)

    await local.does("POST", f"/calls/{sid}/digits", {"digits": "77*"})

    assert receiver.got[1].path == "/voice"
    assert (receiver.got[1].fields["Digits"], receiver.got[1].fields["FinishedOnKey"]) == ("77", "*")


@pytest.mark.parametrize("empty", ["false", "true"])
async def test_nobody_presses_a_key(local: Local, receiver: Receiver, empty: str) -> None:
    gather = f'<Gather timeout="3" action="/keys" actionOnEmptyResult="{empty}"/>'
    receiver.answers = [twiml(f"<Response>{gather}<Say>Goodbye</Say></Response>")]
    sid = await called(local, Twiml=None, Url=f"{receiver.url}/voice")
    await local.advance(20)

    asked = [one.path for one in receiver.got]
    assert asked == (["/voice", "/keys"] if empty == "true" else ["/voice"])
    assert ("Say", "Goodbye") in await heard(local, sid) or empty == "true"
    assert (await fetched(local, sid))["status"] == "completed"


async def test_keys_that_nobody_waits_for_are_only_heard(local: Local) -> None:
    sid = await called(local, Twiml="<Response><Pause length='30'/></Response>")
    await local.advance(5)

    assert (await local.does("POST", f"/calls/{sid}/digits", {"digits": "5"}))["taken"] is False


async def test_a_redirect_goes_on_elsewhere(local: Local, receiver: Receiver) -> None:
    receiver.answers = [
        twiml("<Response><Redirect method='GET'>../b</Redirect></Response>"),
        twiml("Read me aloud", "text/plain"),
    ]
    sid = await called(local, Twiml=None, Url=f"{receiver.url}/a/a")
    await local.advance(20)

    assert receiver.got[1].path.startswith("/b?Called=")
    assert await heard(local, sid) == [("Say", "Read me aloud")]


async def test_a_failing_url_turns_to_the_fallback(local: Local, receiver: Receiver) -> None:
    receiver.answers = [Reply(500, b""), twiml(HELLO)]
    sid = await called(local, Twiml=None, Url=f"{receiver.url}/a", FallbackUrl=f"{receiver.url}/b")
    await local.advance(20)

    assert [one.path for one in receiver.got] == ["/a", "/b"]
    assert receiver.got[1].fields["ErrorCode"] == "11200"
    assert await heard(local, sid) == [("Say", "Your code is 1 2 3")]


@pytest.mark.parametrize(
    ("answer", "code"), [(twiml("<Response><Say>"), 12100), (twiml("{}", "application/json"), 12300)]
)
async def test_broken_twiml_is_apologised_for_and_told_to_the_debugger(
    local: Local, receiver: Receiver, answer: Reply, code: int
) -> None:
    receiver.answers = [answer]
    sid = await called(local, Twiml=None, Url=f"{receiver.url}/a")
    await local.advance(30)

    assert [verb for verb, _ in await heard(local, sid)] == ["Say"]
    assert "application error" in (await heard(local, sid))[0][1]
    alerts = (await local.does("GET", f"/alerts?resource={sid}"))["alerts"]
    assert [one["code"] for one in alerts] == [code]


async def test_broken_inline_twiml_and_unknown_verbs_are_told_too(local: Local) -> None:
    await called(local, Twiml="<Response")
    await called(local, Twiml="<Response><Sing/><Dial>+14155550111</Dial></Response>")
    await local.advance(30)

    alerts = (await local.does("GET", "/alerts"))["alerts"]
    assert sorted(one["code"] for one in alerts) == [12100, 12200]


async def test_a_person_answers_and_hangs_up(local: Local) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"calls": "ring"})
    sid = await called(local, Twiml="<Response><Pause length='60'/></Response>")
    await local.advance(5)
    assert [one["status"] for one in (await local.does("GET", "/calls?status=ringing"))["calls"]] == [
        "ringing"
    ]

    answered = await local.does("POST", f"/calls/{sid}/answer")
    await local.advance(7)
    over = await local.does("POST", f"/calls/{sid}/hangup")

    assert answered["status"] == "in-progress"
    assert (over["status"], over["duration"]) == ("completed", "7")
    await local.advance(100)
    assert (await fetched(local, sid))["duration"] == "7"


async def test_a_person_declines(local: Local) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"calls": "ring"})
    sid = await called(local)
    await local.advance(5)

    assert (await local.does("POST", f"/calls/{sid}/decline"))["status"] == "busy"
    again = await local.control("POST", f"/calls/{sid}/answer")
    assert (again.status, again.json["errors"][0]["field"]) == (409, "sid")


@pytest.mark.parametrize(
    ("path", "content", "field"),
    [
        ("digits", {"digits": "12x"}, "digits"),
        ("digits", {}, "digits"),
        ("answer", {"now": True}, "now"),
        ("digits", {"digits": "1"}, "sid"),
    ],
)
async def test_wrong_wishes_for_a_call_are_explained(
    local: Local, path: str, content: object, field: str
) -> None:
    sid = await called(local)

    answer = await local.control("POST", f"/calls/{sid}/{path}", content)

    assert answer.status in (400, 409)
    assert answer.json["errors"][0]["field"] == field
    assert (await local.control("GET", "/calls/CA1")).status == 404


@pytest.mark.parametrize(
    ("wish", "person", "expected"),
    [
        ("Enable", "human", "human"),
        ("Enable", "machine_start", "machine_start"),
        ("DetectMessageEnd", "machine_start", "machine_end_beep"),
        ("Enable", "fax", "fax"),
    ],
)
async def test_machine_detection_tells_who_answered(
    local: Local, receiver: Receiver, wish: str, person: str, expected: str
) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"answered_by": person})
    receiver.answers = [twiml(HELLO)]

    sid = await called(local, Twiml=None, Url=f"{receiver.url}/v", MachineDetection=wish)
    await local.advance(20)

    assert receiver.got[0].fields["AnsweredBy"] == expected
    assert (await fetched(local, sid))["answered_by"] == expected


async def test_asynchronous_detection_reports_apart(local: Local, receiver: Receiver) -> None:
    sid = await called(
        local, MachineDetection="Enable", AsyncAmd="true", AsyncAmdStatusCallback=f"{receiver.url}/amd"
    )
    await local.advance(20)

    fields = receiver.got[0].fields
    assert (receiver.got[0].path, fields["CallSid"], fields["AnsweredBy"]) == ("/amd", sid, "human")


async def test_a_call_is_cancelled_completed_or_sent_elsewhere(local: Local) -> None:
    async def updated(sid: str, **form: str) -> Answered:
        return await local.call("POST", f"{{}}/Calls/{sid}.json", form)

    first, second = (
        await called(local),
        await called(local, Twiml="<Response><Pause length='60'/></Response>"),
    )
    assert (await updated(first, Twiml=HELLO)).code == 21220
    assert (await updated(first, Status="canceled")).json["status"] == "canceled"
    assert (await updated(first, Status="completed")).code == 21220
    await local.advance(6)
    await updated(second, Twiml="<Response><Say>Changed</Say></Response>")
    assert (await updated(second, Status="wrong")).code == 20422
    await local.advance(0.3)
    assert (await updated(second, Status="completed")).json["status"] == "completed"

    assert await heard(local, second) == [("Pause", "60 s of silence"), ("Say", "Changed")]
    assert (await local.call("DELETE", f"{{}}/Calls/{second}.json")).status == 204
    assert (await local.call("GET", f"{{}}/Calls/{second}.json")).status == 404
    third = await called(local)
    assert (await local.call("DELETE", f"{{}}/Calls/{third}.json")).code == 20009


async def test_calls_are_listed_by_their_filters(local: Local) -> None:
    first, second = await called(local), await called(local, To="+14155550177")
    await local.call("POST", f"{{}}/Calls/{first}.json", {"Status": "canceled"})

    async def listed(query: str) -> list[str]:
        page = (await local.call("GET", f"{{}}/Calls.json?{query}")).json
        return [one["sid"] for one in page["calls"]]

    assert await listed("PageSize=50") == [second, first]
    assert await listed("Status=canceled") == [first]
    assert await listed("To=%2B14155550177") == [second]
    assert await listed("EndTime>=2020-01-01") == [first]
    assert await listed("StartTime<=2050-01-01") == []
    check(FACTS["api.ListCall"], (await local.call("GET", "{}/Calls.json")).json["calls"][0])


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"To": None}, 21201),
        ({"From": None}, 21213),
        ({"To": "12"}, 21217),
        ({"From": "12"}, 21212),
        ({"From": "+14155550177"}, 21210),
        ({"Twiml": None}, 21205),
        ({"Url": "ftp://a"}, 21205),
        ({"Twiml": "x" * 4001}, 21205),
        ({"SendDigits": "12x"}, 21206),
        ({"Timeout": "601"}, 21208),
        ({"Timeout": "soon"}, 21208),
        ({"Method": "PUT"}, 21209),
        ({"StatusCallback": "nowhere"}, 21609),
        ({"ApplicationSid": "AP1"}, 21218),
        ({"To": "+447700900123"}, 21215),
    ],
)
async def test_wrong_calls_are_refused(local: Local, parameters: dict[str, object], code: int) -> None:
    await local.change(geo_permissions={"blocked": ["GB"]})

    assert (await created(local, **parameters)).code == code


async def test_a_trial_calls_verified_numbers_only(local: Local) -> None:
    trial = await local.account(type="Trial", ruleset="classic")
    assert (await created(trial)).code == 21219
    await local.does("POST", f"/accounts/{trial.sid}/verified-callers", {"number": HANDSET})
    assert (await created(trial)).status == 201


async def voice_url(local: Local, url: str) -> None:
    number = (await local.call("GET", "{}/IncomingPhoneNumbers.json")).json["incoming_phone_numbers"][0]
    form = {"VoiceUrl": url, "StatusCallback": f"{url}/status"}
    await local.call("POST", f"{{}}/IncomingPhoneNumbers/{number['sid']}.json", form)


async def test_a_handset_calls_a_number(local: Local, receiver: Receiver) -> None:
    await voice_url(local, f"{receiver.url}/voice")
    receiver.answers = [twiml("<Response><Say>Welcome</Say></Response>")]

    call = await local.does("POST", f"/phones/{HANDSET}/calls", {"to": local.number})
    await local.advance(10)

    fields = receiver.got[0].fields
    assert (fields["Direction"], fields["CallStatus"], fields["From"]) == ("inbound", "ringing", HANDSET)
    assert fields["FromCity"] == "SAN FRANCISCO"
    assert (await fetched(local, call["sid"]))["status"] == "completed"
    assert [one.path for one in receiver.got] == ["/voice", "/voice/status"]


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
async def test_an_inbound_call_may_be_rejected(
    local: Local, receiver: Receiver, reason: str, status: str
) -> None:
    await voice_url(local, f"{receiver.url}/voice")
    receiver.answers = [twiml(f"<Response><Reject reason='{reason}'/></Response>")]

    call = await local.does("POST", f"/phones/{HANDSET}/calls", {"to": local.number})

    assert (call["status"], call["duration"]) == (status, "0")
    refused = await local.control("POST", f"/phones/{HANDSET}/calls", {"to": "+14155550188"})
    assert refused.json["errors"][0]["field"] == "to"


def test_calls_over_https_are_signed_without_the_port() -> None:
    url = "https://example.org:8443/voice"

    assert target(url, voice=True).signed_url == "https://example.org/voice"
    assert target(url).signed_url == url
    assert target("http://example.org:8080/", voice=True).signed_url == "http://example.org:8080/"


async def test_the_official_client_calls_and_lists(local: Local) -> None:
    client = connect(local.simulator.url, local.sid, local.token)

    def program() -> tuple[str, list[str], str]:
        call = client.calls.create(
            to=HANDSET, from_=local.number, twiml=HELLO, status_callback_event=["answered"]
        )
        ended = client.calls(call.sid).update(status="canceled")
        return call.status, [one.sid for one in client.calls.list(status="canceled")], ended.status

    created, listed, ended = await asyncio.to_thread(program)
    client.http_client.close()

    assert (created, len(listed), ended) == ("queued", 1, "canceled")


async def test_what_is_heard_shows_on_the_handset(local: Local) -> None:
    sid = await called(local)
    await local.advance(10)

    shown = (await local.does("GET", f"/phones/{HANDSET}/messages"))["messages"][0]
    assert (shown["channel"], shown["body"], shown["message_sid"]) == ("call", "Your code is 1 2 3", sid)


async def test_a_call_that_waits_for_keys_outlives_a_snapshot(local: Local, receiver: Receiver) -> None:
    menu = "<Response><Gather numDigits='2' action='/k'><Say>Keys</Say></Gather><Say>None</Say></Response>"
    receiver.answers = [twiml(menu)]
    await local.does("PATCH", f"/phones/{HANDSET}", {"calls": "ring"})
    sid = await called(local, Twiml=None, Url=f"{receiver.url}/voice")
    await local.advance(2)
    await local.does("POST", f"/calls/{sid}/answer")
    await local.does("POST", "/snapshots/asking")
    await local.advance(60)
    assert (await fetched(local, sid))["status"] == "completed"

    await local.does("POST", "/snapshots/asking/restore")
    receiver.answers = [twiml("<Response><Say>Thanks</Say></Response>")]
    told = await local.does("POST", f"/calls/{sid}/digits", {"digits": "42"})
    await local.advance(10)

    assert told["taken"] is True
    assert receiver.got[-1].fields["Digits"] == "42"
    assert (await heard(local, sid))[-1] == ("Say", "Thanks")
    assert (await fetched(local, sid))["status"] == "completed"


async def test_a_call_in_a_state_file_is_plain_data(local: Local) -> None:
    await called(local, Twiml="<Response><Gather timeout='20'/></Response>")
    await local.advance(6)
    read(local.simulator, written(local.simulator))
