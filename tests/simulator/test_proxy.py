"""The CONNECT proxy: programs that know nothing of the simulator reach it all the same."""

import asyncio
import contextlib
import os
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from tests.simulator.test_process import run

from twilio_simulator.door.http1 import Connections
from twilio_simulator.door.proxy import Proxy, is_twilio, proxying
from twilio_simulator.running import process, running
from twilio_simulator.simulator import Options, Simulator
from twilio_simulator.world.account import basic

pytestmark = pytest.mark.anyio

PROGRAM = """
import os
from twilio.rest import Client
client = Client(os.environ["SID"], os.environ["TOKEN"])
for index in range(3):
    client.messages.create(to="+14155550123", from_="+14155550100", body=f"Text {index}")
service = client.verify.v2.services.create(friendly_name="Second")
print([one.body for one in client.messages.list(page_size=2)])
print([one.friendly_name for one in client.verify.v2.services.list(page_size=1)])
try:
    client.messages.create(to="+1415", from_="+14155550100", body="x")
except Exception as error:
    print(type(error).__name__, error.code)
"""


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with running(Options(seed=1)) as started:
        yield started


@pytest.fixture
async def proxy(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Proxy]:
    async with proxying(Connections(simulator.serve), tmp_path / "ca", "127.0.0.1", 0) as opened:
        yield opened


async def connected(proxy: Proxy, target: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
    port = int(proxy.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    return reader, writer, await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)


async def test_an_unmodified_program_of_the_official_sdk_reaches_the_simulator(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    arguments = ("--proxy-port", "0", "--proxy-folder", str(tmp_path / "certificates"))
    async with process(*arguments) as facts:
        given = {**facts["proxy"]["python"], "SID": facts["account_sid"], "TOKEN": facts["auth_token"]}
        clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            str(script),
            env={**clean, **given},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(child.communicate(), 30)

    assert child.returncode == 0, err.decode()
    assert out.decode().splitlines() == [
        "['Text 2', 'Text 1', 'Text 0']",
        "['Simulated Verify', 'Second']",
        "TwilioRestException 21211",
    ]
    assert set(facts["proxy"]["node"]) == {"HTTP_PROXY", "NODE_EXTRA_CA_CERTS", "NO_PROXY"}
    certificates = tmp_path / "certificates"
    assert facts["proxy"]["node"]["NODE_EXTRA_CA_CERTS"] == str(certificates / "ca.pem")


async def test_a_host_name_leads_to_its_product(proxy: Proxy, simulator: Simulator) -> None:
    context = ssl.create_default_context(cafile=proxy.exports()["python"]["REQUESTS_CA_BUNDLE"])
    reader, writer, _ = await connected(proxy, "verify.twilio.com:443")
    await writer.start_tls(context, server_hostname="verify.twilio.com")
    sid, token = simulator.account.sid, simulator.account.auth_token
    lines = ("GET /v2/Services?PageSize=1 HTTP/1.1", "Host: verify.twilio.com", "Connection: close")
    authorization = f"Authorization: {basic(sid, token)}"
    writer.write("\r\n".join([*lines, authorization, "", ""]).encode())
    answer = orjson.loads((await asyncio.wait_for(reader.read(), 5)).partition(b"\r\n\r\n")[2])
    writer.close()

    assert answer["meta"]["url"].startswith("https://verify.twilio.com/v2/Services")
    assert [one["friendly_name"] for one in answer["services"]] == ["Simulated Verify"]


@pytest.mark.parametrize(
    "target",
    [
        "example.org:443",
        "eviltwilio.com:443",
        "api.twilio.com.example.org:443",
        "api.twilio.com:80",
        "twilio.com:443",
    ],
)
async def test_everything_else_is_refused(proxy: Proxy, target: str) -> None:
    reader, writer, head = await connected(proxy, target)
    body = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert head.startswith(b"HTTP/1.1 403")
    assert target.encode() in body


async def test_plain_requests_are_refused(proxy: Proxy) -> None:
    port = int(proxy.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET http://example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 403")


async def test_the_controls_are_not_behind_twilios_names(proxy: Proxy) -> None:
    context = ssl.create_default_context(cafile=proxy.exports()["python"]["REQUESTS_CA_BUNDLE"])
    reader, writer, _ = await connected(proxy, "api.twilio.com:443")
    await writer.start_tls(context, server_hostname="api.twilio.com")
    writer.write(b"POST /_sim/reset HTTP/1.0\r\nHost: api.twilio.com\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 403")


async def test_who_does_not_trust_the_authority_gets_nowhere(proxy: Proxy) -> None:
    _, writer, _ = await connected(proxy, "api.twilio.com:443")

    with pytest.raises(ssl.SSLCertVerificationError):
        await writer.start_tls(ssl.create_default_context(), server_hostname="api.twilio.com")
    writer.close()


async def test_no_private_key_reaches_the_folder(proxy: Proxy) -> None:
    folder = Path(proxy.exports()["node"]["NODE_EXTRA_CA_CERTS"]).parent

    assert sorted(one.name for one in folder.iterdir()) == ["bundle.pem", "ca.pem"]
    assert not any("PRIVATE" in one.read_text() for one in folder.iterdir())


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("api.twilio.com", True),
        ("api.dublin.ie1.twilio.com", True),
        ("twilio.com", False),
        ("-.twilio.com", False),
        ("api.twilio.com.", False),
        ("apitwilio.com", False),
    ],
)
def test_twilios_names_are_told_from_others(host: str, *, expected: bool) -> None:
    assert is_twilio(host) is expected


async def test_a_file_is_no_folder_for_certificates(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")

    code, _, err = await run("--port", "0", "--proxy-port", "0", "--proxy-folder", str(file))

    assert (code, "--proxy-folder" in err, "Traceback" in err) == (2, True, False)


async def test_a_request_may_come_in_pieces(proxy: Proxy) -> None:
    port = int(proxy.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in (b"CONNECT api.twi", b"lio.com:443 HTTP/1.1\r\n", b"\r\n"):
        writer.write(piece)
        await asyncio.sleep(0.01)

    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    writer.close()

    assert head.startswith(b"HTTP/1.1 200")


async def test_an_endless_head_is_cut_off(proxy: Proxy) -> None:
    port = int(proxy.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"CONNECT " + b"x" * 100_000)

    with contextlib.suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_a_client_that_leaves_before_tls_harms_nobody(proxy: Proxy, simulator: Simulator) -> None:
    for _ in range(3):
        _, writer, _ = await connected(proxy, "api.twilio.com:443")
        writer.transport.abort()
    _, writer, head = await connected(proxy, "api.twilio.com:443")
    writer.close()

    assert head.startswith(b"HTTP/1.1 200")
    assert simulator.world.clock.pending == 0
