"""Real processes for the journeys: the simulator, the server and the command line, on free ports."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

from twilio_simulator.running import process as simulator_process

RINGBACK = str(Path(sys.executable).with_name("ringback"))
READY_WITHIN = 40.0


NUMBERS = count(os.getpid() * 101)  # two that test at once are seldom near each other


def free_port() -> int:
    """A port that nobody is given before it is used: systems by themselves give away only higher ones."""
    while True:
        port = 20_000 + next(NUMBERS) % 12_000
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(slots=True)
class Installation:
    """One user's Ringback on this machine: a home of its own, and a simulator beside it."""

    home: Path
    twilio: Mapping[str, Any]
    http: aiohttp.ClientSession
    database: str = ""
    key: str = ""
    port: int = field(default_factory=free_port)
    logs: dict[int, Path] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        place = {"RINGBACK_DATABASE": self.database} if self.database else {}
        return kept | {"HOME": str(self.home), "COLUMNS": "200"} | place | dict(self.variables) | more

    async def run(self, *arguments: str, stdin: str = "", **environment: str) -> Said:
        """Run one command to its end."""
        child = await asyncio.create_subprocess_exec(
            RINGBACK,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environment(**environment),
            cwd=self.home,
        )
        async with asyncio.timeout(50):
            out, err = await child.communicate(stdin.encode())
        return Said(child.returncode or 0, out.decode(), err.decode())

    async def connect(self, name: str = "shop") -> Said:
        """Connect the simulator's account, its token given as a line of standard input."""
        options = ["--environment", "simulator", "--base-url", self.twilio["url"]]
        options += ["--default-sender", self.twilio["number"]]
        options += ["--default-verify-service", self.twilio["verify_service"]]
        sid = self.twilio["account_sid"]
        return await self.run(
            "accounts", "add", name, "--account-sid", sid, *options, stdin=self.twilio["auth_token"] + "\n"
        )

    @asynccontextmanager
    async def serving(self, *options: str, public: bool = True) -> AsyncIterator[asyncio.subprocess.Process]:
        """A server until the block ends; it may be killed inside."""
        public_url = ["--public-url", self.url] if public else []
        child = await self.start("serve", "--port", str(self.port), *public_url, *options)
        try:
            await self._ready(child)
            yield child
        finally:
            await ended(child)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A worker until the block ends."""
        child = await self.start("worker", "--public-url", self.url)
        try:
            async with asyncio.timeout(READY_WITHIN):
                while "Ctrl-C stops it" not in self.log_of(child):
                    assert child.returncode is None, self.log_of(child)
                    await asyncio.sleep(0.05)
            yield
        finally:
            await ended(child)

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """A process that runs until it is ended; what it logs goes to a file in the home."""
        place = self.home / f"{arguments[0]}-{len(self.logs)}.log"
        with place.open("wb") as log:
            child = await asyncio.create_subprocess_exec(
                RINGBACK, *arguments, stderr=log, stdout=log, env=self.environment(), cwd=self.home
            )
        self.logs[child.pid] = place
        return child

    def log_of(self, child: asyncio.subprocess.Process) -> str:
        """What a started process has said so far."""
        return self.logs[child.pid].read_text()

    async def _ready(self, child: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(READY_WITHIN):
            while child.returncode is None:
                try:
                    async with self.http.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
        raise AssertionError("the server did not start")

    async def act(self, action: str, inputs: Mapping[str, Any], *, wait: int = 10, **headers: str) -> Any:
        """Run an action over HTTP; its status and content."""
        sent = {"authorization": f"Bearer {self.key}", "prefer": f"wait={wait}"} | headers
        body = {"account": "shop"} | dict(inputs)
        async with self.http.post(f"{self.url}/v1/actions/{action}", json=body, headers=sent) as answer:
            return answer.status, await answer.json()

    async def job(self, job_id: str) -> Any:
        sent = {"authorization": f"Bearer {self.key}"}
        async with self.http.get(f"{self.url}/v1/jobs/{job_id}", headers=sent) as answer:
            return await answer.json()

    async def job_until(self, job_id: str, state: str, within: float = 60.0) -> Any:
        """A job once it is in a state."""
        async with asyncio.timeout(within):
            job = await self.job(job_id)
            while job["state"] != state:
                await asyncio.sleep(0.1)
                job = await self.job(job_id)
        return job

    async def control(self, path: str, content: Mapping[str, Any] | None = None) -> Any:
        """Ask the simulator's control API, or tell it."""
        url = f"{self.twilio['url']}/_sim{path}"
        call = self.http.get(url) if content is None else self.http.post(url, json=content)
        async with call as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def on_screen(self, number: str) -> list[str]:
        """The texts that a handset shows once all that is on its way has arrived, newest first."""
        await self.control("/clock/advance", {"seconds": 60})
        shown = await self.control(f"/phones/{number}/messages")
        return [message["body"] for message in shown["messages"]]


async def ended(child: asyncio.subprocess.Process) -> None:
    """Ask it to stop, and wait until it has."""
    if child.returncode is None:
        child.send_signal(signal.SIGTERM)
    async with asyncio.timeout(40):
        await child.wait()


@asynccontextmanager
async def installation(home: Path, database: str = "") -> AsyncIterator[Installation]:
    """A new user's machine with a connected account and a key."""
    async with simulator_process() as twilio, aiohttp.ClientSession() as http:
        installed = Installation(home, twilio, http, database)
        connected = await installed.connect()
        assert connected.code == 0, connected.err
        made = await installed.run("keys", "create", "tests", "--json")
        installed.key = made.json["key"]
        yield installed
