import pytest
from pydantic import ValidationError
from tests.simulated import Simulated

from ringback.actions.list_messages import ListedMessages, ListMessages, list_messages
from ringback.twilio import resources
from ringback.twilio.client import Twilio

pytestmark = pytest.mark.anyio

ADA, BOB = "+15005550006", "+14155550142"


async def listed(twilio: Twilio, **inputs: object) -> ListedMessages:
    found = await list_messages(ListMessages.model_validate(inputs), twilio)
    assert isinstance(found, ListedMessages)
    return found


async def send(simulated: Simulated, to: str, body: str, sender: str | None = None) -> None:
    sender = sender or simulated.number
    await simulated.twilio.create(resources.messages(), To=to, From=sender, Body=body)


async def test_the_newest_comes_first(simulated: Simulated, twilio: Twilio) -> None:
    for body in ("one", "two", "three"):
        await send(simulated, ADA, body)

    found = await listed(twilio)

    assert [message.body for message in found.messages] == ["three", "two", "one"]
    assert found.more is False


async def test_the_limit_holds_and_tells_of_more(simulated: Simulated, twilio: Twilio) -> None:
    for number in range(4):
        await send(simulated, ADA, str(number))

    assert [message.body for message in (await listed(twilio, limit=2)).messages] == ["3", "2"]
    assert (await listed(twilio, limit=3)).more is True
    assert (await listed(twilio, limit=4)).more is False


async def test_only_those_to_one_recipient(simulated: Simulated, twilio: Twilio) -> None:
    await send(simulated, ADA, "to Ada")
    await send(simulated, BOB, "to Bob")

    assert [message.body for message in (await listed(twilio, to="+1 (415) 555-0142")).messages] == ["to Bob"]


async def test_only_those_of_one_channel(simulated: Simulated, twilio: Twilio) -> None:
    await send(simulated, ADA, "by text")
    await send(simulated, f"whatsapp:{ADA}", "by WhatsApp", simulated.whatsapp_sender)

    assert [m.body for m in (await listed(twilio, to=f"whatsapp:{ADA}")).messages] == ["by WhatsApp"]
    assert [m.body for m in (await listed(twilio, sender=simulated.whatsapp_sender)).messages] == [
        "by WhatsApp"
    ]
    assert [m.body for m in (await listed(twilio, sender=simulated.number)).messages] == ["by text"]


async def test_only_those_of_a_time(simulated: Simulated, twilio: Twilio) -> None:
    await send(simulated, ADA, "now")

    assert len((await listed(twilio, sent_after="2026-01-01T00:00:00Z")).messages) == 1
    assert (await listed(twilio, sent_before="2026-01-01T00:00:00Z")).messages == []


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"limit": 0}, "greater than or equal to 1"),
        ({"limit": 1001}, "less than or equal to 1000"),
        ({"sender": "MG" + "0" * 32}, "cannot list by Messaging Service"),
        ({"sent_after": "2026-01-01T00:00:00"}, "timezone"),
        ({"to": "nobody"}, "holds"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(inputs: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ListMessages.model_validate(inputs)
