"""What the demo runs on: a simulator in a process of its own, a server in this one, a ledger made anew."""

import asyncio
import base64
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from ringback.demo.outside import Outside
from ringback.demo.tour import Tour
from ringback.errors import Misconfigured
from ringback.serving import Opener, Server, listening, server_of
from ringback.settings import Settings, embedded_place, read_settings
from ringback.twilio.transport import open_transport

STOP_WITHIN = 5.0
LEFTOVERS = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class World:
    """Everything that runs, and how to speak to it."""

    settings: Settings
    tour: Tour
    twilio: Outside
    key: str
    simulator: asyncio.subprocess.Process

    @property
    def url(self) -> str:
        """Where Ringback is."""
        return self.tour.ringback.url


@asynccontextmanager
async def running_world(
    open_connector: Opener, port: int, simulator_port: int, *, once: bool
) -> AsyncIterator[World]:
    """Start everything and stop it in order.

    Raises:
        Misconfigured: A port is in use, or the simulator does not start.
    """
    with listening("127.0.0.1", port) as sock, tempfile.TemporaryDirectory() as folder:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        settings = _settings(Path(folder) if once else None, sock.getsockname()[1], url)
        async with (
            simulator(simulator_port) as process,
            open_connector(settings) as connector,
            _served(server_of(connector, settings), sock),
            open_transport() as transport,
        ):
            account = await _introduced(process)  # it took its time to start beside all of the above
            key = await connector.keys.create("demo")
            ringback = Outside(transport, url, {"authorization": f"Bearer {key}"})
            twilio = Outside(transport, account["url"], {"authorization": _basic(account)})
            tour = Tour(ringback, Outside(transport, account["url"], {}), account)
            yield World(settings, tour, twilio, key, process)


@asynccontextmanager
async def _served(server: Server, sock: socket.socket) -> AsyncIterator[None]:
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def simulator(port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A simulator that starts in a process of its own. Raises `Misconfigured` if its port is in use."""
    if port:
        with listening("127.0.0.1", port, "--simulator-port"):
            pass
    command = (sys.executable, "-m", "twilio_simulator", "--port", str(port), "--json")
    # A session of its own, so that Ctrl-C reaches this process alone and it can stop both in order.
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        await _stopped(process)


async def _introduced(process: asyncio.subprocess.Process) -> dict[str, Any]:
    line = await process.stdout.readline() if process.stdout else b""
    if not line:
        raise Misconfigured("The simulator did not start; what it said stands above.")
    said: dict[str, Any] = orjson.loads(line)
    return said


async def _stopped(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await process.wait()
    except (TimeoutError, asyncio.CancelledError):
        # Also when Ctrl-C comes a second time: a simulator that outlives the demo would hold its port.
        process.kill()
        await process.wait()


def _settings(folder: Path | None, port: int, url: str) -> Settings:
    """The user's own settings, but for a ledger and a key that only the demo uses, made anew."""
    settings = read_settings()
    if folder is None:
        database = embedded_place(settings).with_name(f"demo-{port}.db")
        key_file = settings.key_file.with_name(f"demo-{port}.key")
    else:
        database, key_file = folder / "demo.db", folder / "demo.key"
    for leftover in (key_file, *(Path(f"{database}{ending}") for ending in LEFTOVERS)):
        leftover.unlink(missing_ok=True)
    return replace(
        settings, database=database, key_file=key_file, key=None, public_url=url, host="127.0.0.1", port=port
    )


def _basic(account: dict[str, Any]) -> str:
    pair = f"{account['account_sid']}:{account['auth_token']}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
