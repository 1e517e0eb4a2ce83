"""Snapshots by name, in memory."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twilio_simulator.clock import precise
from twilio_simulator.snapshots.capture import State, apply, capture, read, written

if TYPE_CHECKING:
    from twilio_simulator.simulator import Simulator

MOST, MOST_BYTES = 50, 256 * 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A world as it was; `text` is its JSON."""

    name: str
    at: int
    messages: int
    accounts: int
    text: bytes

    def resource(self) -> dict[str, Any]:
        """The snapshot as the control API shows it."""
        return {
            "name": self.name,
            "at": precise(self.at),
            "accounts": self.accounts,
            "messages": self.messages,
            "bytes": len(self.text),
        }


class Shelf:
    """All named snapshots of a simulator, and the state that the last reset or restore left behind."""

    def __init__(self, simulator: "Simulator") -> None:
        self._simulator = simulator
        self._before: State | None = None
        self.kept: dict[str, Snapshot] = {}

    def take(self, name: str) -> Snapshot:
        """Write the present state down under a name; an older one of the name goes."""
        world = self._simulator.world
        messages = sum(len(account.messages) for account in world.accounts.values())
        snapshot = Snapshot(name, world.clock.now(), messages, len(world.accounts), written(self._simulator))
        self.kept.pop(name, None)
        self.kept[name] = snapshot
        world.log.note("snapshot.taken", "", name)
        return snapshot

    def restore(self, snapshot: Snapshot) -> None:
        """Bring a state back; the present one can be had again by `undo`."""
        state = read(self._simulator, snapshot.text)
        self.remember()
        apply(self._simulator, state)
        self._simulator.world.log.note("world.restored", "", snapshot.name)

    def remember(self) -> None:
        """Keep the present state for `undo`, before it is left."""
        self._before = capture(self._simulator)

    def forget(self) -> None:
        """There is nothing to undo any more."""
        self._before = None

    @property
    def undoable(self) -> bool:
        """Whether there is a state to go back to."""
        return self._before is not None

    def undo(self) -> bool:
        """Bring back what the last reset or restore left behind; once."""
        if self._before is None:
            return False
        apply(self._simulator, self._before)
        self._before = None
        self._simulator.world.log.note("world.restored", "", "undo")
        return True
