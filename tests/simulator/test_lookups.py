"""Lookup v2."""

import asyncio
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local

from twilio_simulator.rest.lookups import PACKAGES
from twilio_simulator.sdk import connect

pytestmark = pytest.mark.anyio


async def looked_up(local: Local, number: str, query: str = "") -> Any:
    answer = await local.call("GET", f"/v2/PhoneNumbers/{number.replace('+', '%2B')}{query}")
    assert answer.status == 200, answer.body
    return answer.json


async def test_a_number_is_told_in_all_its_forms(local: Local) -> None:
    found = await looked_up(local, "+14159929960")

    assert found["url"] == f"{local.simulator.url}/v2/PhoneNumbers/+14159929960"
    assert {name: found[name] for name in PACKAGES} == dict.fromkeys(PACKAGES)
    del found["url"]
    assert {name: value for name, value in found.items() if value is not None} == {
        "calling_country_code": "1",
        "country_code": "US",
        "phone_number": "+14159929960",
        "national_format": "(415) 992-9960",
        "valid": True,
    }


async def test_a_national_number_needs_its_country(local: Local) -> None:
    found = await looked_up(local, "02079460018", "?CountryCode=GB")

    assert (found["phone_number"], found["country_code"]) == ("+442079460018", "GB")
    assert (await looked_up(local, "4159929960"))["phone_number"] == "+14159929960"


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("+141599299600", "TOO_LONG"),
        ("+1415", "TOO_SHORT"),
        ("+19999999999", "INVALID_BUT_POSSIBLE"),
        ("+999123456789", "INVALID_COUNTRY_CODE"),
        ("1", "NOT_A_NUMBER"),
    ],
)
async def test_an_invalid_number_is_no_error_but_says_why(local: Local, number: str, error: str) -> None:
    found = await looked_up(local, number, "?Fields=line_type_intelligence")

    assert (found["valid"], found["validation_errors"]) == (False, [error])
    assert (found["country_code"], found["line_type_intelligence"]) == (None, None)


@pytest.mark.parametrize(
    ("kind", "line"), [("mobile", "mobile"), ("landline", "landline"), ("voip", "nonFixedVoip")]
)
async def test_the_line_type_is_the_handsets(local: Local, kind: str, line: str) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"kind": kind})

    found = await looked_up(local, HANDSET, "?Fields=line_type_intelligence")

    assert found["line_type_intelligence"]["type"] == line
    assert (found["line_type_intelligence"]["mobile_country_code"] is not None) == (kind == "mobile")


async def test_every_package_is_there_when_asked_for_through_the_sdk(local: Local) -> None:
    client = connect(local.simulator.url, local.sid, local.token)

    def program() -> dict[str, bool]:
        found = client.lookups.v2.phone_numbers(HANDSET).fetch(fields=",".join(PACKAGES))
        return {name: getattr(found, name) is not None for name in PACKAGES}

    assert await asyncio.to_thread(program) == dict.fromkeys(PACKAGES, True)
    client.http_client.close()


async def test_a_phone_that_is_off_shows_in_its_line_status(local: Local) -> None:
    await local.does("PATCH", f"/phones/{HANDSET}", {"state": "off"})

    found = await looked_up(local, HANDSET, "?Fields=line_status,sms_pumping_risk")

    assert (found["line_status"]["status"], found["sms_pumping_risk"]["number_blocked"]) == (
        "unreachable",
        False,
    )


async def test_what_is_no_number_or_no_package_is_refused(local: Local) -> None:
    assert (await local.call("GET", "/v2/PhoneNumbers/nobody")).status == 404
    assert (await local.call("GET", "/v2/PhoneNumbers/%2B14155550123?Fields=shoe_size")).code == 20422
