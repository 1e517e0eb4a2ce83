"""However odd a request is, it gets an answer below 500 or its connection ends; nothing hangs."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest
from tests.simulator.local import HANDSET

from twilio_simulator.running import running
from twilio_simulator.simulator import Options, Simulator
from twilio_simulator.world.account import basic

pytestmark = pytest.mark.anyio
SOON = 5.0
MEGABYTE = 1024 * 1024
CREATE = "/2010-04-01/Accounts/{sid}/Messages.json"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with running(Options(seed=1)) as started:
        yield started


def request(simulator: Simulator, line: str, body: bytes = b"", *headers: str, length: bool = True) -> bytes:
    """A request of the seed account; `{sid}` in the line stands for it."""
    account = simulator.account
    lines = [
        line.replace("{sid}", account.sid),
        "Host: 127.0.0.1",
        f"Authorization: {basic(account.sid, account.auth_token)}",
        *headers,
        *([f"Content-Length: {len(body)}"] if length else []),
    ]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


async def said(simulator: Simulator, sent: bytes, *, end: bool = True) -> bytes:
    """All that comes back until the connection ends; `end` says after the request that no more will come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(simulator.url.rpartition(":")[2]))
    try:
        async with asyncio.timeout(SOON):
            writer.write(sent)
            if end:
                writer.write_eof()
            try:
                return await reader.read()
            except ConnectionError:
                return b""
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


def statuses(answers: bytes) -> list[int]:
    """The status of each answer in turn."""
    found = []
    while answers.startswith(b"HTTP/1.1 "):
        head, _, rest = answers.partition(b"\r\n\r\n")
        found.append(int(head.split(b" ", 2)[1]))
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        answers = rest[int(lengths[0].partition(b":")[2]) if lengths else 0 :]
    assert answers == b""
    return found


FORM = f"To=%2B{HANDSET[1:]}&From=%2B14155550100&Body=Hello".encode()
POST = f"POST {CREATE} HTTP/1.1"
FORM_TYPE = "Content-Type: application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("line", "body", "headers"),
    [
        (POST, b"%", (FORM_TYPE,)),
        (POST, b"To=%ZZ&From=%2&Body=%u1234", (FORM_TYPE,)),
        (POST, b"\xff\xfe\x00=\xff&&&===&Body", (FORM_TYPE,)),
        (POST, b"Body=" + b"%F0%9F" * 100, (FORM_TYPE,)),
        (POST, b"To=a&To=b&To=c&From[]=1&Body[x]=2", (FORM_TYPE,)),
        (POST, b"&".join(b"a%d=1" % index for index in range(50_000)), (FORM_TYPE,)),
        (POST, b'{"To": "+14155550123"}', ("Content-Type: application/json",)),
        (POST, b"\x00" * 100, ("Content-Type: application/octet-stream",)),
        (POST, b"--x\r\n\r\n1\r\n--x--", ("Content-Type: multipart/form-data; boundary=x",)),
        (POST, b"Body=" + b"x" * MEGABYTE, (FORM_TYPE,)),
        (POST, b"", ()),
        (POST, FORM, ()),
        (POST, FORM, ("Content-Type: ",)),
        (POST, FORM, ("Content-Type: text/plain; charset=utf-99",)),
        (POST, FORM, ("X-Sim-Run: " + "r" * 60_000,)),
        (POST, FORM, tuple(f"X-{index}: {index}" for index in range(2000))),
        (POST, FORM, ("Authorization: Basic !!!!",)),
        (POST, FORM, ("Authorization: Basic " + "A" * 50_000,)),
        (POST, FORM, ("Authorization: Bearer x",)),
        (POST, FORM, ("Host: " + "a" * 10_000 + ".twilio.com",)),
        (POST, FORM, ("Host: [::1",)),
        (POST, FORM, ("Host: ",)),
        (POST, FORM, ("Expect: 100-continue",)),
        (POST, FORM, ("Connection: upgrade", "Upgrade: websocket")),
        (POST, FORM, ("Connection: close, keep-alive",)),
        (f"GET {CREATE}?PageSize=%00&Page=-1&PageToken=%FF HTTP/1.1", b"", ()),
        (f"GET {CREATE}?DateSent=9999-99-99&DateSent%3E=x HTTP/1.1", b"", ()),
        (f"GET {CREATE}?{'a=1&' * 10_000} HTTP/1.1", b"", ()),
        (f"GET {CREATE} HTTP/1.1", b"To=in+the+body", (FORM_TYPE,)),
        (f"HEAD {CREATE} HTTP/1.1", b"", ()),
        (f"OPTIONS {CREATE} HTTP/1.1", b"", ()),
        ("OPTIONS * HTTP/1.1", b"", ()),
        (f"TRACE {CREATE} HTTP/1.1", b"", ()),
        (f"PATCH {CREATE} HTTP/1.1", FORM, (FORM_TYPE,)),
        (f"BREW {CREATE} HTTP/1.1", b"", ()),
        (f"{'M' * 5000} {CREATE} HTTP/1.1", b"", ()),
        ("CONNECT api.twilio.com:443 HTTP/1.1", b"", ()),
        ("GET http://api.twilio.com" + CREATE + " HTTP/1.1", b"", ()),
        ("GET http://[ HTTP/1.1", b"", ()),
        ("GET //evil.example/2010-04-01 HTTP/1.1", b"", ()),
        ("GET /%00%ff%2e%2e/../.. HTTP/1.1", b"", ()),
        ("GET /" + "x/" * 20_000 + " HTTP/1.1", b"", ()),
        ("GET /2010-04-01/Accounts/%20/Messages.json HTTP/1.1", b"", ()),
        ("GET /v2/Services/\xe9\xff/Verifications HTTP/1.1", b"", ()),
        ("GET  / HTTP/1.1", b"", ()),
        (f"POST {CREATE} HTTP/1.0", FORM, (FORM_TYPE,)),
        (f"POST {CREATE} HTTP/1.9", FORM, (FORM_TYPE,)),
        ("GET /v2/PhoneNumbers/%2B1%2B%2B?Fields=%00,%00 HTTP/1.1", b"", ()),
    ],
)  # fmt: skip
async def test_an_odd_request_is_answered(
    simulator: Simulator, line: str, body: bytes, headers: tuple[str, ...]
) -> None:
    found = statuses(await said(simulator, request(simulator, line, body, *headers)))

    # `Expect` is answered with 100 first.
    assert len([one for one in found if one != 100]) == 1
    assert max(found) < 500
    await still_works(simulator)


