"""A terminal of its own for a command, as a person sees it."""

import asyncio
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.journeys.processes import RINGBACK, Installation

STYLE = re.compile(r"\x1b\[[0-9;]*m")
CTRL_C = b"\x03"
# The command has to be the terminal's foreground process, or Ctrl-C would not reach it; nor may it inherit
# that Ctrl-C is ignored, as it is where a shell has put the tests into the background.
TAKE_TERMINAL = (
    "import fcntl, os, signal, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)


@dataclass(slots=True)
class Screen:
    """A command on a terminal of its own."""

    child: subprocess.Popen[bytes]
    controller: int
    shown: str = ""

    @property
    def lines(self) -> list[str]:
        """What is shown, without colours."""
        return STYLE.sub("", self.shown).splitlines()

    async def until(self, text: str) -> None:
        async with asyncio.timeout(40):
            while text not in self.shown and await asyncio.to_thread(self._read):
                pass
        assert text in self.shown, self.shown

    async def end(self) -> int:
        """What is left on the screen, then the exit code."""
        async with asyncio.timeout(40):
            while await asyncio.to_thread(self._read):
                pass
            return await asyncio.to_thread(self.child.wait)

    def press(self, keys: bytes) -> None:
        os.write(self.controller, keys)

    def _read(self) -> bool:
        try:
            read = os.read(self.controller, 65_536)
        except OSError:  # Linux says EIO once the other side is closed
            return False
        self.shown += read.decode(errors="replace").replace("\r\n", "\n")
        return bool(read)


@asynccontextmanager
async def screen(machine: Installation, *argv: str, width: int = 80) -> AsyncIterator[Screen]:
    """Start a command on a terminal that many cells wide."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    environment = machine.environment(TERM="xterm", NO_COLOR="1")
    del environment["COLUMNS"]
    command = [sys.executable, "-c", TAKE_TERMINAL, RINGBACK, *argv]
    child = await asyncio.to_thread(
        subprocess.Popen,
        command,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment,
        cwd=machine.home,
    )
    os.close(terminal)
    try:
        yield Screen(child, controller)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        os.close(controller)
