import pytest
from tests.simulated import HANDSET, Simulated

from ringback.actions.delete_message import DeleteMessage, delete_message
from ringback.errors import NotSent, OutcomeUnknown, Refused
from ringback.twilio import resources
from ringback.twilio.client import Twilio

pytestmark = pytest.mark.anyio
LOST = {"kind": "drop", "stage": "after"}


async def sent(simulated: Simulated) -> DeleteMessage:
    made = await simulated.twilio.create(resources.messages(), To=HANDSET, From=simulated.number, Body="Hi")
    return DeleteMessage(sid=made["sid"])


async def test_a_message_that_came_to_its_end_is_removed(simulated: Simulated, twilio: Twilio) -> None:
    wanted = await sent(simulated)

    deleted = await delete_message(wanted, twilio)

    assert (deleted.sid, deleted.deleted) == (wanted.sid, True)
    with pytest.raises(Refused) as refusal:
        await twilio.fetch(resources.message(wanted.sid))
    assert refusal.value.fault.code == 20404


async def test_a_message_on_its_way_is_not_removed(simulated: Simulated, twilio: Twilio) -> None:
    await simulated.change(progress="manual")

    with pytest.raises(Refused) as refusal:
        await delete_message(await sent(simulated), twilio)

    assert refusal.value.fault.code == 20009
    assert "final status" in str(refusal.value.fault.remedy)


async def test_a_message_that_nobody_sent_was_not_removed_either(twilio: Twilio) -> None:
    with pytest.raises(Refused) as refusal:
        await delete_message(DeleteMessage(sid="SM" + "0" * 32), twilio)

    assert refusal.value.fault.code == 20404


async def test_a_lost_answer_is_settled_by_looking_whether_it_is_gone(
    simulated: Simulated, twilio: Twilio
) -> None:
    wanted = await sent(simulated)
    drops = [{"kind": "drop", "stage": "before"}, LOST]
    await simulated.fault(match={"operation": "DeleteMessage"}, do=drops)

    with pytest.raises(NotSent):
        await delete_message(wanted, twilio)
    assert (await delete_message(wanted, twilio)).deleted


async def test_it_stays_unknown_while_the_look_is_refused(simulated: Simulated, twilio: Twilio) -> None:
    wanted = await sent(simulated)
    await simulated.fault(match={"operation": "DeleteMessage"}, do=[LOST])
    await simulated.fault(match={"operation": "FetchMessage"}, do=[{"kind": "refusal", "code": 20003}])

    with pytest.raises(OutcomeUnknown):
        await delete_message(wanted, twilio)