async def still_works(simulator: Simulator) -> None:
    sent = request(simulator, POST, FORM, FORM_TYPE)
    assert statuses(await said(simulator, sent)) == [201]


async def test_a_head_request_gets_no_body(simulator: Simulator) -> None:
    answer = await said(simulator, request(simulator, f"HEAD {CREATE} HTTP/1.1"))

    assert answer.partition(b"\r\n\r\n")[2] == b""


async def test_pipelined_requests_are_all_answered_in_order(simulator: Simulator) -> None:
    sent = request(simulator, POST, FORM, FORM_TYPE) + request(simulator, "GET /nowhere HTTP/1.1")
    found = statuses(await said(simulator, sent * 200))

    assert found == [201, 404] * 200


async def test_a_chunked_form_is_read(simulator: Simulator) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, FORM[index : index + 1]) for index in range(len(FORM)))
    sent = request(simulator, POST, b"", "Transfer-Encoding: chunked", length=False) + chunks + b"0\r\n\r\n"

    assert statuses(await said(simulator, sent)) == [201]


@pytest.mark.parametrize(
    "rest",
    [
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n1_0\r\n" + b"x" * 16 + b"\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 100 + b"\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello",
        b"Content-Length: -5\r\n\r\n",
        b"Content-Length: 1e9\r\n\r\n",
        b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"Content-Length: \xb2\r\n\r\n",
        b"Content-Length: 5, 5\r\n\r\nhello",
        b"Content-Length: 10\r\n\r\nhalf",
        b"Broken",
        b"\r\n",
        b": no name\r\n\r\n",
        b"\xff\xfe: x\r\n\r\n",
    ],
)
async def test_broken_framing_is_refused_or_ended(simulator: Simulator, rest: bytes) -> None:
    found = statuses(await said(simulator, b"POST /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n" + rest))

    assert all(one < 500 for one in found)
    await still_works(simulator)


async def test_random_bytes_are_refused_or_ended(simulator: Simulator) -> None:
    random = Random(7)  # noqa: S311 - repeatable by design
    whole = request(simulator, POST, FORM, FORM_TYPE)
    for _ in range(150):
        spoilt = bytearray(whole)
        for _ in range(random.randrange(1, 8)):
            spoilt[random.randrange(len(spoilt))] = random.randrange(256)
        found = statuses(await said(simulator, bytes(spoilt[: random.randrange(20, len(spoilt) + 1)])))
        assert all(one < 500 for one in found), bytes(spoilt)

    await still_works(simulator)
