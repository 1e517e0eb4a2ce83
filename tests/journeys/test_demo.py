"""`ringback demo` as a new user meets it, and what it says when something is not as it should be."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from tests.journeys.processes import RINGBACK, free_port

from ringback.demo.steps import STEPS

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

LAST = "Compare with the simulator"


@dataclass
class Demo:
    """A running demo, its two ports, and what it said so far."""

    child: asyncio.subprocess.Process
    port: int
    simulator_port: int
    lines: list[str] = field(default_factory=list)

    async def until(self, text: str) -> str:
        """Read on to the line with a text."""
        assert self.child.stdout is not None
        async with asyncio.timeout(40):
            while read := (await self.child.stdout.readline()).decode():
                self.lines.append(read)
                if text in read:
                    return read
        raise AssertionError(f"{text!r} was not said: {self.lines}")

    async def end(self) -> int:
        async with asyncio.timeout(40):
            out, err = await self.child.communicate()
        self.lines += [*out.decode().splitlines(), *err.decode().splitlines()]
        return self.child.returncode or 0


@asynccontextmanager
async def started(home: Path, *options: str, ports: tuple[int, int] | None = None) -> AsyncIterator[Demo]:
    """A demo in a home of its own."""
    port, simulator_port = ports or (free_port(), free_port())
    where = [] if "--once" in options else ["--port", str(port), "--simulator-port", str(simulator_port)]
    child = await asyncio.create_subprocess_exec(
        *(RINGBACK, "demo", *where, *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
    )
    try:
        yield Demo(child, port, simulator_port)
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
            await child.communicate()


async def answers(port: int) -> bool:
    """Whether anything listens there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def test_the_tour_goes_line_by_line_into_a_pipe(tmp_path: Path) -> None:
    async with started(tmp_path, "--once") as demo:
        code = await demo.end()

    assert (code, len(demo.lines)) == (0, len(STEPS) + 1)
    for line, title in zip(demo.lines, [*(step.title for step in STEPS), LAST], strict=True):
        assert line.startswith(f"✓  {title}"), line
    assert "\x1b" not in "".join(demo.lines)
    assert not (tmp_path / ".local").exists()


async def test_two_at_once_do_not_meet(tmp_path: Path) -> None:
    async with started(tmp_path, "--once", "--json") as one, started(tmp_path, "--once", "--json") as other:
        codes = [await one.end(), await other.end()]

    assert codes == [0, 0]
    first, second = (json.loads(demo.lines[0]) for demo in (one, other))
    assert first["agrees"] is second["agrees"] is True
    assert first["steps"][-1]["step"] == LAST
    assert first["url"] != second["url"]


async def test_it_stays_up_to_be_played_with_and_ctrl_c_stops_everything(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    for _ in range(2):  # the second run finds the ports free and makes the ledger anew
        async with started(tmp_path, ports=ports) as demo:
            await demo.until("Ctrl-C stops everything.")
            key = next(line.split()[-1] for line in demo.lines if line.startswith("API key"))
            headers = {"authorization": f"Bearer {key}"}
            url = f"http://127.0.0.1:{ports[0]}/v1/jobs?limit=200"
            async with aiohttp.ClientSession(headers=headers) as http, http.get(url) as answer:
                jobs = (await answer.json())["jobs"]
            demo.child.send_signal(signal.SIGINT)

            assert await demo.end() == 0
        assert len(jobs) == sum(bool(step.writes) for step in STEPS) + 1  # the late check reached nobody
        assert [await answers(port) for port in ports] == [False, False]


async def test_its_ledger_is_open_to_the_command_line(tmp_path: Path) -> None:
    async with started(tmp_path) as demo:
        await demo.until("Ctrl-C stops everything.")
        export = next(line for line in demo.lines if line.startswith("export"))
        send = next(line for line in demo.lines if line.startswith("ringback run"))
        child = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-ec", f"{export}\n{send}".replace("ringback run", f"{RINGBACK} run")),
            stdout=asyncio.subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        )
        out, _ = await child.communicate()

    assert child.returncode == 0
    assert "done  SendMessage" in out.decode()


@pytest.fixture
def hang_up_heard() -> Iterator[None]:
    """Under nohup a program inherits that SIGHUP is ignored, and the demo respects that."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hang_up_heard")
async def test_a_terminal_that_closes_leaves_no_simulator_behind(tmp_path: Path) -> None:
    async with started(tmp_path) as demo:
        await demo.until("Send a text")
        demo.child.send_signal(signal.SIGHUP)
        await demo.end()

        assert not await answers(demo.simulator_port)


async def test_a_simulator_that_dies_is_told(tmp_path: Path) -> None:
    async with started(tmp_path) as demo:
        await demo.until("Ctrl-C stops everything.")
        os.kill(await child_of(demo.child.pid), signal.SIGKILL)

        assert await demo.end() == 1
    assert "The simulator stopped by itself (exit code -9)." in "\n".join(demo.lines)


async def test_a_message_that_the_ledger_does_not_know_is_exit_code_1(tmp_path: Path) -> None:
    async with started(tmp_path) as demo:
        await stray_message(demo.simulator_port)
        await demo.until("Ctrl-C stops everything.")
        demo.child.send_signal(signal.SIGINT)

        assert await demo.end() == 1
    told = next(line for line in demo.lines if LAST in line)
    assert told.startswith("✗")
    assert "to +14155550199 is at the simulator only" in told


async def child_of(pid: int) -> int:
    """The only child of a process."""
    listed = await asyncio.create_subprocess_exec(
        *("ps", "-o", "pid=", "--ppid", str(pid)), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await listed.communicate()
    return int(out.split()[0])


async def stray_message(port: int) -> None:
    """Send past Ringback, with the simulator's own account, as soon as it answers."""
    async with asyncio.timeout(40), aiohttp.ClientSession() as http:
        while not await answers(port):  # noqa: ASYNC110 - another process starts it
            await asyncio.sleep(0.02)
        async with http.get(f"http://127.0.0.1:{port}/_sim/accounts") as answer:
            account = (await answer.json())["accounts"][0]
        url = f"http://127.0.0.1:{port}/2010-04-01/Accounts/{account['account_sid']}/Messages.json"
        form = {"To": "+14155550199", "From": account["number"], "Body": "Past the ledger"}
        headers = {"authorization": aiohttp.encode_basic_auth(account["account_sid"], account["auth_token"])}
        async with http.post(url, data=form, headers=headers) as answer:
            assert answer.status == 201, await answer.text()
