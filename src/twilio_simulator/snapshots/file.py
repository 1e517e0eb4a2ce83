"""The state file: the world outlives the process."""

import asyncio
import hashlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from twilio_simulator.clock import stopwatch
from twilio_simulator.snapshots.capture import apply, read, written
from twilio_simulator.snapshots.graph import ForeignError

if TYPE_CHECKING:
    from twilio_simulator.simulator import Simulator

QUIET = 0.5
"""Seconds without a write after one."""
SHARE = 20
"""A write that takes a second is followed by twenty without one."""
LOOK = 1.0
_MARK = b"\n# sha256 "


class StateFileError(Exception):
    """The state file cannot be used; the text says why and what to do."""


def load(simulator: "Simulator", file: Path) -> bool:
    """Put the world of the file in place; False when there is no such file yet.

    Raises:
        StateFileError: it cannot be read, or holds something else.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StateFileError(f"The state file {file} cannot be read ({error.strerror}).") from error
    try:
        state = read(simulator, _whole(content))
    except ForeignError as error:
        remedy = "Name another file with --state, or remove this one to start afresh."
        raise StateFileError(
            f"The state file {file} is no state of this simulator: {error}. {remedy}"
        ) from None
    apply(simulator, state)
    return True


def _whole(content: bytes) -> bytes:
    text, _, digest = content.rpartition(_MARK)
    if hashlib.sha256(text).hexdigest() != digest.strip().decode("ascii", "replace"):
        raise ForeignError("it is cut short or was changed by hand")
    return text


def save(text: bytes, file: Path) -> None:
    """Write the file in one step: a crash leaves the old one or the new one, never half of it.

    Raises:
        StateFileError: it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        with os.fdopen(handle, "wb") as temporary:
            temporary.write(text + _MARK + hashlib.sha256(text).hexdigest().encode() + b"\n")
            temporary.flush()
            os.fsync(temporary.fileno())
        Path(name).replace(file)
    except OSError as error:
        raise StateFileError(f"The state file {file} cannot be written ({error.strerror}).") from error


class Keeper:
    """Writes the world to a file when it has changed, never more than a small share of the time."""

    def __init__(self, simulator: "Simulator", file: Path) -> None:
        self._simulator = simulator
        self._file = file

    def save(self) -> float:
        """Write the world; the seconds that it took of the loop.

        Raises:
            StateFileError: it cannot be written.
        """
        began = stopwatch()
        save(written(self._simulator), self._file)
        return stopwatch() - began

    async def watch(self) -> None:
        """Save after each change, until cancelled; what cannot be written now is tried again later."""
        seen = self._simulator.changes()
        while True:
            present = self._simulator.changes()
            if present == seen:
                await self._simulator.world.log.next(LOOK)
                continue
            seen, pause = present, QUIET
            try:
                pause = max(QUIET, SHARE * self.save())
            except StateFileError as error:
                sys.stderr.write(f"{error}\n")
                seen = (-1, -1)
            await asyncio.sleep(pause)


@asynccontextmanager
async def kept(simulator: "Simulator", file: Path) -> AsyncIterator[None]:
    """Load the file if there is one, save on change and at the end.

    Raises:
        StateFileError: it cannot be used.
    """
    await asyncio.to_thread(file.parent.mkdir, parents=True, exist_ok=True)
    load(simulator, file)
    keeper = Keeper(simulator, file)
    keeper.save()
    watching = asyncio.get_running_loop().create_task(keeper.watch())
    try:
        yield
    finally:
        watching.cancel()
        keeper.save()
