import pytest
from pydantic import ValidationError
from tests.simulated import HANDSET, Simulated

from ringback.actions.get_message import GetMessage, get_message
from ringback.errors import Refused
from ringback.results import FoundMessage
from ringback.twilio import resources
from ringback.twilio.client import Twilio

pytestmark = pytest.mark.anyio


async def test_a_message_is_shown_as_it_is_now(simulated: Simulated, twilio: Twilio) -> None:
    sent = await twilio.create(resources.messages(), To=HANDSET, From=simulated.number, Body="Hi")

    found = await get_message(GetMessage(sid=sent["sid"]), twilio)

    assert (found.sid, found.to, found.sender, found.body) == (sent["sid"], HANDSET, simulated.number, "Hi")
    assert found.status == "delivered"
    assert found.date_created is not None
    assert found.date_created.tzinfo is not None
    assert found.error is None


async def test_a_message_that_nobody_sent_is_refused(twilio: Twilio) -> None:
    with pytest.raises(Refused) as refusal:
        await get_message(GetMessage(sid="SM" + "0" * 32), twilio)

    assert refusal.value.fault.code == 20404


def test_an_error_code_is_explained() -> None:
    row = {"sid": "SM1", "status": "undelivered", "to": HANDSET, "from": "+1", "num_segments": "1"}

    found = FoundMessage.model_validate(row | {"error_code": 30005, "price": "-0.00790"})

    assert found.error is not None
    assert found.error["remedy"] == "Check the number with the recipient."
    assert found.model_dump(mode="json")["price"] == "-0.00790"


@pytest.mark.parametrize(
    ("sid", "words"),
    [
        ("SM12", "SM or MM and 32 hexadecimal digits"),
        ("VA" + "0" * 32, "SID of a Verify service"),
        ("ZZ" + "0" * 32, "SID of something else"),
        (42, "Write the SID"),
    ],
)
def test_a_sid_that_is_none_of_a_message_is_told_apart(sid: object, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        GetMessage.model_validate({"sid": sid})


def test_spaces_around_a_sid_are_dropped() -> None:
    assert GetMessage(sid=f" MM{'0' * 32}\n").sid == f"MM{'0' * 32}"
