"""Running a simulator: on a socket of this process, or as a process of its own."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from twilio_simulator.door.entrance import Entrance
from twilio_simulator.door.http1 import Connections
from twilio_simulator.simulator import Options, Simulator

READY_WITHIN = 10.0


@asynccontextmanager
async def listening(connections: Connections, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """A socket for these connections; yields its URL. Port 0 takes a free one."""
    entrance = Entrance(connections, host, port)
    await entrance.open()
    try:
        yield entrance.url
    finally:
        entrance.close()


@asynccontextmanager
async def serving(simulator: Simulator, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve a simulator on a socket of this event loop; yields its URL."""
    entrance = Entrance(Connections(simulator.serve), host, port)
    await entrance.open()
    simulator.entrance = entrance
    simulator.url = simulator.world.address = entrance.url
    try:
        yield entrance.url
    finally:
        entrance.close()
        simulator.stop()


@asynccontextmanager
async def running(options: Options | None = None) -> AsyncIterator[Simulator]:
    """A fresh simulator, served on a free loopback port; its `url` says where."""
    simulator = Simulator(options)
    async with serving(simulator):
        yield simulator


@asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[dict[str, Any]]:
    """A simulator in a process of its own; yields what it says about itself (`url`, `account_sid`, ...).

    Raises:
        RuntimeError: it did not start; the text is what it wrote to standard error.
    """
    command = (sys.executable, "-m", "twilio_simulator", "--port", "0", "--json", *arguments)
    child = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield await _introduced(child)
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
        await child.communicate()


async def _introduced(child: asyncio.subprocess.Process) -> dict[str, Any]:
    if child.stdout is None or child.stderr is None:
        raise RuntimeError("the process has no pipes")
    # Not `wait_for`, which could swallow a cancellation before Python 3.12.
    async with asyncio.timeout(READY_WITHIN):
        line = await child.stdout.readline()
    if not line:
        raise RuntimeError((await child.stderr.read()).decode())
    introduction: dict[str, Any] = orjson.loads(line)
    return introduction
