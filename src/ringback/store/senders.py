"""The pace of each sender: one row, moved on by one statement, however many processes send."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ringback.store.database import Database

MICROSECONDS = 1_000_000
TOO_FAST = (
    63018  # Twilio docs, errors/63018: the WhatsApp sender's rate limit; told with the message's status
)
SLOWED_FOR = 60.0  # seconds at half the rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A sender, what a job costs there (segments), and its rate in thousandths of a segment per second."""

    account_id: str
    sender: str
    cost: int
    rate: int

    @property
    def parameters(self) -> dict[str, Any]:
        """What the queries ask for."""
        return {"account_id": self.account_id, "sender": self.sender, "cost": self.cost, "rate": self.rate}


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderQueue:
    """What waits for a sender; `rate` is its own or None, instants are microseconds since 1970."""

    account: str
    base_url: str | None
    account_id: str
    sender: str
    rate: int | None
    free_at: int
    held_until: int
    slowed_until: int
    jobs: int
    cost: int
    now: int


@dataclass(frozen=True, slots=True)
class Idle:
    """A sender that could send, and something waits for it."""

    account_id: str
    sender: str
    simulated: bool


class SenderTable:
    """Turns and slots, always within somebody's transaction; rates and queues on their own."""

    def __init__(self, database: Database, queries: Any) -> None:
        self._database = database
        self._queries = queries

    async def book(self, c: Any, pace: Pace) -> float:
        """Reserve the next turn of the sender's queue; how many seconds away it is."""
        row = await self._queries.book_turn(c, **pace.parameters)
        return max(0.0, float(row["away"]) / MICROSECONDS)

    async def slot(self, c: Any, pace: Pace, horizon: float) -> float | None:
        """Take the sender's next slot if it comes within `horizon` seconds; how many seconds away it is."""
        row = await self._queries.take_slot(c, **pace.parameters, horizon=round(horizon * MICROSECONDS))
        return max(0.0, float(row["away"]) / MICROSECONDS) if row is not None else None

    async def move_slot(self, c: Any, pace: Pace, cost: int) -> None:
        """The slot just taken is for a job of another cost; 0 gives it back."""
        if cost != pace.cost:
            await self._queries.move_slot(c, **pace.parameters | {"cost": cost - pace.cost})

    async def hold(self, account_id: str, sender: str, seconds: float) -> None:
        """Nothing leaves this sender for so long."""
        await self._database.write(
            lambda c: self._queries.hold_sender(
                c, account_id=account_id, sender=sender, wait=round(seconds * 1000)
            )
        )

    async def heed(self, job_id: str, code: int | None) -> None:
        """Slow a job's sender down if a code that the job or its message came to says it was too fast."""
        if code == TOO_FAST:
            wait = round(SLOWED_FOR * 1000)
            await self._database.write(lambda c: self._queries.slow_sender_of(c, job_id=job_id, wait=wait))

    async def set_rate(self, account_id: str, sender: str, rate: int | None, kind: int | None = None) -> None:
        """Give it a rate of its own, or None for its kind's; what waits already is planned anew."""

        async def work(c: Any) -> None:
            await self._queries.set_rate(c, account_id=account_id, sender=sender, rate=rate, kind=kind)
            await self._plan(c, account_id, sender, rate or kind)

        await self._database.write(work)

    async def plan_anew(self, account_id: str, sender: str, rate: int | None) -> None:
        """Let what waits for a sender have its turns one after the other from now on."""
        await self._database.write(lambda c: self._plan(c, account_id, sender, rate))

    async def _plan(self, c: Any, account_id: str, sender: str, rate: int | None) -> None:
        # The sender's row first, as a claim does, or the two could wait for each other.
        await self._queries.book_all(c, account_id=account_id, sender=sender, rate=rate)
        await self._queries.spread_turns(c, account_id=account_id, sender=sender, rate=rate)

    async def idle(self, horizon: float) -> list[Idle]:
        """Senders that could have sent for so many seconds while all that waits has its turn later."""

        async def select(c: Any) -> list[Idle]:
            rows = self._queries.idle_senders(c, horizon=round(horizon * MICROSECONDS))
            return [Idle(row["account_id"], row["sender"], row["base_url"] is not None) async for row in rows]

        return await self._database.read(select)

    async def own_rates(self) -> Mapping[tuple[str, str], int]:
        """The rates that were set, by account and sender."""

        async def select(c: Any) -> dict[tuple[str, str], int]:
            return {
                (row["account_id"], row["sender"]): row["rate"] async for row in self._queries.own_rates(c)
            }

        return await self._database.read(select)

    async def queues(self, account: str | None = None) -> list[SenderQueue]:
        """What waits for each sender, and each that has a rate of its own."""

        async def select(c: Any) -> list[SenderQueue]:
            return [SenderQueue(**dict(row)) async for row in self._queries.sender_queues(c, account=account)]

        return await self._database.read(select)
