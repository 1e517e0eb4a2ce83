import pytest
from pydantic import ValidationError
from tests.simulated import Simulated

from ringback.actions.send_whatsapp_text_message import SendWhatsappTextMessage, send_whatsapp_text_message
from ringback.errors import Refused
from ringback.twilio import resources
from ringback.twilio.client import Twilio

pytestmark = pytest.mark.anyio

ADA = "whatsapp:+15005550006"


@pytest.mark.parametrize(
    "to", ["+1 500 555 0006", "whatsapp:+15005550006", "WhatsApp: whatsapp:+15005550006"]
)
async def test_the_prefix_is_added_and_never_doubled(simulated: Simulated, twilio: Twilio, to: str) -> None:
    sender = simulated.whatsapp_sender.removeprefix("whatsapp:")

    accepted = await send_whatsapp_text_message(
        SendWhatsappTextMessage(to=to, sender=sender, body="Hi"), twilio
    )

    assert (accepted.to, accepted.sender) == (ADA, simulated.whatsapp_sender)
    assert accepted.status == "queued"


async def test_a_messaging_service_may_send(simulated: Simulated, twilio: Twilio) -> None:
    wanted = SendWhatsappTextMessage(to=ADA, sender=simulated.messaging_service, body="Hi")

    accepted = await send_whatsapp_text_message(wanted, twilio)

    kept = await twilio.fetch(resources.message(accepted.sid))
    assert kept["messaging_service_sid"] == simulated.messaging_service


async def test_a_number_without_whatsapp_is_refused(simulated: Simulated, twilio: Twilio) -> None:
    wanted = SendWhatsappTextMessage(to=ADA, sender=simulated.number, body="Hi")

    with pytest.raises(Refused) as refusal:
        await send_whatsapp_text_message(wanted, twilio)

    assert refusal.value.fault.code == 63007
    assert refusal.value.fault.field == "sender"


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"body": ""}, "at least 1 character"),
        ({"body": "x" * 1601}, "1601 characters"),
        ({"sender": "+1 500 555 0006"}, "the same number"),
        ({"sender": "SHOP"}, "sender"),
    ],
)
def test_what_whatsapp_would_refuse_is_refused_before(inputs: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SendWhatsappTextMessage.model_validate({"to": ADA, "sender": "+14155238886", "body": "Hi"} | inputs)
