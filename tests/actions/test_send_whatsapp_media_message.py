import pytest
from pydantic import ValidationError
from tests.simulated import Simulated

from ringback.actions.send_whatsapp_media_message import SendWhatsappMediaMessage, send_whatsapp_media_message
from ringback.twilio import resources
from ringback.twilio.client import Twilio

pytestmark = pytest.mark.anyio

ADA, PICTURE = "whatsapp:+15005550006", "https://example.org/ticket.png"


async def test_a_file_goes_with_its_caption(simulated: Simulated, twilio: Twilio) -> None:
    wanted = SendWhatsappMediaMessage(
        to=ADA, sender=simulated.whatsapp_sender, media_url=PICTURE, body="Your ticket"
    )

    accepted = await send_whatsapp_media_message(wanted, twilio)

    kept = await twilio.fetch(resources.message(accepted.sid))
    assert accepted.num_media == 1
    assert (kept["to"], kept["body"]) == (ADA, "Your ticket")


async def test_a_file_may_go_without_a_caption(simulated: Simulated, twilio: Twilio) -> None:
    wanted = SendWhatsappMediaMessage(to=ADA, sender=simulated.messaging_service, media_url=PICTURE)

    assert (await send_whatsapp_media_message(wanted, twilio)).num_media == 1


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"media_url": None}, "media_url"),
        ({"media_url": "picture.png"}, "Give a full URL"),
        ({"sender": ADA}, "the same number"),
    ],
)
def test_what_whatsapp_would_refuse_is_refused_before(inputs: dict[str, object], words: str) -> None:
    raw = {"to": ADA, "sender": "+14155238886", "media_url": PICTURE} | inputs

    with pytest.raises(ValidationError, match=words):
        SendWhatsappMediaMessage.model_validate(raw)
