import asyncio

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # has no types

from twilio_simulator.exchange import Reply, Severed
from twilio_simulator.webhooks.signature import signature

pytestmark = pytest.mark.anyio

CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
VECTORS = [
    (CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    (
        [
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ],
        "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
    ),
]


@pytest.mark.parametrize(("parameters", "expected"), VECTORS)
def test_signatures_agree_with_the_published_vectors(
    parameters: list[tuple[str, str]], expected: str
) -> None:
    assert signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", parameters) == expected


def test_a_blank_value_is_signed_too() -> None:
    url, fields = "https://example.org/in", {"Body": "", "FinishedOnKey": "", "From": "+14158675309"}

    given = signature("12345", url, list(fields.items()))

    assert RequestValidator("12345").validate(url, fields, given)
    assert given != signature("12345", url, [("From", "+14158675309")])


async def test_a_text_has_callbacks_for_sent_and_delivered_in_order(local: Local, receiver: Receiver) -> None:
    message = await local.sent(StatusCallback=f"{receiver.url}/status?job=1")
    await local.advance(10)

    assert receiver.statuses == ["sent", "delivered"]
    assert [name for name, _ in receiver.got[0].parameters] == (
        "SmsSid SmsStatus MessageStatus To MessageSid AccountSid From ApiVersion".split()  # noqa: SIM905 - reads better
    )
    assert receiver.got[1].parameters[0][0] == "RawDlrDoneDate"
    assert receiver.got[0].fields["MessageSid"] == message["sid"]
    assert receiver.got[0].path == "/status?job=1"


async def test_the_headers_are_twilios(local: Local, receiver: Receiver) -> None:
    await local.sent(StatusCallback=receiver.url)
    await local.advance(10)

    headers = [one.headers for one in receiver.got]
    assert headers[0]["user-agent"] == "TwilioProxy/1.1"
    assert headers[0]["content-type"] == "application/x-www-form-urlencoded; charset=utf-8"
    assert headers[0]["i-twilio-idempotency-token"] != headers[1]["i-twilio-idempotency-token"]


async def test_the_official_validator_accepts_every_signature(local: Local, receiver: Receiver) -> None:
    await local.sent(StatusCallback=f"{receiver.url}/a%20b?x=1&y=#rc=2")
    await local.advance(10)

    for one in receiver.got:
        url = receiver.url + one.path
        given = one.headers["x-twilio-signature"]
        assert RequestValidator(local.token).validate(url, one.fields, given)
        assert not RequestValidator("f" * 32).validate(url, one.fields, given)


async def test_a_rotated_token_signs_from_then_on(local: Local, receiver: Receiver) -> None:
    await local.sent(StatusCallback=f"{receiver.url}/")
    token = (await local.change(tokens="rotate"))["auth_token"]
    await local.advance(10)

    got = receiver.got[0]
    assert RequestValidator(token).validate(f"{receiver.url}/", got.fields, got.headers["x-twilio-signature"])


async def test_a_failure_carries_its_code(local: Local, receiver: Receiver) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"state": "blocking"})
    await local.sent(StatusCallback=receiver.url)
    await local.advance(10)

    assert receiver.statuses == ["sent", "undelivered"]
    assert receiver.got[1].fields["ErrorCode"] == "30004"


async def test_whatsapp_callbacks_name_their_channel(local: Local, receiver: Receiver) -> None:
    await local.sent(To=f"whatsapp:{HANDSET}", From=local.whatsapp, StatusCallback=receiver.url)
    await local.advance(10)

    assert receiver.statuses == ["undelivered"]
    fields = receiver.got[0].fields
    assert (fields["ErrorCode"], fields["ChannelPrefix"]) == ("63016", "whatsapp")
    assert fields["ChannelStatusMessage"]


async def test_a_service_announces_queued_and_brings_its_own_callback(
    local: Local, receiver: Receiver
) -> None:
    account = await local.account(messaging_services=[{"status_callback": f"{receiver.url}/service"}])
    service = account.facts["messaging_service"]
    await account.sent(From=None, MessagingServiceSid=service)
    await local.advance(10)

    assert receiver.statuses == ["queued", "sent", "delivered"]
    assert {one.fields["MessagingServiceSid"] for one in receiver.got} == {service}


async def test_an_error_answer_is_not_retried(local: Local, receiver: Receiver) -> None:
    receiver.answers = [Reply(500, b"no")]
    await local.sent(StatusCallback=receiver.url)
    await local.advance(10)

    assert receiver.statuses == ["sent", "delivered"]
    first = (await local.does("GET", "/webhooks"))["webhooks"][0]
    assert (first["response_status"], first["tries"], first["state"]) == (500, 1, "answered")


async def test_an_override_retries_error_answers_with_the_same_token(
    local: Local, receiver: Receiver
) -> None:
    receiver.answers = [Reply(500, b""), Reply(503, b"")]
    await local.change(progress="immediate")
    await local.sent(StatusCallback=f"{receiver.url}#rc=2&rp=5xx")
    await local.simulator.webhooks.settled()

    assert receiver.statuses == ["sent", "sent", "sent", "delivered"]
    tokens = [one.headers["i-twilio-idempotency-token"] for one in receiver.got]
    assert len(set(tokens[:3])) == 1


async def test_a_receiver_that_is_not_there_is_tried_twice(local: Local) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    await local.sent(StatusCallback=f"http://127.0.0.1:{port}")
    await local.advance(10)

    first = (await local.does("GET", "/webhooks"))["webhooks"][0]
    assert (first["tries"], first["state"]) == (2, "failed")
    assert first["error"].startswith("11202")


