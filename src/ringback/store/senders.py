"""The pace of each sender: one row, moved on by one statement, however many processes send."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ringback.store.database import Database, of_sender

MICROSECONDS = 1_000_000
TOO_FAST = (
    63018  # Twilio docs, errors/63018: the WhatsApp sender's rate limit; told with the message's status
)
SLOWED_FOR = 60.0  # seconds at half the rate
PAGE = 1_000  # jobs that one write plans anew
FIRST = (-1, "")


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
class Plan:
    """How far a sender's turns are planned: from when on, what stands before the next, and its place."""

    account_id: str
    sender: str
    rate: int | None
    start: int = 0
    ahead: int = 0
    priority: int | None = None
    after: tuple[int, str] = FIRST

    @property
    def whose(self) -> dict[str, Any]:
        """What the queries ask for."""
        return {"account_id": self.account_id, "sender": self.sender}


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

    async def give_back(self, c: Any, pace: Pace) -> None:
        """The turn just reserved is nobody's."""
        await self._queries.give_turn_back(c, **pace.parameters)

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
            ),
            of_sender(account_id, sender),
        )

    async def heed(self, job_id: str, code: int | None) -> None:
        """Slow a job's sender down if a code that the job or its message came to says it was too fast."""
        if code == TOO_FAST:
            wait = round(SLOWED_FOR * 1000)
            await self._database.write(lambda c: self._queries.slow_sender_of(c, job_id=job_id, wait=wait))

    async def set_rate(self, account_id: str, sender: str, rate: int | None, kind: int | None = None) -> None:
        """Give it a rate of its own, or None for its kind's; what waits already is planned anew."""
        await self._database.write(
            lambda c: self._queries.set_rate(c, account_id=account_id, sender=sender, rate=rate, kind=kind),
            of_sender(account_id, sender),
        )
        await self.plan_anew(account_id, sender, rate or kind)

    async def plan_anew(self, account_id: str, sender: str, rate: int | None) -> None:
        """Let what waits for a sender have its turns one after the other from now on.

        A page a write, so that others write between them. What an end in between leaves planned as before
        comes up at its old turn or, once the sender is idle, is planned anew.
        """
        plan: Plan | None = Plan(account_id, sender, rate)
        while plan is not None:
            plan = await self._database.write(partial(self._plan, plan), of_sender(account_id, sender))

    async def _plan(self, plan: "Plan", c: Any) -> "Plan | None":
        """Plan the next page; what is left to plan."""
        # The sender's row first, as a claim does, or the two could wait for each other.
        row = await self._queries.lock_sender(c, **plan.whose)
        if row is None or (row["rate"] is not None and row["rate"] != plan.rate):
            return None  # another rate was set meanwhile, and who set it plans by it
        start = plan.start or row["now"]
        pace = {"start": start, "ahead": plan.ahead, "rate": plan.rate}
        rows: list[Any] = []
        if plan.priority is not None:
            place = {"priority": plan.priority, "after_at": plan.after[0], "after_id": plan.after[1]}
            found = self._queries.spread_turns(c, **plan.whose, **place, **pace, most=PAGE)
            rows = [row async for row in found]
        if rows:
            last = max((row["due_at"], row["id"]) for row in rows)
            ahead = plan.ahead + sum(row["cost"] for row in rows)
            return replace(plan, start=start, ahead=ahead, after=last)
        below = await self._queries.next_priority(c, **plan.whose, below=plan.priority)
        if below["priority"] is not None:
            return replace(plan, start=start, priority=below["priority"], after=FIRST)
        await self._queries.book_all(c, **plan.whose, **pace)
        return None

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
