"""The simulator as a program of its own."""

import asyncio
import signal
import sys
import time
from pathlib import Path

import orjson
import pytest

from twilio_simulator.running import process

pytestmark = pytest.mark.anyio
MODULE = (sys.executable, "-m", "twilio_simulator")


async def run(*arguments: str) -> tuple[int, str, str]:
    child = await asyncio.create_subprocess_exec(
        *MODULE, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(child.communicate(), 10)
    return child.returncode or 0, out.decode(), err.decode()


async def fetched(url: str, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


async def test_it_says_in_one_line_of_json_what_a_client_needs() -> None:
    sid, token = "AC" + "a" * 32, "b" * 32

    async with process("--sid", sid, "--token", token, "--seed", "5") as facts:
        answer = await fetched(facts["url"], "/_sim/ready")

    assert (facts["account_sid"], facts["auth_token"]) == (sid, token)
    assert set(facts) == {
        "url",
        "account_sid",
        "auth_token",
        "number",
        "whatsapp_sender",
        "sandbox",
        "verify_service",
    }
    assert orjson.loads(answer.partition(b"\r\n\r\n")[2])["ready"] is True


async def test_the_banner_says_that_nothing_is_real() -> None:
    child = await asyncio.create_subprocess_exec(*MODULE, "--port", "0", stdout=asyncio.subprocess.PIPE)
    assert child.stdout is not None
    first = (await asyncio.wait_for(child.stdout.readline(), 10)).decode()
    child.send_signal(signal.SIGINT)
    rest = (await asyncio.wait_for(child.communicate(), 5))[0].decode()

    assert "SIMULATOR" in first
    assert "AC51a0" in rest
    assert child.returncode == 0


async def test_a_port_in_use_is_named_with_a_remedy() -> None:
    async with process() as facts:
        port = facts["url"].rpartition(":")[2]
        code, out, err = await run("--port", port)

    assert (code, out) == (2, "")
    assert f"Port {port} on 127.0.0.1 cannot be used" in err
    assert "--port 0" in err
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1


async def test_a_host_that_is_not_this_machine_is_named() -> None:
    # 192.0.2.0/24 is set aside for documentation.
    code, _, err = await run("--host", "192.0.2.1", "--port", "0")

    assert (code, "192.0.2.1 is no address of this machine" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(("--sid", "AC1"), "--sid"), (("--token", "x"), "--token"), (("--port", "70000"), "--port")],
)
async def test_wrong_options_are_refused(arguments: tuple[str, ...], word: str) -> None:
    code, _, err = await run(*arguments)

    assert (code, word in err, "Traceback" in err) == (2, True, False)


async def test_it_stops_at_once_although_clients_wait() -> None:
    child = await asyncio.create_subprocess_exec(
        *MODULE, "--port", "0", "--json", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    facts = orjson.loads(await asyncio.wait_for(child.stdout.readline(), 10))
    waiting = asyncio.create_task(fetched(facts["url"], "/_sim/wait?kind=never&timeout=60"))
    await fetched(facts["url"], "/_sim/ready")
    began = time.perf_counter()
    child.send_signal(signal.SIGTERM)
    _, err = await asyncio.wait_for(child.communicate(), 5)

    assert time.perf_counter() - began < 2
    assert (child.returncode, err) == (0, b"")
    assert await asyncio.wait_for(waiting, 5) == b""


def resident(pid: int) -> int:
    """Kilobytes, as Linux tells them."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
async def test_it_is_light() -> None:
    child = await asyncio.create_subprocess_exec(
        *MODULE, "--port", "0", "--json", stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    await asyncio.wait_for(child.stdout.readline(), 10)
    kilobytes = resident(child.pid)
    child.send_signal(signal.SIGTERM)
    await child.communicate()

    assert kilobytes < 80 * 1024
