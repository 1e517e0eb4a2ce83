"""TwiML of calls beyond the plain path: mistakes, verbs that are only noted, servers that misbehave."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_calls import HELLO, called, fetched, heard, twiml, voice_url

from twilio_simulator.exchange import Reply

pytestmark = pytest.mark.anyio


async def alerts(local: Local, sid: str) -> list[int]:
    found = (await local.does("GET", f"/alerts?resource={sid}"))["alerts"]
    return sorted(one["code"] for one in found)


@pytest.mark.parametrize(
    ("verb", "code"),
    [
        ("<Gather finishOnKey='ab'/>", 13310),
        ("<Gather method='PUT'/>", 13312),
        ("<Gather timeout='soon'/>", 13313),
        ("<Gather numDigits='0'/>", 13314),
        ("<Gather><Dial>1</Dial></Gather>", 13320),
        ("<Gather actionOnEmptyResult='yes'/>", 13338),
        ("<Play loop='x'>http://127.0.0.1/a.mp3</Play>", 13410),
        ("<Play digits='z'/>", 13430),
        ("<Say loop='-1'>Hi</Say>", 13510),
        ("<Say/>", 13520),
        (f"<Say>{'a' * 4097}</Say>", 13521),
        ("<Redirect>ftp://nowhere</Redirect>", 11100),
    ],
)
async def test_mistakes_in_a_verb_are_told_to_the_debugger(
    local: Local, receiver: Receiver, verb: str, code: int
) -> None:
    receiver.answers = [twiml(f"<Response>{verb}</Response>")]

    sid = await called(local, Twiml=None, Url=f"{receiver.url}/v")
    await local.advance(20)

    assert await alerts(local, sid) == [code]


async def test_a_right_document_raises_no_alert(local: Local) -> None:
    gather = (
        "<Gather numDigits='4' timeout='auto' finishOnKey='' method='get'><Say loop='2'>Hi</Say></Gather>"
    )
    sid = await called(local, Twiml=f"<Response>{gather}<Play digits='1w2'/><Pause/></Response>")
    await local.advance(60)

    assert await alerts(local, sid) == []


async def test_a_dial_reaches_nobody_and_its_action_is_told(local: Local, receiver: Receiver) -> None:
    receiver.answers = [
        twiml("<Response><Dial action='/after'>+14155550188</Dial><Say>Never</Say></Response>"),
        twiml("<Response><Say>Nobody there</Say></Response>"),
    ]
    sid = await called(local, Twiml=None, Url=f"{receiver.url}/v")
    await local.advance(20)

    assert (receiver.got[1].path, receiver.got[1].fields["DialCallStatus"]) == ("/after", "failed")
    assert [verb for verb, _ in await heard(local, sid)] == ["Dial", "Say"]
    assert (await heard(local, sid))[1] == ("Say", "Nobody there")


@pytest.mark.parametrize("verb", ["Dial", "Record", "Enqueue", "Connect", "Start", "Refer", "Pay"])
async def test_verbs_that_are_not_simulated_are_noted_and_passed(local: Local, verb: str) -> None:
    sid = await called(local, Twiml=f"<Response><{verb}>Room</{verb}><Say>On</Say></Response>")
    await local.advance(20)

    assert [name for name, _ in await heard(local, sid)] == [verb, "Say"]
    event = (await local.does("GET", f"/wait?kind=call.noted&subject={sid}&timeout=0"))["event"]
    assert event["verb"] == verb
    assert await alerts(local, sid) == []


async def test_a_loop_without_end_goes_on_until_somebody_hangs_up(local: Local) -> None:
    sid = await called(local, Twiml="<Response><Play loop='0'>http://127.0.0.1/a.mp3</Play></Response>")
    await local.advance(600)

    assert (await fetched(local, sid))["status"] == "in-progress"


async def test_a_pause_in_front_lets_an_inbound_call_ring_on(local: Local, receiver: Receiver) -> None:
    await voice_url(local, f"{receiver.url}/v")
    receiver.answers = [twiml("<Response><Pause length='7'/><Say>Hello</Say></Response>")]

    call = await local.does("POST", f"/phones/{HANDSET}/calls", {"to": local.number})
    await local.advance(5)
    assert (await fetched(local, call["sid"]))["status"] == "ringing"
    await local.advance(5)

    assert (await fetched(local, call["sid"]))["status"] == "completed"
    assert await heard(local, call["sid"]) == [("Say", "Hello")]


async def test_an_update_changes_fallback_callback_and_length(local: Local, receiver: Receiver) -> None:
    receiver.answers = [Reply(500, b""), twiml("<Response><Pause length='90'/></Response>")]
    sid = await called(local, Twiml="<Response><Pause length='60'/></Response>")
    await local.advance(5)
    changes = {
        "Url": f"{receiver.url}/a",
        "FallbackUrl": f"{receiver.url}/b",
        "StatusCallback": f"{receiver.url}/s",
    }

    refused = await local.call("POST", f"{{}}/Calls/{sid}.json", {**changes, "StatusCallback": "nowhere"})
    assert refused.code == 21609
    await local.call("POST", f"{{}}/Calls/{sid}.json", changes)
    await local.advance(0)
    await local.advance(100)

    assert [one.path for one in receiver.got] == ["/a", "/b", "/s"]


async def test_an_answer_that_comes_after_a_redirect_is_void(local: Local, silent: str) -> None:
    sid = await called(local, Twiml=None, Url=f"{silent}/#rt=300&rc=0")
    turning = asyncio.create_task(local.advance(5))
    await local.does("GET", f"/wait?kind=call.status&status=in-progress&subject={sid}&timeout=5")
    await local.call("POST", f"{{}}/Calls/{sid}.json", {"Twiml": HELLO})
    await turning
    await local.advance(20)

    assert await heard(local, sid) == [("Say", "Your code is 1 2 3")]


async def test_what_a_phone_is_detected_as(local: Local, receiver: Receiver) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"answered_by": "machine_end_silence"})
    for wish in ("Enable", "DetectMessageEnd"):
        await called(local, Twiml=None, Url=f"{receiver.url}/v", MachineDetection=wish)
    await local.advance(20)

    assert [one.fields["AnsweredBy"] for one in receiver.got] == ["machine_start", "machine_end_silence"]


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """A server that takes requests and never answers."""
    writers = []

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await reader.read(-1)

    async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for writer in writers:
            writer.close()


async def test_a_server_that_never_answers_holds_up_no_other_call(
    local: Local, receiver: Receiver, silent: str
) -> None:
    other = await local.account()
    receiver.answers = [twiml(HELLO)]
    stuck = await called(local, Twiml=None, Url=f"{silent}/#rt=1000&rc=0")
    fine = await called(other, Twiml=None, Url=f"{receiver.url}/v")
    sent = (await local.sent())["sid"]
    await local.does("POST", "/clock/run", {"speed": 20})
    await local.does("GET", f"/wait?kind=call.heard&subject={fine}&timeout=5")
    await local.does("GET", f"/wait?kind=message.status&status=delivered&subject={sent}&timeout=5")

    # It will be a second of real time before the first one is given up.
    assert await heard(local, stuck) == []
    await local.does("GET", f"/wait?kind=call.heard&subject={stuck}&timeout=5")
    assert await heard(local, fine) == [("Say", "Your code is 1 2 3")]
    assert "application error" in (await heard(local, stuck))[0][1]
    assert await alerts(local, stuck) == [11200]


async def test_ten_megabytes_of_twiml_are_not_read(local: Local, receiver: Receiver) -> None:
    receiver.answers = [twiml(f"<Response><Say>{'a' * 10_000_000}</Say></Response>")]
    sid = await called(local, Twiml=None, Url=f"{receiver.url}/v")
    await local.advance(20)

    assert await alerts(local, sid) == [11750]
    assert "application error" in (await heard(local, sid))[0][1]


async def test_a_classic_trial_says_so_first_and_counts_no_minutes(local: Local) -> None:
    trial = await local.account(type="Trial", ruleset="classic", verified_callers=[HANDSET])
    sid = await called(trial)
    await local.advance(30)

    first, second = await heard(local, sid)
    assert "trial account" in first[1]
    assert second == ("Say", "Your code is 1 2 3")


async def test_the_minutes_of_a_trial_come_to_an_end(local: Local) -> None:
    trial = await local.account(type="Trial", verified_callers=[HANDSET])
    await called(trial, Twiml="<Response><Pause length='4499'/></Response>")
    await local.advance(4600)

    form = {"To": HANDSET, "From": trial.number, "Twiml": HELLO}
    assert (await trial.call("POST", "{}/Calls.json", form)).code == 20005
    later = await local.account(type="Trial", verified_callers=[HANDSET])
    await local.advance(31 * 86_400)
    form["From"] = later.number
    assert (await later.call("POST", "{}/Calls.json", form)).code == 20005


async def between(local: Local, receiver: Receiver, first: Reply) -> tuple[Local, str]:
    """A call from one account's number to another's, whose server answers with `first`."""
    other = await local.account()
    await voice_url(other, f"{receiver.url}/in")
    receiver.answers = [first]
    events = ["answered", "completed"]
    sid = await called(
        local,
        To=other.number,
        StatusCallback=f"{receiver.url}/out",
        StatusCallbackEvent=events,
        Timeout=30,
        Twiml="<Response><Pause length='20'/></Response>",
    )
    await local.advance(5)
    return other, sid


async def only_call(account: Local) -> dict[str, str]:
    (call,) = (await account.call("GET", "{}/Calls.json")).json["calls"]
    return {name: call[name] for name in ("direction", "from", "to", "status")}


async def test_a_number_of_this_world_takes_calls_by_its_voice_url(local: Local, receiver: Receiver) -> None:
    other, sid = await between(
        local, receiver, twiml("<Response><Pause length='9'/><Say>Hi</Say></Response>")
    )
    assert (await fetched(local, sid))["status"] == "ringing"
    await local.advance(5)
    assert (await fetched(local, sid))["status"] == "in-progress"
    await local.advance(30)

    expected = {"direction": "inbound", "from": local.number, "to": other.number, "status": "completed"}
    assert await only_call(other) == expected
    # The callee's program is over first, and hangs up on the caller.
    assert (await fetched(local, sid))["duration"] == "1"
    assert [one.path for one in receiver.got] == ["/in", "/out", "/in/status", "/out"]


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
async def test_a_number_of_this_world_may_reject_a_call(
    local: Local, receiver: Receiver, reason: str, status: str
) -> None:
    other, sid = await between(local, receiver, twiml(f"<Response><Reject reason='{reason}'/></Response>"))

    assert (await fetched(local, sid))["status"] == (await only_call(other))["status"] == status


async def test_who_gives_up_ends_the_call_for_both(local: Local, receiver: Receiver) -> None:
    other, sid = await between(local, receiver, twiml("<Response><Pause length='60'/></Response>"))

    await local.call("POST", f"{{}}/Calls/{sid}.json", {"Status": "canceled"})

    assert (await fetched(local, sid))["status"] == (await only_call(other))["status"] == "canceled"
