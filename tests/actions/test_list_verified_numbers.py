import pytest
from tests.simulated import Simulated, make_account

from ringback.actions.list_verified_numbers import ListVerifiedNumbers, list_verified_numbers
from ringback.errors import Refused
from ringback.twilio.client import Twilio
from ringback.twilio.transport import Transport
from twilio_simulator.simulator import Simulator

pytestmark = pytest.mark.anyio


async def test_the_verified_numbers_are_listed(simulator: Simulator, transport: Transport) -> None:
    account = await make_account(transport, simulator.url, {"verified_callers": ["+14155550142"]})

    found = await list_verified_numbers(ListVerifiedNumbers(), account.twilio)

    assert [one.number for one in found.numbers] == ["+14155550142"]
    assert found.numbers[0].sid.startswith("PN")


async def test_there_may_be_none(twilio: Twilio) -> None:
    assert (await list_verified_numbers(ListVerifiedNumbers(), twilio)).numbers == []


async def test_a_trial_may_not_read_them(simulated: Simulated, twilio: Twilio) -> None:
    await simulated.change(type="Trial", ruleset="2026")

    with pytest.raises(Refused) as refusal:
        await list_verified_numbers(ListVerifiedNumbers(), twilio)

    assert "Upgrade the account" in str(refusal.value.fault.remedy)
