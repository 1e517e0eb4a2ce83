"""What a customer's server may answer to a webhook."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from twilio_simulator.webhooks.delivery import Delivery
from twilio_simulator.webhooks.target import is_webhook_url, target
from twilio_simulator.webhooks.wire import NoAnswerError, exchanged, request_bytes
from twilio_simulator.world.state import World

pytestmark = pytest.mark.anyio
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


@contextlib.asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """A server that says this, whatever it is asked, and closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (HEAD + b"Content-Length: 11\r\n\r\n<Response/>", "<Response/>"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<Resp\r\n6\r\nonse/>\r\n0\r\n\r\n", "<Response/>"),
        (HEAD + b"\r\n<Response/>", "<Response/>"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", ""),
    ],
)
async def test_every_way_to_end_a_body_is_understood(answer: bytes, body: str) -> None:
    async with answering(answer) as url:
        to = target(url)
        answered = await exchanged(to, request_bytes(to, "POST", {}, b""), 5)

    assert answered.body == body


@pytest.mark.parametrize("answer", [b"", b"hello\r\n\r\n", b"HTTP/1.1 fine\r\n\r\n"])
async def test_no_http_answer_is_none(answer: bytes) -> None:
    async with answering(answer) as url:
        to = target(url)
        with pytest.raises(NoAnswerError):
            await exchanged(to, request_bytes(to, "POST", {}, b""), 5)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("http://127.0.0.1:8080/status?a=b#rc=2", True),
        ("https://example.org", True),
        ("http://[::1]:8080/", True),
        ("ftp://example.org", False),
        ("https://", False),
        ("https://a_b.example.org", False),
        ("https://example.org:port", False),
        ("https://example.org/" + "x" * 4000, False),
    ],
)
def test_webhook_urls(url: str, *, good: bool) -> None:
    assert is_webhook_url(url) is good


def test_overrides_are_read_and_held_to_their_ranges() -> None:
    to = target("https://ada:pw@example.org:8443/a?b=c#ct=50&rt=900&rc=9&rp=4xx,5xx,nonsense")

    assert to.signed_url == "https://example.org:8443/a?b=c"
    assert (to.connect_ms, to.read_ms, to.total_ms, to.retries) == (100, 900, 15000, 5)
    assert to.policy == {"4xx", "5xx"}
    assert (to.host, to.port, to.resource, to.credentials) == ("example.org", 8443, "/a?b=c", "ada:pw")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8080/in", True),
        ("http://127.9.9.9/in", True),
        ("http://[::1]/in", True),
        ("http://localhost/in", True),
        ("http://shop.localhost/in", True),
        ("https://hooks.example.org/in", True),
        ("https://HOOKS.example.org/in", True),
        ("https://evil-hooks.example.org/in", False),
        ("https://a.hooks.example.org/in", False),
        ("https://hooks.example.org.evil.example/in", False),
        ("http://localhost.example.org/in", False),
        ("http://127.0.0.1.example.org/in", False),
        ("http://127.0.0.1@example.org/in", False),
        ("http://example.org/?at=127.0.0.1", False),
        ("http://0.0.0.0/in", False),
        ("http://192.168.0.1/in", False),
        ("http://2130706433/in", False),
    ],
)
def test_only_this_machine_and_named_hosts_get_webhooks(url: str, *, allowed: bool) -> None:
    delivery = Delivery(World(), frozenset({"hooks.example.org"}))

    assert delivery.allows(url) is allowed


def test_a_default_port_is_not_named_in_the_host() -> None:
    to = target("http://[::1]/a")

    assert b"Host: [::1]\r\n" in request_bytes(to, "POST", {}, b"")
