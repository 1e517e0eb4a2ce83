"""What sending works with."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from ringback.clock import Clock
from ringback.metrics import Meters
from ringback.outbox.attempt import Attempts
from ringback.outbox.flights import Flights
from ringback.outbox.line import Waiting
from ringback.outbox.throughput import Throughput
from ringback.store import Store
from ringback.store.tickets import Line, Ticket
from ringback.tracing import Tracing


class QueueLine(Line, Protocol):
    """A queue that can be joined and run; `low` is set when it has room for more."""

    look_every: float
    low: asyncio.Event

    def manager(self, handle: Callable[[Ticket], Awaitable[float | None]]) -> Any:
        """Something to run that hands tickets to `handle`."""

    async def restock(self, waiting: Waiting) -> None:
        """Give places to those that have none."""

    async def give_back(self, ticket: Ticket) -> None:
        """Give a place to a job that began without one and has to wait."""

    async def tidy(self) -> None:
        """Forget what is no longer needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the dispatcher works with."""

    store: Store
    attempts: Attempts
    line: QueueLine
    throughput: Throughput
    flights: Flights
    clock: Clock
    owner: str
    meters: Meters = field(default_factory=Meters)
    tracing: Tracing = field(default_factory=Tracing)
