"""What the simulator does with the TwiML that a customer's server answers to an inbound text."""

from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # has no types
from twilio.twiml.messaging_response import MessagingResponse  # type: ignore[import-untyped]

from twilio_simulator.exchange import Reply

pytestmark = pytest.mark.anyio


def twiml(text: object, content_type: str = "text/xml; charset=utf-8") -> Reply:
    return Reply(200, str(text).encode(), content_type=content_type)


async def listen(local: Local, receiver: Receiver, **urls: str) -> None:
    numbers = (await local.call("GET", "{}/IncomingPhoneNumbers.json")).json["incoming_phone_numbers"]
    form = {"SmsUrl": f"{receiver.url}/in", **urls}
    await local.call("POST", f"{{}}/IncomingPhoneNumbers/{numbers[0]['sid']}.json", form)


async def text(local: Local, body: str = "Hello?", **more: object) -> Any:
    return await local.does("POST", f"/phones/{HANDSET}/messages", {"to": local.number, "body": body, **more})


async def shown(local: Local) -> list[str]:
    screen = await local.does("GET", f"/phones/{HANDSET}/messages?order=oldest")
    return [one["body"] for one in screen["messages"] if one["direction"] == "in"]


async def codes(local: Local) -> list[int]:
    return [one["code"] for one in (await local.does("GET", "/alerts"))["alerts"]]


async def test_a_message_verb_becomes_a_reply_on_the_handset(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver)
    answer = MessagingResponse()
    answer.message("Hello yourself", status_callback="/status")
    receiver.answers = [twiml(answer)]

    told = await text(local)
    await local.advance(10)

    reply = await local.message(told["webhook"]["messages"][0])
    assert (reply["direction"], reply["from"], reply["to"]) == ("outbound-reply", local.number, HANDSET)
    assert (reply["status"], reply["body"]) == ("delivered", "Hello yourself")
    assert await shown(local) == ["Hello yourself"]
    assert [(one.path, one.fields["MessageStatus"]) for one in receiver.got[1:]] == [
        ("/status", "sent"),
        ("/status", "delivered"),
    ]


async def test_bodies_and_media_go_together(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver)
    answer = MessagingResponse()
    message = answer.message(to="+14155550177")
    message.body("Look")
    message.media("/cat.png")
    message.media("https://example.org/dog.gif")
    receiver.answers = [twiml(answer)]

    told = await text(local)

    reply = await local.message(told["webhook"]["messages"][0])
    assert (reply["sid"][:2], reply["num_media"], reply["to"]) == ("MM", "2", "+14155550177")
    sent = local.simulator.world.message(reply["sid"])
    assert sent is not None
    assert [one.url for one in sent.media] == [f"{receiver.url}/cat.png", "https://example.org/dog.gif"]


async def test_plain_text_is_sent_back_as_it_is(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver)
    receiver.answers = [twiml("Thanks & bye", "text/plain")]

    await text(local)
    await local.advance(10)

    assert await shown(local) == ["Thanks & bye"]


@pytest.mark.parametrize("content_type", ["text/xml", "application/xml", "text/html"])
async def test_three_types_may_hold_twiml(local: Local, receiver: Receiver, content_type: str) -> None:
    await listen(local, receiver)
    receiver.answers = [twiml("<Response><Message>Hi</Message></Response>", content_type)]

    told = await text(local)

    assert len(told["webhook"]["messages"]) == 1
    assert await codes(local) == []


async def test_a_redirect_asks_the_next_url_the_same(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver)
    receiver.answers = [
        twiml(
            "<Response><Message>One</Message><Redirect>../next?a=b</Redirect><Message>No</Message></Response>"
        ),
        twiml("<Response><Message>Two</Message></Response>"),
    ]

    told = await text(local)
    await local.advance(10)

    assert await shown(local) == ["One", "Two"]
    assert [one.path for one in receiver.got] == ["/in", "/next?a=b"]
    assert receiver.got[1].fields["Body"] == "Hello?"
    assert told["webhook"]["follow_up"] is not None
    assert told["webhook"]["twiml"][1:] == [f"Redirect to {receiver.url}/next?a=b"]


