"""A place in the queue. It names a job; a sender's slot goes to whichever of its jobs comes first then."""

from dataclasses import dataclass
from typing import Any, Protocol

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A job's place; `simulated` if its account is a simulator's, `wait` in seconds until its turn."""

    job_id: str
    account_id: str
    sender: str | None = None
    simulated: bool = False
    priority: int = 0
    wait: float = 0.0

    def encoded(self) -> bytes:
        """What the queue carries."""
        return orjson.dumps((self.job_id, self.account_id, self.sender, self.simulated))

    @classmethod
    def decoded(cls, payload: bytes, priority: int) -> "Ticket":
        """What the queue carried, and the priority that it knows."""
        job_id, account_id, sender, simulated = orjson.loads(payload)
        return cls(
            job_id=job_id, account_id=account_id, sender=sender, simulated=simulated, priority=priority
        )


class Line(Protocol):
    """The queue that brings waiting jobs up."""

    async def join(self, connection: Any, ticket: Ticket) -> None:
        """Within the transaction that writes the job."""

    async def joined(self, ticket: Ticket) -> None:
        """Once the job is on disk."""
