import pytest
from pydantic import ValidationError
from tests.simulated import HANDSET, Simulated

from ringback.actions.send_message import SendMessage, send_message
from ringback.errors import Refused
from ringback.twilio import resources
from ringback.twilio.client import Twilio

pytestmark = pytest.mark.anyio


async def test_a_text_reaches_its_recipient(simulated: Simulated, twilio: Twilio) -> None:
    accepted = await send_message(SendMessage(to=HANDSET, sender=simulated.number, body="Hi Ada"), twilio)

    assert accepted.status == "queued"
    assert accepted.sender == simulated.number
    assert accepted.num_segments == 1
    kept = await twilio.fetch(resources.message(accepted.sid))
    assert (kept["to"], kept["from"], kept["body"]) == (HANDSET, simulated.number, "Hi Ada")


async def test_a_messaging_service_picks_the_number(simulated: Simulated, twilio: Twilio) -> None:
    accepted = await send_message(
        SendMessage(to=HANDSET, sender=simulated.messaging_service, body="Hi"), twilio
    )

    assert accepted.status == "accepted"
    assert accepted.sender is None
    kept = await twilio.fetch(resources.message(accepted.sid))
    assert kept["messaging_service_sid"] == simulated.messaging_service


async def test_media_go_along_byte_for_byte(simulated: Simulated, twilio: Twilio) -> None:
    urls = ["https://example.org/a.png?sig=a%2Fb+c%20d", "HTTP://EXAMPLE.org/%7Ea"]
    wanted = SendMessage(to=HANDSET, sender=simulated.number, media_urls=urls)

    accepted = await send_message(wanted, twilio)

    assert wanted.media_urls == urls
    assert accepted.num_media == 2


async def test_the_status_is_reported_to_the_callback_of_the_client(
    simulated: Simulated, twilio: Twilio
) -> None:
    reporting = twilio.with_callback("http://127.0.0.1:9/hooks")

    accepted = await send_message(SendMessage(to=HANDSET, sender=simulated.number, body="Hi"), reporting)

    posted = (await simulated.control("GET", "/webhooks"))["webhooks"]
    assert [hook["url"] for hook in posted if hook["subject"] == accepted.sid][:1] == [
        "http://127.0.0.1:9/hooks"
    ]


async def test_a_sender_of_somebody_else_is_refused(twilio: Twilio) -> None:
    with pytest.raises(Refused) as refusal:
        await send_message(SendMessage(to=HANDSET, sender="+14155550199", body="Hi"), twilio)

    assert refusal.value.fault.code in {21606, 21659, 21660}
    assert refusal.value.fault.field == "sender"
    assert refusal.value.fault.remedy


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"body": None}, "Give a body, media_urls, or both"),
        ({"body": "  "}, "Give a body, media_urls, or both"),
        ({"body": "x" * 1601}, "1601 characters, 1 more"),
        ({"to": "whatsapp:+15005550006"}, "SendWhatsappTextMessage"),
        ({"sender": "whatsapp:+14155238886"}, "SendWhatsapp"),
        ({"to": "+14155550101"}, "the same number"),
        ({"media_urls": ["example.org/a.png"]}, "Give a full URL"),
        ({"media_urls": ["ftp://example.org/a.png"]}, "Give a full URL"),
        ({"media_urls": ["https://example.org/a b.png"]}, "Give a full URL"),
        ({"media_urls": ["http://[::1/a.png"]}, "Give a full URL"),
        ({"media_urls": ["https://"]}, "Give a full URL"),
        ({"media_urls": ["https://example.org/a.png"] * 11}, "at most 10"),
        ({"validity_period": 0}, "greater than or equal to 1"),
        ({"validity_period": 36001}, "less than or equal to 36000"),
        ({"Body": "Hi"}, "not permitted"),
    ],
)
def test_what_twilio_would_refuse_is_refused_before(inputs: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SendMessage.model_validate({"to": HANDSET, "sender": "+14155550101", "body": "Hi"} | inputs)


@pytest.mark.parametrize("body", ["x" * 1600, "😀" * 1600])
def test_a_text_may_have_1600_characters(body: str) -> None:
    assert SendMessage(to=HANDSET, sender="SHOP", body=body).body == body
