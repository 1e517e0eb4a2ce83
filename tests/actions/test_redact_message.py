import pytest
from tests.simulated import HANDSET, Simulated

from ringback.actions.redact_message import RedactMessage, redact_message
from ringback.errors import NotSent, Refused
from ringback.twilio import resources
from ringback.twilio.client import Twilio

pytestmark = pytest.mark.anyio


async def sent(simulated: Simulated) -> str:
    made = await simulated.twilio.create(
        resources.messages(), To=HANDSET, From=simulated.number, Body="Hi Ada"
    )
    return str(made["sid"])


async def test_the_text_of_a_message_is_erased_and_the_message_stays(
    simulated: Simulated, twilio: Twilio
) -> None:
    sid = await sent(simulated)

    redacted = await redact_message(RedactMessage(sid=sid), twilio)

    assert (redacted.sid, redacted.status, redacted.body) == (sid, "delivered", "")
    kept = await twilio.fetch(resources.message(sid))
    assert (kept["body"], kept["to"]) == ("", HANDSET)


async def test_redacting_twice_is_done_twice(simulated: Simulated, twilio: Twilio) -> None:
    wanted = RedactMessage(sid=await sent(simulated))
    first = await redact_message(wanted, twilio)

    assert await redact_message(wanted, twilio) == first


async def test_a_message_on_its_way_is_refused(simulated: Simulated, twilio: Twilio) -> None:
    sid = await sent(simulated)
    await simulated.fault(match={"operation": "UpdateMessage"}, do=[{"kind": "refusal", "code": 20009}])

    with pytest.raises(Refused) as refusal:
        await redact_message(RedactMessage(sid=sid), twilio)

    assert "final status" in str(refusal.value.fault.remedy)


async def test_a_lost_answer_is_settled_by_looking_at_the_text(simulated: Simulated, twilio: Twilio) -> None:
    wanted = RedactMessage(sid=await sent(simulated))
    await simulated.fault(
        match={"operation": "UpdateMessage"},
        do=[{"kind": "drop", "stage": "before"}, {"kind": "drop", "stage": "after"}],
    )

    with pytest.raises(NotSent):
        await redact_message(wanted, twilio)
    assert (await redact_message(wanted, twilio)).body == ""