async def test_after_an_action_its_twiml_goes_on(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver)
    receiver.answers = [
        twiml('<Response><Message action="/then">One</Message><Message>Never</Message></Response>'),
        twiml("<Response><Message>Two</Message></Response>"),
    ]

    told = await text(local)
    await local.advance(10)

    assert await shown(local) == ["One", "Two"]
    fields = receiver.got[1].fields
    assert (receiver.got[1].path, fields["MessageStatus"]) == ("/then", "queued")
    assert fields["MessageSid"] == told["webhook"]["messages"][0]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (twiml("<Response>"), 12100),
        (twiml("\n<?xml version='1.0'?><Response/>"), 12100),
        (twiml("<Answer/>"), 12102),
        (twiml("<?xml version='1.1'?><Response/>"), 12101),
        (twiml('<!DOCTYPE Response [<!ENTITY a "b">]><Response>&a;</Response>'), 12100),
        (twiml("{}", "application/json"), 12300),
        (twiml("<Response><!--" + "x" * 70_000 + "--></Response>"), 11750),
        (twiml(""), 11770),
        (Reply(500, b"no"), 11200),
        (Reply(404, b"no"), 11200),
        (twiml("<Response><Message/></Response>"), 14103),
        (twiml(f"<Response><Message>{'x' * 1601}</Message></Response>"), 14103),
        (twiml('<Response><Message to="nobody">Hi</Message></Response>'), 14101),
        (twiml('<Response><Message from="+12125550100">Hi</Message></Response>'), 14102),
        (twiml('<Response><Message method="PUT">Hi</Message></Response>'), 14104),
        (twiml('<Response><Message statusCallback="ftp://a">Hi</Message></Response>'), 14105),
        (twiml("<Response><Say>Hi</Say></Response>"), 14110),
        (twiml('<Response><Message colour="red">Hi</Message></Response>'), 12200),
    ],
)
async def test_the_debugger_tells_what_is_wrong(
    local: Local, receiver: Receiver, answer: Reply, code: int
) -> None:
    await listen(local, receiver)
    receiver.answers = [answer]

    told = await text(local)

    alert = (await local.does("GET", "/alerts"))["alerts"][0]
    assert (alert["code"], alert["resource_sid"]) == (code, told["message_sid"])
    assert alert["request"]["url"] == f"{receiver.url}/in"
    assert alert["explanation"]
    assert told["webhook"]["alerts"] == [alert["sid"]]


async def test_an_empty_response_and_no_content_are_fine(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver)
    receiver.answers = [twiml("<Response/>"), Reply(204, b"")]

    await text(local)
    await text(local)

    assert await codes(local) == []
    assert await shown(local) == []


async def test_one_text_gets_ten_replies_at_most(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver)
    receiver.answers = [twiml("<Response>" + "<Message>Hi</Message>" * 12 + "</Response>")]

    told = await text(local)

    assert len(told["webhook"]["messages"]) == 10
    assert await codes(local) == [14109, 14109]


async def test_two_programs_that_answer_each_other_are_stopped(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver)
    receiver.answers = [twiml("<Response>" + "<Message>Hi</Message>" * 10 + "</Response>") for _ in range(4)]

    told = [await text(local) for _ in range(4)]

    assert await codes(local) == [14107] * 10
    failed = [await local.message(sid) for sid in told[3]["webhook"]["messages"]]
    assert {(one["status"], one["error_code"]) for one in failed} == {("failed", 14107)}
    await local.advance(31)
    receiver.answers = [twiml("<Response><Message>Again</Message></Response>")]
    assert len((await text(local))["webhook"]["messages"]) == 1


