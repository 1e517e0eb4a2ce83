"""Requests that came to nothing: refused with an error, or hit by a fault."""

import re
from dataclasses import dataclass

from twilio_simulator.world.log import Event
from twilio_simulator.world.state import World

_SID = re.compile(r"\b([A-Z]{2}[0-9a-f]{4})[0-9a-f]{28}\b")


@dataclass(frozen=True, slots=True)
class Failure:
    """One request whose client was told no, or was told nothing."""

    cursor: int
    at: int
    method: str
    path: str
    status: int
    """0 when no answer left."""
    code: int | None
    fault: str
    connection: int
    run: str

    @property
    def words(self) -> str:
        """What became of it."""
        answer = f"Answered {self.status}" if self.status else "No answer was sent"
        return f"{answer}; fault: {self.fault}" if self.fault else answer

    @property
    def key(self) -> str:
        """Its name on the page."""
        return f"request-{self.cursor}"


def failures(world: World) -> list[Failure]:
    """As far as the log reaches, oldest first."""
    return [failure(one) for one in world.log.after(0) if one.kind == "request" and has_failed(one)]


def has_failed(event: Event) -> bool:
    """Whether a request was refused or met a fault."""
    return event.details.get("code") is not None or bool(event.details.get("fault"))


def failure(event: Event) -> Failure:
    """A request of the log."""
    facts = event.details
    code = facts.get("code")
    return Failure(
        cursor=event.cursor,
        at=event.at,
        method=str(facts.get("method")),
        path=str(facts.get("path")),
        status=int(facts.get("status") or 0),
        code=code if isinstance(code, int) else None,
        fault=str(facts.get("fault") or ""),
        connection=int(facts.get("connection") or 0),
        run=str(facts.get("run") or ""),
    )


def short(path: str) -> str:
    """A path with its SIDs cut, to be read at a glance."""
    return _SID.sub(r"\1…", path)
