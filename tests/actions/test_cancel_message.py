from datetime import timedelta

import pytest
from tests.simulated import HANDSET, Simulated

from ringback.actions.cancel_message import CancelMessage, cancel_message
from ringback.clock import moment
from ringback.errors import NotSent, OutcomeUnknown, Refused
from ringback.twilio import resources
from ringback.twilio.client import Twilio

pytestmark = pytest.mark.anyio
DROPPED = {"kind": "drop", "stage": "after"}
DROPPED_BEFORE = {"kind": "drop", "stage": "before"}


async def scheduled(simulated: Simulated) -> str:
    """The SID of a message that Twilio keeps for an hour."""
    twilio = simulated.twilio
    made = await twilio.create(
        resources.messages(),
        To=HANDSET,
        MessagingServiceSid=simulated.messaging_service,
        Body="Hi",
        ScheduleType="fixed",
        SendAt=moment(await twilio.world_time()) + timedelta(hours=1),
    )
    assert made["status"] == "scheduled"
    return str(made["sid"])


async def test_a_scheduled_message_is_canceled_and_never_sent(simulated: Simulated, twilio: Twilio) -> None:
    sid = await scheduled(simulated)

    canceled = await cancel_message(CancelMessage(sid=sid), twilio)

    assert (canceled.sid, canceled.status, canceled.to) == (sid, "canceled", HANDSET)
    assert await simulated.texts() == []


async def test_canceling_twice_is_done_twice(simulated: Simulated, twilio: Twilio) -> None:
    wanted = CancelMessage(sid=await scheduled(simulated))
    first = await cancel_message(wanted, twilio)

    assert await cancel_message(wanted, twilio) == first


async def test_what_was_sent_is_not_taken_back(simulated: Simulated, twilio: Twilio) -> None:
    sent = await twilio.create(resources.messages(), To=HANDSET, From=simulated.number, Body="Hi")

    with pytest.raises(Refused, match="canceled") as refusal:
        await cancel_message(CancelMessage(sid=sent["sid"]), twilio)

    assert refusal.value.fault.code == 30409
    assert "Only a scheduled message" in str(refusal.value.fault.cause)


async def test_a_message_that_nobody_sent_is_no_message_to_cancel(twilio: Twilio) -> None:
    with pytest.raises(Refused) as refusal:
        await cancel_message(CancelMessage(sid="SM" + "0" * 32), twilio)

    assert refusal.value.fault.code == 20404


async def test_a_lost_answer_is_settled_by_looking(simulated: Simulated, twilio: Twilio) -> None:
    sid = await scheduled(simulated)
    await simulated.fault(match={"operation": "UpdateMessage"}, do=[DROPPED])

    canceled = await cancel_message(CancelMessage(sid=sid), twilio)

    assert canceled.status == "canceled"


async def test_a_cancellation_that_never_arrived_may_be_tried_again(
    simulated: Simulated, twilio: Twilio
) -> None:
    wanted = CancelMessage(sid=await scheduled(simulated))
    await simulated.fault(match={"operation": "UpdateMessage"}, do=[DROPPED_BEFORE])

    with pytest.raises(NotSent) as failure:
        await cancel_message(wanted, twilio)

    assert "harmless" in str(failure.value.fault.remedy)
    assert (await cancel_message(wanted, twilio)).status == "canceled"


async def test_it_stays_unknown_while_nobody_can_look(simulated: Simulated, twilio: Twilio) -> None:
    wanted = CancelMessage(sid=await scheduled(simulated))
    await simulated.fault(match={"operation": "UpdateMessage"}, do=[DROPPED])
    await simulated.fault(match={"operation": "FetchMessage"}, do=[DROPPED])

    with pytest.raises(OutcomeUnknown):
        await cancel_message(wanted, twilio)
