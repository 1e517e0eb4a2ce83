import pytest
from tests.simulated import Simulated, make_account

from ringback.actions.list_verify_services import ListVerifyServices, list_verify_services
from ringback.twilio.client import Twilio
from ringback.twilio.transport import Transport
from twilio_simulator.simulator import Simulator

pytestmark = pytest.mark.anyio


async def test_the_services_are_listed(simulated: Simulated, twilio: Twilio) -> None:
    found = await list_verify_services(ListVerifyServices(), twilio)

    assert [(one.sid, one.name) for one in found.services] == [(simulated.verify_service, "Shop")]
    assert found.services[0].code_length == 6
    assert found.services[0].custom_code_enabled is True
    assert found.services[0].date_created is not None


async def test_there_may_be_none(simulator: Simulator, transport: Transport) -> None:
    account = await make_account(transport, simulator.url, {"verify_services": []})

    assert (await list_verify_services(ListVerifyServices(), account.twilio)).services == []
