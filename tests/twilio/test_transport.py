"""One real socket per way an exchange can fail: an upgrade that changes the words must fail here."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.twilio.loopback import Exchange, keep_answering, serving

from ringback.errors import Failure, NotSent, OutcomeUnknown
from ringback.twilio.transport import Limits, Request, Transport, open_transport

pytestmark = pytest.mark.anyio

QUICK = Limits(connect=1, total=2, pool_wait=0.2)


def post(url: str, body: bytes = b"To=%2B15005550006") -> Request:
    return Request("POST", f"{url}/Messages.json", {"content-type": "text/plain"}, body, read=False)


def get(url: str) -> Request:
    return Request("GET", f"{url}/Messages.json", {}, b"", read=True)


@asynccontextmanager
async def opened(limits: Limits = QUICK) -> AsyncIterator[Transport]:
    async with open_transport(limits) as transport:
        yield transport


async def failure_of(request: Request, limits: Limits = QUICK) -> Failure:
    async with opened(limits) as transport:
        with pytest.raises(Failure) as failed:
            await transport.send(request)
    return failed.value


async def stall(exchange: Exchange) -> None:
    await exchange.receive()
    await asyncio.sleep(30)


async def never_speak(_exchange: Exchange) -> None:
    await asyncio.sleep(30)


async def close_without_answer(exchange: Exchange) -> None:
    await exchange.receive()
    exchange.close()


async def close_at_once(exchange: Exchange) -> None:
    exchange.close()


async def reset_without_answer(exchange: Exchange) -> None:
    await exchange.receive()
    exchange.reset()


async def reset_while_reading(exchange: Exchange) -> None:
    await exchange.reader.read(1000)
    exchange.reset()


async def answer_by_halves(exchange: Exchange) -> None:
    await exchange.receive()
    await exchange.answer(b'HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"sid":')
    exchange.close()


async def answer_half_and_stall(exchange: Exchange) -> None:
    await exchange.receive()
    await exchange.answer(b'HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"sid":')
    await asyncio.sleep(30)


async def answer_garbage(exchange: Exchange) -> None:
    await exchange.receive()
    await exchange.answer(b"SSH-2.0-OpenSSH_9.9\r\n" * 5)
    exchange.close()


async def answer_a_bad_encoding(exchange: Exchange) -> None:
    await exchange.receive()
    await exchange.answer(b"HTTP/1.1 201 Created\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nabcde")


LEFT_WITHOUT_ANSWER = {
    "did not answer in time": stall,
    "closed the connection without an answer": close_without_answer,
    "cut the connection": reset_without_answer,
    "broke off": answer_by_halves,
    "something that is not HTTP": answer_garbage,
}


@pytest.mark.parametrize(("words", "behaviour"), LEFT_WITHOUT_ANSWER.items(), ids=list(LEFT_WITHOUT_ANSWER))
async def test_what_left_without_a_whole_answer_is_unknown(words: str, behaviour: object) -> None:
    assert callable(behaviour)
    async with serving(behaviour) as server:
        failure = await failure_of(post(server.url))

        assert isinstance(failure, OutcomeUnknown)
        assert words in failure.message
        assert "127.0.0.1" in failure.message
        assert "do not repeat it blindly" in str(failure.fault.remedy)
        assert len(server.requests) == 1


@pytest.mark.parametrize("behaviour", [close_at_once, answer_half_and_stall, answer_a_bad_encoding])
async def test_whatever_else_happens_after_connecting_is_unknown_too(behaviour: object) -> None:
    assert callable(behaviour)
    async with serving(behaviour) as server:
        assert isinstance(await failure_of(post(server.url)), OutcomeUnknown)


async def test_a_reset_while_the_body_is_written_is_unknown() -> None:
    async with serving(reset_while_reading) as server:
        failure = await failure_of(post(server.url, b"x" * 5_000_000))

    assert isinstance(failure, OutcomeUnknown)


async def test_a_read_has_no_unknown_outcome() -> None:
    async with serving(close_without_answer) as server:
        failure = await failure_of(get(server.url))

    assert isinstance(failure, NotSent)
    assert failure.fault.remedy == "Nothing was changed; try again."


async def test_a_refused_connection_sent_nothing() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        failure = await failure_of(post(f"http://127.0.0.1:{unheard.getsockname()[1]}"))

    assert isinstance(failure, NotSent)
    assert failure.message == "127.0.0.1 refused the connection."
    assert (
        failure.fault.remedy
        == "Check that it runs and that the port is right. Nothing was changed; try again."
    )


async def test_a_name_that_cannot_be_resolved_sent_nothing() -> None:
    # A label above 63 characters never reaches a name server, so nothing leaves this machine.
    failure = await failure_of(post(f"http://{'a' * 64}.invalid"))

    assert isinstance(failure, NotSent)
    assert "could not be found" in failure.message


async def test_a_connection_that_is_never_accepted_sent_nothing() -> None:
    # With a backlog of none, Linux drops the SYN of the third connection without a word.
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        failure = await failure_of(post(f"http://127.0.0.1:{full.getsockname()[1]}"))

    assert isinstance(failure, NotSent)
    assert "could not be reached in time" in failure.message


async def test_tls_to_a_plain_server_sent_nothing() -> None:
    async def complain(exchange: Exchange) -> None:
        await exchange.reader.read(10)
        await exchange.answer(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        exchange.close()

    async with serving(complain) as server:
        failure = await failure_of(post(server.url.replace("http:", "https:")))

    assert isinstance(failure, NotSent)
    assert "does not speak TLS" in failure.message


async def test_a_stalled_tls_handshake_sent_nothing() -> None:
    async with serving(never_speak) as server:
        failure = await failure_of(post(server.url.replace("http:", "https:")))

    assert isinstance(failure, NotSent)
    assert "could not be reached in time" in failure.message


async def test_an_untrusted_certificate_sent_nothing(tmp_path: Path) -> None:
    async with serving(keep_answering, self_signed(tmp_path)) as server:
        failure = await failure_of(post(server.url))

        assert isinstance(failure, NotSent)
        assert "certificate that is not trusted" in failure.message
        assert server.requests == []


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = folder / "server.pem"
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


async def test_a_full_pool_sent_nothing() -> None:
    async with serving(stall) as server, opened(Limits(total=3, pool_wait=0.1, in_flight=1)) as transport:
        held = asyncio.create_task(transport.send(post(server.url)))
        await server.received.wait()

        with pytest.raises(NotSent, match="No connection became free"):
            await transport.send(post(server.url))

        with pytest.raises(OutcomeUnknown):
            await held
        assert len(server.requests) == 1


def descriptors() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


async def until_open(most: int) -> None:
    """Until no more of them are open than so many."""
    async with asyncio.timeout(30):
        while True:
            if descriptors() <= most:
                return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("way", ["close", "reset"])
async def test_a_connection_found_closed_is_replaced_and_the_post_sent_once(way: str) -> None:
    async with serving(keep_answering) as server, opened() as transport:
        await transport.send(post(server.url, b"first"))
        open_before = descriptors()
        getattr(server.exchanges[0], way)()
        await until_open(open_before - 2)  # not the server's end, nor the client's now that it has noticed

        answer = await transport.send(post(server.url, b"second"))

        assert answer.status == 201
        assert [request[-6:] for request in server.requests] == [b"\nfirst", b"second"]
        assert len(server.exchanges) == 2


async def test_a_connection_closed_while_the_post_is_on_its_way_never_makes_it_two() -> None:
    bodies = [f"post {number:03}".encode() for number in range(100)]
    async with serving(keep_answering) as server, opened() as transport:
        for body in bodies:
            with contextlib.suppress(OutcomeUnknown):
                await transport.send(post(server.url, body))
            server.exchanges[-1].close()

        arrived = [request[-8:] for request in server.requests]
        assert len(arrived) == len(set(arrived))


@pytest.mark.parametrize("way", ["close", "reset"])
async def test_a_post_lost_on_a_kept_alive_connection_is_never_sent_again(way: str) -> None:
    async def answer_once(exchange: Exchange) -> None:
        await exchange.receive()
        await exchange.answer()
        await exchange.receive()
        getattr(exchange, way)()

    async with serving(answer_once) as server, opened() as transport:
        await transport.send(post(server.url, b"first"))

        with pytest.raises(OutcomeUnknown):
            await transport.send(post(server.url, b"second"))

        await asyncio.sleep(0.1)
        assert len(server.requests) == 2
        assert len(server.exchanges) == 1


async def test_connections_are_kept_alive() -> None:
    async with serving(keep_answering) as server, opened() as transport:
        for _ in range(5):
            await transport.send(post(server.url))

        assert len(server.exchanges) == 1


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async def redirect(exchange: Exchange) -> None:
        await exchange.receive()
        await exchange.answer(b"HTTP/1.1 307 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")

    async with serving(redirect) as server, opened() as transport:
        answer = await transport.send(post(server.url))

        assert answer.status == 307
        assert answer.headers["location"] == "/elsewhere"
        assert len(server.requests) == 1


async def test_the_proxy_of_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async with serving(keep_answering) as server, opened() as transport:
        assert (await transport.send(post(server.url))).status == 201


async def test_what_is_sent_is_what_was_asked() -> None:
    async with serving(keep_answering) as server, opened() as transport:
        answer = await transport.send(post(server.url))

        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /Messages.json HTTP/1.1\r\n")
        assert b"user-agent: ringback/" in head.lower()
        assert body == b"To=%2B15005550006"
        assert answer.body == b"{}"
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("url", ["http://exa mple", "ftp://example.org", "http://127.0.0.1:99999"])
async def test_an_address_that_is_none_sent_nothing(url: str) -> None:
    assert isinstance(await failure_of(post(url)), NotSent)


async def test_nothing_is_sent_once_closed() -> None:
    async with serving(keep_answering) as server:
        async with open_transport() as transport:
            pass

        with pytest.raises(NotSent, match="closed before"):
            await transport.send(post(server.url))

        assert server.exchanges == []


async def test_closing_while_a_post_is_under_way_leaves_it_unknown() -> None:
    async with serving(stall) as server:
        async with open_transport() as transport:
            held = asyncio.create_task(transport.send(post(server.url)))
            await server.received.wait()

        with pytest.raises(OutcomeUnknown, match="client was closed"):
            await held
