import pytest
from tests.simulated import Simulated, make_account

from ringback.actions.list_senders import ListSenders, list_senders
from ringback.errors import Refused
from ringback.twilio.client import Credentials, Twilio
from ringback.twilio.hosts import Hosts
from ringback.twilio.transport import Transport
from twilio_simulator.simulator import Simulator

pytestmark = pytest.mark.anyio


async def test_every_kind_of_sender_is_listed(simulated: Simulated, twilio: Twilio) -> None:
    found = await list_senders(ListSenders(), twilio)

    assert found.unreadable == []
    assert [(one.sender, one.kind) for one in found.senders] == [
        (simulated.number, "number"),
        (simulated.messaging_service, "messaging_service"),
        (simulated.whatsapp_sender, "whatsapp"),
    ]
    assert set(found.senders[0].channels) == {"sms", "mms", "voice"}
    assert found.senders[1].name == "Pool"
    assert found.senders[2].channels == ("whatsapp",)


async def test_a_source_that_a_trial_may_not_read_is_named(
    simulator: Simulator, transport: Transport
) -> None:
    trial = await make_account(transport, simulator.url, {"type": "Trial", "ruleset": "2026"})

    found = await list_senders(ListSenders(), trial.twilio)

    assert [source.source for source in found.unreadable] == ["whatsapp_senders"]
    assert "Trial account" in found.unreadable[0].reason
    assert trial.number in [one.sender for one in found.senders]


async def test_wrong_credentials_are_an_error_and_not_an_empty_list(
    simulated: Simulated, transport: Transport
) -> None:
    sid = simulated.facts["account_sid"]
    stranger = Twilio(Credentials(sid, sid, "0" * 32), Hosts(base_url=simulated.url), transport)

    with pytest.raises(Refused) as refusal:
        await list_senders(ListSenders(), stranger)

    assert refusal.value.fault.code == 20003
