"""The programs that the simulator's bench measures: the simulator, and peers that a folder holds.

A peer is another local Twilio, known to a registry by its name. Each listens on loopback only.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 15.0
BODY = "A text of usual length, to be sent."
TO = "+14155550123"


class DidNotStartError(Exception):
    """It ended, or nothing answered."""


@dataclass(frozen=True)
class Program:
    """A local Twilio: how to start it on a port, and what a create needs."""

    name: str
    command: Callable[[int], list[str]]
    sid: str
    token: str
    sender: str
    folder: Path | None = None
    callbacks: int = 0
    """How many it sends for a create."""
    most: int | None = None
    """How many requests it answers at all before it refuses more."""

    def form(self, callback: str | None = None) -> dict[str, str]:
        """A text to somebody."""
        more = {} if callback is None else {"StatusCallback": callback}
        return {"To": TO, "From": self.sender, "Body": BODY, **more}


def simulator() -> Program:
    """Ours, with the account that it starts with."""
    return Program(
        "simulator",
        lambda port: [sys.executable, "-m", "twilio_simulator", "--port", str(port)],
        "AC" + "51a0" * 8,
        "51a0" + "c0de" * 7,
        "+14155550100",
        callbacks=3,
    )


def peers(folder: Path) -> Iterator[Program]:
    """Those that are there; says loudly which are not."""
    own = folder / "node_modules" / ".bin" / "node"
    node = str(own) if own.exists() else shutil.which("node")
    for package, make in (("emulate", _emulate), ("twillio-sms-mock", _sms_mock)):
        if node is None:
            print(f"ABSENT: {package} cannot run, there is no Node here.")
        elif not (folder / "node_modules" / package).is_dir():
            print(f"ABSENT: {package} is not in {folder}; docs/simulator/speed.md tells how to put it there.")
        else:
            yield make(folder, node)


def _emulate(folder: Path, node: str) -> Program:
    script = str(folder / "node_modules" / "emulate" / "dist" / "index.js")
    return Program(
        "emulate",
        lambda port: [node, script, "--service", "twilio", "--port", str(port)],
        "AC" + "0" * 32,
        "twilio_test_auth_token",
        "+15551234567",
        folder,
        callbacks=1,
        # It answers 403 from the 5,000th request of an hour on, and no option changes that.
        most=4990,
    )


def _sms_mock(folder: Path, node: str) -> Program:
    # Its own start() listens on every address of the machine.
    script = (
        'const {TwillioMockServer: S} = require("twillio-sms-mock"); new S().getApp().listen(%d, "127.0.0.1")'
    )
    return Program(
        "twillio-sms-mock",
        lambda port: [node, "-e", script % port],
        "AC" + "0" * 32,
        "unchecked",
        "+15551234567",
        folder,
    )


@dataclass
class Running:
    """A started program."""

    pid: int
    port: int
    ready: float
    """Seconds from its start to its first answer."""


@contextmanager
def running(program: Program, core: int, client_core: int) -> Iterator[Running]:
    """It on one core, with every thread; whoever measures on the other."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    os.sched_setaffinity(0, {core})
    began = time.perf_counter()
    child = subprocess.Popen(program.command(port), cwd=program.folder, stdout=subprocess.DEVNULL)
    os.sched_setaffinity(0, {client_core})
    try:
        while not answers(port):
            if child.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise DidNotStartError(program.name)
            time.sleep(0.005)
        yield Running(child.pid, port, time.perf_counter() - began)
    finally:
        child.terminate()
        child.wait()


def answers(port: int) -> bool:
    """Whether anything comes back from an HTTP request."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as probe:
            probe.sendall(b"GET /2010-04-01/Accounts.json HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return bool(probe.recv(1))
    except OSError:
        return False
