"""The files of messages: their list, the way to the bytes, and where those come from."""

import asyncio
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver

from twilio_simulator.exchange import Reply
from twilio_simulator.sdk import connect

pytestmark = pytest.mark.anyio
PNG = "image/png"


async def bytes_of(local: Local, message: str, media: str) -> tuple[bytes, dict[str, str]]:
    """Follow the redirect of a file as an HTTP client does."""
    sent = await local.call("GET", f"{{}}/Messages/{message}/Media/{media}")
    assert sent.status == 307
    store = sent.headers["location"].removeprefix(f"{local.simulator.url}/_sim")
    answer = await local.control("GET", store)
    assert answer.status == 200
    return answer.body, answer.headers


async def sent_with(local: Local, url: str) -> tuple[str, str]:
    message = (await local.sent(MediaUrl=[url]))["sid"]
    page = (await local.call("GET", f"{{}}/Messages/{message}/Media.json")).json
    return message, page["media_list"][0]["sid"]


async def test_a_file_from_this_machine_is_copied(local: Local, receiver: Receiver) -> None:
    receiver.answers = [Reply(200, b"a picture", content_type=PNG)]

    content, _ = await bytes_of(local, *await sent_with(local, f"{receiver.url}/cat.png?size=1"))

    assert (content, receiver.got[0].path) == (b"a picture", "/cat.png?size=1")


@pytest.mark.parametrize("url", ["https://example.org/a.png", "http://127.0.0.1:1/a.png", "{gone}/a.png"])
async def test_a_file_that_cannot_be_had_is_a_grey_picture(
    local: Local, receiver: Receiver, url: str
) -> None:
    receiver.answers = [Reply(404, b"")]

    content, headers = await bytes_of(local, *await sent_with(local, url.replace("{gone}", receiver.url)))

    assert content.startswith(b"\x89PNG")
    assert headers["x-sim-placeholder"] == "true"


async def test_an_inbound_file_is_handed_in_and_fetched_with_credentials(
    local: Local, receiver: Receiver
) -> None:
    number = (await local.call("GET", "{}/IncomingPhoneNumbers.json")).json["incoming_phone_numbers"][0]
    await local.call("POST", f"{{}}/IncomingPhoneNumbers/{number['sid']}.json", {"SmsUrl": receiver.url})
    content = {"content_type": PNG, "base64": b64encode(b"photo").decode()}
    handed_in = await local.does("POST", "/media", content)

    text = {"to": local.number, "body": "Look", "media": [handed_in["url"]]}
    await local.does("POST", f"/phones/{HANDSET}/messages", text)

    told = receiver.got[0].fields
    base = f"{local.simulator.url}/2010-04-01/Accounts/{local.sid}/Messages/{told['MessageSid']}/Media/"
    assert told["MediaUrl0"].startswith(f"{base}ME")
    assert (told["NumMedia"], told["MediaContentType0"]) == ("1", PNG)
    media = told["MediaUrl0"].removeprefix(base)
    assert (await bytes_of(local, told["MessageSid"], media))[0] == b"photo"
    path = told["MediaUrl0"].removeprefix(local.simulator.url)
    assert (await local.call("GET", path, headers={"authorization": ""})).status == 401


async def test_files_are_listed_fetched_and_deleted_through_the_sdk(local: Local) -> None:
    message, media = await sent_with(local, "https://example.org/a.png")
    client = connect(local.simulator.url, local.sid, local.token)

    def program() -> tuple[Any, ...]:
        files = client.messages(message).media
        kinds = [one.content_type for one in files.list()]
        fetched = client.messages(message).media(media).fetch()
        deleted = client.messages(message).media(media).delete()
        return kinds, fetched.parent_sid, deleted, files.list()

    assert await asyncio.to_thread(program) == ([PNG], message, True, [])
    client.http_client.close()
    for path in (f"{media}.json", media):
        assert (await local.call("GET", f"{{}}/Messages/{message}/Media/{path}")).status == 404


@pytest.mark.parametrize(
    "content", [{"content_type": PNG, "base64": "?"}, {"content_type": PNG, "base64": "A" * 6_800_000}]
)
async def test_what_cannot_be_handed_in_is_explained(local: Local, content: dict[str, str]) -> None:
    answer = await local.control("POST", "/media", content)

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "base64")
    assert (await local.control("GET", "/media/ME0")).status == 404


async def test_files_are_listed_by_the_day_of_their_making(local: Local) -> None:
    message, _ = await sent_with(local, "https://example.org/a.png")
    client = connect(local.simulator.url, local.sid, local.token)
    today = datetime.fromtimestamp(local.simulator.world.clock.now() / 1000, UTC)
    tomorrow = today + timedelta(days=1)

    def found(**wanted: Any) -> int:
        return len(client.messages(message).media.list(**wanted))

    def program() -> list[int]:
        return [
            found(date_created=str(today.date())),
            found(date_created=str(tomorrow.date())),
            found(date_created_after=today),
            found(date_created_after=tomorrow),
            found(date_created_before=str(today.date())),
            found(date_created_before=today - timedelta(days=1)),
            found(date_created_after=today - timedelta(hours=1), date_created_before=tomorrow),
        ]

    assert await asyncio.to_thread(program) == [1, 0, 1, 0, 1, 0, 1]
    client.http_client.close()
