import pytest
from pydantic import ValidationError
from tests.simulated import HANDSET, Simulated

from ringback.actions.send_verify import SendVerify, send_verify
from ringback.errors import Refused
from ringback.twilio.client import Twilio

pytestmark = pytest.mark.anyio

VA = "VA" + "0" * 32


async def test_a_code_is_on_its_way(simulated: Simulated, twilio: Twilio) -> None:
    started = await send_verify(SendVerify(service_sid=simulated.verify_service, to=HANDSET), twilio)

    assert started.sid.startswith("VE")
    assert started.service_sid == simulated.verify_service
    assert (started.to, started.channel, started.status, started.sends) == (HANDSET, "sms", "pending", 1)
    assert await simulated.code() in (await simulated.texts())[0]["body"]


async def test_a_second_send_counts_on_the_same_verification(simulated: Simulated, twilio: Twilio) -> None:
    wanted = SendVerify(service_sid=simulated.verify_service, to=HANDSET, channel="call")

    first, second = await send_verify(wanted, twilio), await send_verify(wanted, twilio)

    assert first.sid == second.sid
    assert second.sends == 2


async def test_a_code_goes_by_mail_to_a_mail_address(simulated: Simulated, twilio: Twilio) -> None:
    await simulated.change(email_integration=True)
    wanted = SendVerify(
        service_sid=simulated.verify_service, to="ada@example.org", channel="email", locale="de"
    )

    started = await send_verify(wanted, twilio)

    assert (started.to, started.channel) == ("ada@example.org", "email")


async def test_the_sixth_send_is_refused_and_says_when(simulated: Simulated, twilio: Twilio) -> None:
    wanted = SendVerify(service_sid=simulated.verify_service, to=HANDSET)
    for _ in range(5):
        await send_verify(wanted, twilio)

    with pytest.raises(Refused) as refusal:
        await send_verify(wanted, twilio)

    assert refusal.value.fault.code == 60203
    assert refusal.value.fault.retry_after


@pytest.mark.parametrize(
    ("inputs", "field", "words"),
    [
        ({"to": "ada@example.org"}, "channel", "needs a number"),
        ({"channel": "email"}, "channel", "needs a mail address"),
        ({"channel": "pigeon"}, "channel", "'sms'"),
        ({"locale": "German"}, "locale", "pt-BR"),
        ({"service_sid": "MG" + "0" * 32}, "service_sid", "SID of a Messaging Service"),
        ({"to": "whatsapp:+15005550006"}, "to", "choose that channel"),
    ],
)
def test_what_cannot_go_is_refused_and_named(inputs: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as refused:
        SendVerify.model_validate({"service_sid": VA, "to": HANDSET} | inputs)

    assert refused.value.errors()[0]["loc"] == (field,)


def test_a_channel_is_not_judged_by_a_recipient_that_is_none() -> None:
    with pytest.raises(ValidationError) as refused:
        SendVerify.model_validate({"service_sid": VA, "to": "nobody", "channel": "email"})

    assert [error["loc"] for error in refused.value.errors()] == [("to",)]
