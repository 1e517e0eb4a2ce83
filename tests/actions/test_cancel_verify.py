import pytest
from pydantic import ValidationError
from tests.simulated import HANDSET, Simulated, make_account

from ringback.actions.cancel_verify import CancelVerify, cancel_verify
from ringback.actions.send_verify import SendVerify, send_verify
from ringback.errors import Refused
from ringback.twilio.client import Twilio
from ringback.twilio.transport import open_transport
from twilio_simulator.ruleset import Ruleset
from twilio_simulator.running import running
from twilio_simulator.simulator import Options

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("name", ["to", "verification_sid"])
async def test_a_verification_ends_by_recipient_or_sid(
    simulated: Simulated, twilio: Twilio, name: str
) -> None:
    started = await send_verify(SendVerify(service_sid=simulated.verify_service, to=HANDSET), twilio)
    named = {"to": HANDSET, "verification_sid": started.sid}
    raw = {"service_sid": simulated.verify_service, name: named[name]}

    canceled = await cancel_verify(CancelVerify.model_validate(raw), twilio)

    assert (canceled.sid, canceled.to, canceled.status) == (started.sid, HANDSET, "canceled")
    fresh = await send_verify(SendVerify(service_sid=simulated.verify_service, to=HANDSET), twilio)
    assert fresh.sid != started.sid


async def test_there_may_be_nothing_to_cancel(simulated: Simulated, twilio: Twilio) -> None:
    wanted = CancelVerify(service_sid=simulated.verify_service, to=HANDSET)

    with pytest.raises(Refused) as refusal:
        await cancel_verify(wanted, twilio)

    assert refusal.value.fault.code == 20404


async def test_a_canceled_verification_may_be_read_as_such_where_twilio_shows_what_has_ended() -> None:
    shown = Options(ruleset=Ruleset(ended_verification="shown"))
    async with running(shown) as simulator, open_transport() as transport:
        simulated = await make_account(transport, simulator.url)
        service, twilio = simulated.verify_service, simulated.twilio
        started = await send_verify(SendVerify(service_sid=service, to=HANDSET), twilio)
        named = CancelVerify(service_sid=service, verification_sid=started.sid)
        read = cancel_verify.reading
        assert read is not None
        assert await read(named, twilio) is None

        canceled = await cancel_verify(named, twilio)

        assert await read(named, twilio) == canceled


@pytest.mark.parametrize("inputs", [{}, {"to": HANDSET, "verification_sid": "VE" + "0" * 32}])
def test_one_verification_is_named(inputs: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="verification_sid"):
        CancelVerify.model_validate({"service_sid": "VA" + "0" * 32} | inputs)
