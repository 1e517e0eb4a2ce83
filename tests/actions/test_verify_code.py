import pytest
from pydantic import ValidationError
from tests.simulated import HANDSET, Simulated

from ringback.actions.send_verify import SendVerify, send_verify
from ringback.actions.verify_code import VerifyCode, verify_code
from ringback.errors import OutcomeUnknown, Refused
from ringback.results import CheckedCode, StartedVerification
from ringback.twilio.client import Twilio

pytestmark = pytest.mark.anyio

VA, VE = "VA" + "0" * 32, "VE" + "0" * 32


@pytest.fixture
async def started(simulated: Simulated, twilio: Twilio) -> StartedVerification:
    sent = await send_verify(SendVerify(service_sid=simulated.verify_service, to=HANDSET), twilio)
    assert isinstance(sent, StartedVerification)
    return sent


async def check(twilio: Twilio, started: StartedVerification, code: str) -> CheckedCode:
    wanted = VerifyCode.model_validate({"service_sid": started.service_sid, "to": HANDSET, "code": code})
    checked = await verify_code(wanted, twilio)
    assert isinstance(checked, CheckedCode)
    return checked


def wrong(code: str) -> str:
    return code[:-1] + ("0" if code[-1] != "0" else "1")


async def test_the_right_code_verifies(
    simulated: Simulated, twilio: Twilio, started: StartedVerification
) -> None:
    checked = await check(twilio, started, await simulated.code())

    assert checked.verified is True
    assert (checked.outcome, checked.verification_sid) == ("approved", started.sid)
    assert (checked.status, checked.to, checked.channel) == ("approved", HANDSET, "sms")


async def test_a_verification_may_be_named_by_its_sid(
    simulated: Simulated, twilio: Twilio, started: StartedVerification
) -> None:
    raw = {
        "service_sid": started.service_sid,
        "verification_sid": started.sid,
        "code": await simulated.code(),
    }

    assert (await verify_code(VerifyCode.model_validate(raw), twilio)).verified is True


async def test_a_wrong_code_is_not_an_error_and_never_a_success(
    simulated: Simulated, twilio: Twilio, started: StartedVerification
) -> None:
    checked = await check(twilio, started, wrong(await simulated.code()))

    assert checked.verified is False
    assert (checked.outcome, checked.status) == ("wrong_code", "pending")


async def test_the_sixth_check_finds_too_many_even_with_the_right_code(
    simulated: Simulated, twilio: Twilio, started: StartedVerification
) -> None:
    code = await simulated.code()
    for _ in range(5):
        assert (await check(twilio, started, wrong(code))).verified is False

    checked = await check(twilio, started, code)

    assert checked.verified is False
    assert checked.outcome == "too_many_checks"


async def test_a_code_that_was_used_is_gone(
    simulated: Simulated, twilio: Twilio, started: StartedVerification
) -> None:
    code = await simulated.code()
    await check(twilio, started, code)

    with pytest.raises(Refused) as refusal:
        await check(twilio, started, code)

    assert refusal.value.fault.code == 20404


async def test_a_check_whose_answer_was_lost_is_unknown(
    simulated: Simulated, twilio: Twilio, started: StartedVerification
) -> None:
    code = await simulated.code()
    await simulated.fault(do=[{"kind": "drop"}])

    with pytest.raises(OutcomeUnknown):
        await check(twilio, started, code)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("approved", "approved"),
        ("pending", "wrong_code"),
        ("expired", "expired"),
        ("max_attempts_reached", "too_many_checks"),
        ("canceled", "not_found"),
        ("deleted", "not_found"),
        ("failed", "not_found"),
        ("something new", "not_found"),
    ],
)
def test_each_status_of_twilios_has_one_outcome(status: str, outcome: str) -> None:
    checked = CheckedCode.of({"status": status, "sid": VE, "to": HANDSET, "channel": "sms"})

    assert checked.outcome == outcome
    assert checked.verified is (status == "approved")


@pytest.mark.parametrize(
    ("inputs", "field", "words"),
    [
        ({}, "verification_sid", "give to or verification_sid"),
        ({"to": HANDSET, "verification_sid": VE}, "verification_sid", "Give one of them"),
        ({"to": HANDSET, "code": "123"}, "code", "at least 4"),
        ({"to": HANDSET, "code": "12345678901"}, "code", "at most 10"),
        ({"to": "nobody"}, "to", "holds"),
        ({"verification_sid": VA}, "verification_sid", "SID of a Verify service"),
    ],
)
def test_what_names_no_verification_is_refused(inputs: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as refused:
        VerifyCode.model_validate({"service_sid": VA, "code": "123456"} | inputs)

    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


def test_the_code_is_a_secret() -> None:
    wanted = VerifyCode.model_validate({"service_sid": VA, "to": HANDSET, "code": "271828"})

    assert "271828" not in repr(wanted)
    assert "271828" not in wanted.model_dump_json()