async def test_redirects_without_end_are_ended(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver)
    receiver.answers = [twiml("<Response><Redirect>/in</Redirect></Response>") for _ in range(60)]

    await text(local)

    assert await codes(local) == [14106]
    assert len(receiver.got) == 50


async def test_the_fallback_url_learns_what_went_wrong(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver, SmsFallbackUrl=f"{receiver.url}/plan-b", SmsFallbackMethod="GET")
    receiver.answers = [Reply(503, b""), twiml("<Response><Message>Plan B</Message></Response>")]

    told = await text(local)
    await local.advance(10)

    assert await shown(local) == ["Plan B"]
    second = receiver.got[1]
    assert second.path.startswith("/plan-b?SmsMessageSid=SM")
    assert (
        f"ErrorCode=11200&ErrorUrl={receiver.url.replace(':', '%3A').replace('/', '%2F')}%2Fin" in second.path
    )
    assert RequestValidator(local.token).validate(
        receiver.url + second.path, {}, second.headers["x-twilio-signature"]
    )
    assert [one["status"] for one in told["webhook"]["exchanges"]] == ["503", "200"]
    tokens = {one.headers["i-twilio-idempotency-token"] for one in receiver.got}
    assert len(tokens) == 1


async def test_a_service_brings_its_own_url_and_fallback(local: Local, receiver: Receiver) -> None:
    account = await local.account(messaging_services=[{"inbound_request_url": f"{receiver.url}/service"}])
    service = next(iter(local.simulator.world.accounts[account.sid].messaging_services.values()))
    service.fallback_url, service.inbound_method = f"{receiver.url}/other", "GET"
    receiver.answers = [twiml("no", "image/png"), twiml("<Response/>")]

    await text(account)

    assert [one.path.partition("?")[0] for one in receiver.got] == ["/service", "/other"]
    assert "MessagingServiceSid=MG" in receiver.got[0].path
    assert receiver.got[1].fields["ErrorCode"] == "12300"


async def test_replies_to_somebody_who_opted_out_do_not_leave(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver)
    receiver.answers = [twiml("<Response><Message>Sorry to see you go</Message></Response>")]

    told = await text(local, "STOP")

    assert told["webhook"]["messages"] == []
    assert await codes(local) == [21610]


async def test_replies_carry_the_services_callback(local: Local, receiver: Receiver) -> None:
    account = await local.account(
        messaging_services=[
            {"inbound_request_url": f"{receiver.url}/in", "status_callback": f"{receiver.url}/status"}
        ]
    )
    receiver.answers = [twiml("<Response><Message>Hi</Message></Response>")]

    await text(account)
    await local.advance(10)

    assert [one.fields.get("MessageStatus") for one in receiver.got] == [None, "sent", "delivered"]
    assert receiver.got[1].fields["MessagingServiceSid"].startswith("MG")


async def test_a_classic_trial_marks_its_replies(local: Local, receiver: Receiver) -> None:
    trial = await local.account(
        type="Trial", ruleset="classic", inbound_url=receiver.url, verified_callers=[HANDSET]
    )
    receiver.answers = [twiml("<Response><Message>Hi</Message></Response>")]

    told = await text(trial)

    reply = await trial.message(told["webhook"]["messages"][0])
    assert reply["body"] == "Sent from your Twilio trial account - Hi"


async def test_a_number_without_texts_cannot_reply(local: Local, receiver: Receiver) -> None:
    account = await local.account(
        numbers=["+12125550101", {"phone_number": "+12125550102", "capabilities": ["voice"]}],
        inbound_url=receiver.url,
    )
    receiver.answers = [twiml('<Response><Message from="+12125550102">Hi</Message></Response>')]

    told = await local.does("POST", f"/phones/{HANDSET}/messages", {"to": "+12125550101", "body": "Hello"})

    assert told["account_sid"] == account.sid
    assert await codes(local) == [14108]
