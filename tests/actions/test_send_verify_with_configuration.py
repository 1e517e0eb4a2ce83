from typing import Any

import pytest
from pydantic import ValidationError
from tests.simulated import HANDSET, Simulated

from ringback.actions.send_verify_with_configuration import (
    SendVerifyWithConfiguration,
    send_verify_with_configuration,
)
from ringback.errors import Refused
from ringback.twilio.client import Twilio
from ringback.twilio.rehearsal import Rehearsal, Rehearsed

pytestmark = pytest.mark.anyio

VA = "VA" + "0" * 32


def configured(service: str, **more: Any) -> SendVerifyWithConfiguration:
    return SendVerifyWithConfiguration.model_validate({"service_sid": service, "to": HANDSET} | more)


async def test_a_code_of_ones_own_arrives(simulated: Simulated, twilio: Twilio) -> None:
    wanted = configured(simulated.verify_service, custom_code="271828", custom_friendly_name="Corner")

    started = await send_verify_with_configuration(wanted, twilio)

    assert started.status == "pending"
    assert await simulated.code() == "271828"
    assert "Corner" in (await simulated.texts())[0]["body"]


async def test_a_service_without_custom_codes_refuses_them(simulated: Simulated, twilio: Twilio) -> None:
    plain = await simulated.control("POST", "/accounts", {"verify_services": [{"friendly_name": "Plain"}]})
    other = Simulated(simulated.url, simulated.transport, plain)

    with pytest.raises(Refused) as refusal:
        await send_verify_with_configuration(
            configured(other.verify_service, custom_code="271828"), other.twilio
        )

    assert refusal.value.fault.code == 60204
    assert refusal.value.fault.field == "custom_code"
    assert twilio.account_sid != other.twilio.account_sid


async def test_everything_goes_under_twilios_names_except_what_is_kept_here(twilio: Twilio) -> None:
    wanted = configured(
        VA,
        channel="sms",
        locale="en",
        expires_in=300,
        max_checks=3,
        max_sends=2,
        rate_limits={"user": "42"},
        custom_code="271828",
        custom_friendly_name="Shop",
        template_sid="HJ" + "0" * 32,
        template_substitutions={"shop": "Ada's"},
        channel_configuration={"from": "a@example.org"},
        device_ip="192.0.2.1",
        risk_check="disable",
        tags={"order": "42"},
        send_digits="1234#",
        app_hash="FA+9qCX9VSu",
    )

    with pytest.raises(Rehearsed) as rehearsed:
        await send_verify_with_configuration(wanted, twilio.over(Rehearsal()))

    assert dict(rehearsed.value.planned.parameters) == {
        "To": HANDSET,
        "Channel": "sms",
        "Locale": "en",
        "RateLimits": '{"user":"42"}',
        "CustomCode": "271828",
        "CustomFriendlyName": "Shop",
        "TemplateSid": "HJ" + "0" * 32,
        "TemplateCustomSubstitutions": '{"shop":"Ada\'s"}',
        "ChannelConfiguration": '{"from":"a@example.org"}',
        "DeviceIp": "192.0.2.1",
        "RiskCheck": "disable",
        "Tags": '{"order":"42"}',
        "SendDigits": "1234#",
        "AppHash": "FA+9qCX9VSu",
    }


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"expires_in": 59}, "expires_in"),
        ({"expires_in": 86401}, "expires_in"),
        ({"max_checks": 0}, "max_checks"),
        ({"max_checks": 6}, "max_checks"),
        ({"max_sends": 6}, "max_sends"),
        ({"custom_code": "123"}, "custom_code"),
        ({"custom_code": "12345678901"}, "custom_code"),
        ({"device_ip": "nowhere"}, "device_ip"),
        ({"template_sid": "HX" + "0" * 32}, "template_sid"),
        ({"channel": "email"}, "channel"),
        ({"risk_check": True}, "risk_check"),
    ],
)
def test_what_cannot_be_is_refused_and_named(inputs: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        configured(VA, **inputs)

    assert refused.value.errors()[0]["loc"] == (field,)


def test_the_code_is_a_secret() -> None:
    wanted = configured(VA, custom_code="271828")

    assert "271828" not in repr(wanted)
    assert "271828" not in wanted.model_dump_json()
