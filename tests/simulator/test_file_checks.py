"""The files of a message are fetched before it goes out, where the simulator may ask for them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_limits import ended

from twilio_simulator.exchange import Reply
from twilio_simulator.running import running
from twilio_simulator.sdk import connect
from twilio_simulator.simulator import Options

pytestmark = pytest.mark.anyio
PNG, MEGABYTE = "image/png", 1_000_000


@dataclass
class Shelf:
    """A server of one file: of so many bytes, though it sends few of them when it says how many."""

    url: str = ""
    size: int = 10
    kind: str = PNG
    status: str = "200 OK"
    says_size: bool = True
    asked: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        length = f"Content-Length: {self.size}\r\n" if self.says_size else ""
        writer.write(f"HTTP/1.0 {self.status}\r\nContent-Type: {self.kind}\r\n{length}\r\n".encode())
        writer.write(bytes(self.size if self.size < MEGABYTE or not self.says_size else 10))
        writer.close()


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    opened = Shelf()
    async with await asyncio.start_server(opened.serve, "127.0.0.1", 0) as server:
        opened.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/file"
        yield opened


async def open_whatsapp(account: Local) -> dict[str, Any]:
    await account.does("POST", f"/phones/{HANDSET}/messages", {"to": account.whatsapp, "body": "Hi"})
    return {"From": account.whatsapp, "To": f"whatsapp:{HANDSET}"}


@pytest.mark.parametrize(
    ("kind", "size", "end"),
    [
        (PNG, 5 * MEGABYTE, ("delivered", None)),
        (PNG, 5 * MEGABYTE + 1, ("failed", 11751)),
        ("application/pdf", 500_000, ("delivered", None)),
        ("application/pdf", 500_001, ("failed", 30019)),
        ("text/html", 10, ("failed", 12300)),
        ("application/json", 10, ("failed", 12300)),
        (PNG, 0, ("failed", 11200)),
    ],
)
async def test_an_mms_has_its_limits(
    local: Local, shelf: Shelf, kind: str, size: int, end: tuple[str, int | None]
) -> None:
    shelf.kind, shelf.size = kind, size

    assert await ended(local, MediaUrl=shelf.url) == end
    assert shelf.asked == 1


@pytest.mark.parametrize(
    ("kind", "size", "end"),
    [
        (PNG, 5 * MEGABYTE, ("read", None)),
        (PNG, 5 * MEGABYTE + 1, ("failed", 63034)),
        ("video/mp4", 16 * MEGABYTE, ("read", None)),
        ("video/mp4", 16 * MEGABYTE + 1, ("failed", 11751)),
        ("image/gif", 10, ("failed", 63021)),
        (PNG, 0, ("failed", 63019)),
    ],
)
async def test_whatsapp_has_others(
    local: Local, shelf: Shelf, kind: str, size: int, end: tuple[str, int | None]
) -> None:
    shelf.kind, shelf.size = kind, size

    assert await ended(local, **await open_whatsapp(local), MediaUrl=shelf.url) == end


@pytest.mark.parametrize(("whatsapp", "code"), [(False, 11200), (True, 63019)])
async def test_a_file_that_cannot_be_had_fails_the_message(
    local: Local, shelf: Shelf, *, whatsapp: bool, code: int
) -> None:
    shelf.status = "404 Not Found"
    form = await open_whatsapp(local) if whatsapp else {}

    assert await ended(local, **form, MediaUrl=shelf.url) == ("failed", code)
    assert await ended(local, **form, MediaUrl="http://127.0.0.1:1/a.png") == ("failed", code)
    alerts = (await local.does("GET", "/alerts"))["alerts"]
    assert {one["code"] for one in alerts} == {code}
    assert {one["request"]["url"] for one in alerts} == {shelf.url, "http://127.0.0.1:1/a.png"}


async def test_a_length_that_is_not_told_is_counted(local: Local, shelf: Shelf) -> None:
    shelf.says_size, shelf.size = False, 6 * MEGABYTE

    assert await ended(local, MediaUrl=shelf.url) == ("failed", 11751)


async def test_files_of_one_mms_are_added_up(local: Local, shelf: Shelf) -> None:
    shelf.size = 3 * MEGABYTE

    assert await ended(local, MediaUrl=[shelf.url, shelf.url]) == ("failed", 11751)


async def test_the_server_tells_the_type_to_the_sdk_as_well(local: Local, shelf: Shelf) -> None:
    shelf.kind = "video/mp4; codecs=avc1"
    client = connect(local.simulator.url, local.sid, local.token)

    def program() -> list[Any]:
        message = client.messages.create(to=HANDSET, from_=local.number, body="Look", media_url=[shelf.url])
        return [message.sid, message.status]

    sid, status = await asyncio.to_thread(program)
    await local.advance(5)
    files = await asyncio.to_thread(client.messages(sid).media.list)
    client.http_client.close()

    assert status == "queued"
    assert [one.content_type for one in files] == ["video/mp4"]


async def test_messages_that_move_at_once_wait_for_their_files(local: Local, shelf: Shelf) -> None:
    await local.change(progress="immediate")

    sent = await local.sent(MediaUrl=shelf.url)
    await local.simulator.webhooks.settled()

    assert sent["status"] == "queued"
    assert (await local.message(sent["sid"]))["status"] == "delivered"


async def test_the_next_event_is_that_of_the_message(local: Local, shelf: Shelf) -> None:
    await local.sent(MediaUrl=shelf.url)

    fired = (await local.does("POST", "/clock/next"))["fired"]

    assert [one["kind"] for one in fired] == ["message.progress"]
    assert shelf.asked == 1


async def test_a_redirect_leads_to_the_file_or_nowhere(
    local: Local, receiver: Receiver, shelf: Shelf
) -> None:
    there = Reply(302, b"", f"Location: {shelf.url}\r\n")
    away = Reply(302, b"", "Location: http://192.0.2.1/a.png\r\n")
    receiver.answers = [there, away, *[Reply(302, b"", "Location: /again\r\n") for _ in range(20)]]

    found = [await ended(local, MediaUrl=receiver.url) for _ in range(3)]

    assert found == [("delivered", None), ("failed", 11200), ("failed", 11200)]


async def test_other_hosts_are_not_asked(local: Local) -> None:
    assert await ended(local, MediaUrl="https://example.org/a.png") == ("delivered", None)


async def test_one_list_allows_webhooks_and_files(shelf: Shelf) -> None:
    # Names under .localhost are this machine's; 0.0.0.0 is not loopback, but leads there.
    url = shelf.url.replace("127.0.0.1", "0.0.0.0")  # noqa: S104 - nothing is bound there
    for hosts, asked in ((frozenset[str](), 0), (frozenset({"0.0.0.0"}), 2)):  # noqa: S104
        async with running(Options(seed=1, webhook_hosts=hosts)) as simulator:
            account = Local(simulator)
            account.simulator.world.clock.freeze()
            message = await account.sent(MediaUrl=url)
            await account.advance(5)
            files = (await account.call("GET", f"{{}}/Messages/{message['sid']}/Media.json")).json
            copy = await account.control("GET", f"/media/{files['media_list'][0]['sid']}")
            assert shelf.asked == asked
            assert (copy.body == bytes(shelf.size)) == bool(asked)


async def test_a_handed_in_file_needs_no_fetching(local: Local) -> None:
    handed_in = await local.does("POST", "/media", {"content_type": PNG, "base64": "AAAA"})

    assert await ended(local, MediaUrl=handed_in["url"]) == ("delivered", None)


async def test_a_reset_calls_the_fetching_off(local: Local) -> None:
    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stop.wait()
        writer.close()

    stop = asyncio.Event()
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a.png"
        await local.sent(MediaUrl=url)
        await asyncio.sleep(0.05)

        assert (await local.does("POST", "/reset"))["webhooks_called_off"] == 1

        stop.set()
        assert local.simulator.world.clock.pending == 0


async def test_a_snapshot_in_the_midst_of_fetching_loses_no_message(local: Local) -> None:
    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stop.wait()
        writer.close()

    stop = asyncio.Event()
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a.png"
        sent = await local.sent(MediaUrl=url)
        await local.does("POST", "/snapshots/midst")
        await local.does("POST", "/snapshots/midst/restore")
        stop.set()

        await local.advance(90)

        assert (await local.message(sent["sid"]))["status"] == "delivered"
