"""Which message at Twilio may be a job's own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from tests.shop import Shop

from ringback.outbox.lookup.found import PAGE, Found, Search
from ringback.outbox.lookup.messages import MESSAGES, doubtful, fits

SHOP, ADA, POOL = "+14155550101", "+14155550123", "MG" + "1" * 32
HOUR = 3_600_000
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
        ({}, {"body": ""}),
        ({"media_url": "https://example.org/a.png"}, {"num_media": "1", "body": ""}),
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
        "a text that was erased since",
        "a caption that may have been erased since",
        "a service's pool",
        "a service that has not picked yet",
    ],
)
def test_it_fits_as_twilio_would_show_it(asked: dict[str, Any], listed: dict[str, Any]) -> None:
    assert fitting(asked, **listed)


@pytest.mark.parametrize(
    ("asked", "doubt"),
    [
        ({}, True),
        ({"media_url": "https://example.org/a.png"}, True),
        ({"body": None, "content_sid": "HX" + "1" * 32}, True),
        ({"body": "sms_2fa"}, True),
        ({"body": None, "media_url": "https://example.org/a.png"}, False),
    ],
)
def test_an_empty_message_is_doubtful_for_whoever_wrote_a_text(asked: dict[str, Any], *, doubt: bool) -> None:
    gone = Found(sid="", to=ADA, made_at=0, facts=LISTED | {"body": ""})

    assert doubtful(ASKED | asked, gone) is doubt
    assert not doubtful(ASKED | asked, Found(sid="", to=ADA, made_at=0, facts=LISTED))


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


async def listed(shop: Shop) -> AsyncIterator[Found]:
    """Ada's messages of the last hour."""
    account = await shop.account()
    search = Search(
        account=account,
        twilio=await shop.parts.accounts.open(account),
        place=MESSAGES.place({"to": ADA}),
        since=await shop.parts.accounts.world_time(account) - HOUR,
        guard=shop.parts.verifications,
        verifications=shop.parts.store.verifications,
        clock=shop.parts.clock,
    )
    async for found in MESSAGES.listed(search):
        yield found


@pytest.mark.anyio
@pytest.mark.parametrize("left", [True, False])
async def test_one_that_was_made_long_before_hides_none_that_stand_below_it(shop: Shop, left: bool) -> None:  # noqa: FBT001 - a parameter of the test
    await shop.run()
    await shop.run(body="For a week in a schedule")
    mine, late = shop.simulator.account.messages.values()
    late.sent = late.created if left else None
    late.created -= 7 * 24 * HOUR

    assert [found.sid async for found in listed(shop)] == [mine.sid]


@pytest.mark.anyio
async def test_a_list_is_read_down_to_what_left_before(shop: Shop) -> None:
    await shop.run()
    messages = shop.simulator.account.messages
    (mine,) = messages.values()
    before = mine.created - 2 * HOUR
    for number in range(2 * PAGE):
        old = replace(mine, sid=f"SM{number:032x}", created=before, sent=before)
        messages[old.sid] = old
    messages[mine.sid] = messages.pop(mine.sid)

    assert [found.sid async for found in listed(shop)] == [mine.sid]
    journal = await shop.control("GET", "/requests")
    asked = [str(request["subject"]) for request in journal["requests"]]
    assert sum(subject.endswith("ListMessage") for subject in asked) == 1
