"""Which message at Twilio may be a job's own."""

from typing import Any

import pytest

from ringback.outbox.lookup.found import Found
from ringback.outbox.lookup.messages import fits

SHOP, ADA, POOL = "+14155550101", "+14155550123", "MG" + "1" * 32
LISTED = {
    "sid": "SM" + "1" * 32,
    "direction": "outbound-api",
    "from": SHOP,
    "messaging_service_sid": None,
    "num_media": "0",
    "body": "Hi Ada",
}
ASKED = {"to": ADA, "sender": SHOP, "body": "Hi Ada"}


def fitting(asked: dict[str, Any], **listed: Any) -> bool:
    return fits(ASKED | asked, Found(sid="", to=ADA, made_at=0, facts=LISTED | listed))


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ({}, {}),
        ({}, {"body": "Sent from your Twilio trial account - Hi Ada"}),
        ({"body": "“Hi” Ada…"}, {"body": '"Hi" Ada...'}),
        ({"body": "Hi Ada\n\n"}, {}),
        ({"body": "sms_2fa"}, {"body": "Your verification code is 123456."}),
        ({"body": None, "content_sid": "HX" + "1" * 32}, {"body": "Your order 42 is ready."}),
        ({"body": None, "content_sid": "HX" + "1" * 32}, {"body": ""}),
        ({"body": None, "media_urls": ["https://example.org/a.png"]}, {"body": None, "num_media": "1"}),
        ({"media_url": "https://example.org/a.png"}, {"num_media": "1"}),
        ({"sender": POOL}, {"messaging_service_sid": POOL, "from": "+14155550199"}),
        ({"sender": POOL}, {"messaging_service_sid": POOL, "from": None}),
    ],
    ids=[
        "the same",
        "a classic trial's prefix",
        "smart encoding",
        "line breaks at the end",
        "a trial's text by name",
        "a template's text",
        "a template without text",
        "media alone",
        "a file with a caption",
        "a service's pool",
        "a service that has not picked yet",
    ],
)
def test_it_fits_as_twilio_would_show_it(asked: dict[str, Any], listed: dict[str, Any]) -> None:
    assert fitting(asked, **listed)


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ({}, {"body": "Bye Ada"}),
        ({}, {"direction": "inbound"}),
        ({}, {"direction": "outbound-reply"}),
        ({}, {"from": "+14155550199"}),
        ({}, {"num_media": "1"}),
        ({"media_urls": ["https://example.org/a.png", "https://example.org/b.png"]}, {"num_media": "1"}),
        ({"sender": POOL}, {"messaging_service_sid": "MG" + "2" * 32}),
        ({"sender": POOL}, {}),
    ],
)
def test_another_text_way_sender_or_count_of_files_does_not_fit(
    asked: dict[str, Any], listed: dict[str, Any]
) -> None:
    assert not fitting(asked, **listed)