async def test_a_read_timeout_is_given_up_without_a_retry(local: Local, receiver: Receiver) -> None:
    never: asyncio.Future[Reply | Severed] = asyncio.get_running_loop().create_future()
    receiver.answers = [never]
    await local.change(progress="immediate")
    await local.sent(StatusCallback=f"{receiver.url}#rt=100")
    await local.simulator.webhooks.settled()

    first = (await local.does("GET", "/webhooks"))["webhooks"][0]
    assert (first["tries"], first["error"]) == (1, "11200: no answer within the read timeout")
    assert receiver.statuses == ["sent", "delivered"]


async def test_nothing_is_sent_beyond_this_machine(local: Local) -> None:
    await local.sent(StatusCallback="http://example.org/status")
    await local.advance(10)

    attempts = (await local.does("GET", "/webhooks"))["webhooks"]
    assert {one["state"] for one in attempts} == {"blocked"}
    assert "--allow-webhooks-to example.org" in attempts[0]["error"]


async def test_credentials_in_the_url_become_a_header_and_are_not_signed(
    local: Local, receiver: Receiver
) -> None:
    await local.sent(StatusCallback=receiver.url.replace("http://", "http://ada:secret@") + "/in")
    await local.advance(10)

    got = receiver.got[0]
    assert got.headers["authorization"] == "Basic YWRhOnNlY3JldA=="
    assert RequestValidator(local.token).validate(
        f"{receiver.url}/in", got.fields, got.headers["x-twilio-signature"]
    )


async def test_a_webhook_can_be_sent_again(local: Local, receiver: Receiver) -> None:
    await local.sent(StatusCallback=receiver.url)
    await local.advance(10)
    first = (await local.does("GET", "/webhooks?status=sent"))["webhooks"][0]

    again = await local.does("POST", f"/webhooks/{first['id']}/resend")

    assert again["response_status"] == 204
    assert receiver.statuses == ["sent", "delivered", "sent"]
    assert again["token"] == first["token"]


async def test_an_inbound_text_reaches_the_numbers_webhook(local: Local, receiver: Receiver) -> None:
    numbers = (await local.call("GET", "{}/IncomingPhoneNumbers.json")).json["incoming_phone_numbers"]
    await local.call(
        "POST", f"{{}}/IncomingPhoneNumbers/{numbers[0]['sid']}.json", {"SmsUrl": f"{receiver.url}/in"}
    )
    receiver.answers = [Reply(200, b"<Response/>", content_type="text/xml")]

    told = await local.does("POST", f"/phones/{HANDSET}/messages", {"to": local.number, "body": "Hello?"})

    fields = receiver.got[0].fields
    assert (fields["From"], fields["To"], fields["Body"]) == (HANDSET, local.number, "Hello?")
    assert fields["MessageSid"] == fields["SmsSid"] == fields["SmsMessageSid"] == told["message_sid"]
    assert (fields["SmsStatus"], fields["NumMedia"], fields["NumSegments"]) == ("received", "0", "1")
    assert (told["webhook"]["response_status"], told["webhook"]["response_body"]) == (200, "<Response/>")
    assert (await local.message(told["message_sid"]))["direction"] == "inbound"


@pytest.mark.parametrize("by", ["POST", "PATCH"])
async def test_one_inbound_url_serves_every_sender(local: Local, receiver: Receiver, by: str) -> None:
    account = await local.account(**({"inbound_url": receiver.url} if by == "POST" else {}))
    if by == "PATCH":
        await account.change(inbound_url=receiver.url)

    for to in (account.number, account.whatsapp):
        await local.does("POST", f"/phones/{HANDSET}/messages", {"to": to, "body": "Hello?"})

    assert [one.fields["To"] for one in receiver.got] == [account.number, account.whatsapp]
    await account.change(speed=2)
    await local.does("POST", f"/phones/{HANDSET}/messages", {"to": account.number, "body": "Still?"})
    assert len(receiver.got) == 3


async def test_a_whatsapp_text_carries_its_profile(local: Local, receiver: Receiver) -> None:
    await local.does(
        "POST", f"/accounts/{local.sid}/sandbox", {"join": [HANDSET], "sms_url": f"{receiver.url}/wa"}
    )

    await local.does(
        "POST",
        f"/phones/{HANDSET}/messages",
        {
            "to": "whatsapp:+14155238886",
            "body": "Yes",
            "profile_name": "Ada",
            "button": {"text": "Yes", "payload": "y"},
        },
    )

    fields = receiver.got[0].fields
    assert (fields["ProfileName"], fields["WaId"]) == ("Ada", HANDSET[1:])
    assert (fields["MessageType"], fields["ButtonPayload"]) == ("interactive", "y")


async def test_an_inbound_text_without_a_url_is_stored_only(local: Local) -> None:
    told = await local.does("POST", f"/phones/{HANDSET}/messages", {"to": local.number, "body": "Hello?"})

    assert told["webhook"] is None
    assert (await local.message(told["message_sid"]))["status"] == "received"


async def test_a_text_to_nobody_is_refused(local: Local) -> None:
    answer = await local.control(
        "POST", f"/phones/{HANDSET}/messages", {"to": "+14155550187", "body": "Hello?"}
    )

    assert (answer.status, answer.json["errors"][0]["field"]) == (404, "to")
