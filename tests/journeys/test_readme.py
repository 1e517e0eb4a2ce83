"""The README's and the tutorial's commands, word for word but for the ports, beside a running demo."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.journeys.processes import RINGBACK, free_port

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
PORTS = {"8080": str(free_port()), "4010": str(free_port())}


@dataclass
class Demo:
    """A running demo, and a shell in a home of its own beside it."""

    home: Path
    key: str = ""

    @property
    def environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        return {"HOME": str(self.home), "PATH": path, "COLUMNS": "200", "RINGBACK_API_KEY": self.key}

    async def shell(self, script: str) -> tuple[int, str]:
        """Run a script; its exit code and what it said."""
        child = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-ec",
            script,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self.environment,
            cwd=self.home,
        )
        async with asyncio.timeout(60):
            said, _ = await child.communicate()
        return child.returncode or 0, said.decode()


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    started = Demo(tmp_path)
    async with _running(started) as key:
        started.key = key
        yield started


@asynccontextmanager
async def _running(demo: Demo) -> AsyncIterator[str]:
    child = await asyncio.create_subprocess_exec(
        *(RINGBACK, "demo", "--port", PORTS["8080"], "--simulator-port", PORTS["4010"]),
        stdout=asyncio.subprocess.PIPE,
        env=demo.environment,
    )
    try:
        yield await _key_printed(child)
    finally:
        child.send_signal(signal.SIGINT)
        async with asyncio.timeout(30):
            await child.communicate()


async def _key_printed(child: asyncio.subprocess.Process) -> str:
    assert child.stdout is not None
    async with asyncio.timeout(30):
        async for line in child.stdout:
            if found := re.search(rb"rb_[\w-]{20,}", line):
                return found[0].decode()
    raise AssertionError("the demo printed no key")


def blocks(document: str, language: str) -> list[str]:
    """The code blocks of a document, on this test's ports."""
    text = (ROOT / document).read_text()
    for usual, ours in PORTS.items():
        text = text.replace(f":{usual}", f":{ours}")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def block(document: str, language: str, holding: str) -> str:
    """The one block that holds some words."""
    return next(found for found in blocks(document, language) if holding in found)


async def test_the_readme_connects_sends_from_python_and_over_http(demo: Demo) -> None:
    code, said = await demo.shell(block("README.md", "sh", "accounts add shop"))
    assert code == 0, said
    (demo.home / "send.py").write_text(block("README.md", "python", "asyncio.run"))

    code, first = await demo.shell("python send.py")
    assert code == 0, first
    _, second = await demo.shell("python send.py")
    _, answer = await demo.shell(block("README.md", "sh", "curl"))

    assert first.startswith("done")
    assert re.findall("SM[0-9a-f]{32}", first) == re.findall("SM[0-9a-f]{32}", second)
    assert '"state":"done"' in answer


async def test_the_tutorial_can_be_followed_to_its_end(demo: Demo) -> None:
    said = ""
    for script in blocks("docs/tutorial.md", "sh"):
        if script.startswith("make"):
            continue
        jobs = re.findall(r"job_[0-9a-f]{32}", said)
        runnable = script.replace("JOB_ID", jobs[-1] if jobs else "")
        _, said = await demo.shell(runnable.replace("--code 000000", "--code 000000 || test $? = 1"))
        assert "Traceback" not in said
        if "order-1" in script:
            assert "done" in said

    assert "done" in said
