"""What every database of ours can do: reads at once, and writes that share a transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeVar

from ringback.errors import Misconfigured

AnswerT = TypeVar("AnswerT")
Work = Callable[[Any], Awaitable[AnswerT]]
"""Queries on a connection, and nothing else: it may run in another thread, and more than once."""

LARGEST_GROUP = 256


class Database(Protocol):
    """An open database, SQLite or PostgreSQL; `pool` are its connections, None where it is a file."""

    pool: Any

    @property
    def writes_in_line(self) -> int:
        """How many writes wait for their turn."""

    async def read(self, work: Work[AnswerT]) -> AnswerT:
        """Run `work` on a reading connection. Raises `Unavailable`."""

    async def write(self, work: Work[AnswerT], order: str = "") -> AnswerT:
        """Run `work` inside a transaction and return once it is on disk. Raises `Unavailable`.

        `order` tells which rows it takes first, by `of_sender` or `of_job`: its place among those that share
        its transaction.
        """


def of_sender(account_id: str, sender: str | None) -> str:
    """The order of a write that takes a sender's row before all others.

    Where two transactions take the same rows, both take them in one order, or each waits for the other until
    PostgreSQL ends one of them, a second later: senders first, then the jobs of nobody's claim.
    """
    return f"1 {account_id} {sender}" if sender is not None else ""


def of_job(job_id: str = "") -> str:
    """The order of a write that takes the row of a job, or those of many."""
    return f"2 {job_id}"


@dataclass(slots=True, eq=False)
class Unit:
    """One caller's work, waiting to be done with its neighbours'."""

    work: Work[Any]
    done: asyncio.Future[Any]
    order: str = ""
    answer: Any = None
    failure: BaseException | None = None

    def tell(self) -> None:
        """Let the caller go on; one who gave up waiting is not disturbed."""
        if self.done.done():
            return
        if self.failure is None:
            self.done.set_result(self.answer)
        else:
            self.done.set_exception(self.failure)


class Blame(Enum):
    """Whose an error in a group's transaction is."""

    UNIT = "unit"  # one caller's own: the others are done again without it
    GROUP = "group"  # the database's: nobody's work can be done now
    NOBODY = "nobody"  # two transactions met: each unit is done again by itself


class Transaction(Protocol):
    """A connection that can begin, commit and take back."""

    connection: Any

    async def begin(self) -> None:
        """Begin to write."""

    async def commit(self) -> None:
        """Have it on disk."""

    async def roll_back(self) -> None:
        """Take back what was written since `begin`, if anything was begun."""

    def blame(self, error: Exception) -> Blame:
        """Whose an error is."""


async def commit_together(transaction: Transaction, group: list[Unit], tries: int = 4) -> None:
    """Do all units in one transaction; one that fails is left out, and the others are done without it.

    Where transactions met, each unit is done by itself, up to `tries` times.
    """
    while group:
        at, error = await _try_all(transaction, group)
        if error is None:
            return
        blame = transaction.blame(error)
        if blame is Blame.NOBODY and (len(group) > 1 or tries > 1):
            for unit in group:
                await commit_together(transaction, [unit], tries - 1 if len(group) == 1 else tries)
            return
        failed = [at] if at is not None and blame is not Blame.GROUP else group
        for unit in failed:
            unit.failure = error
        group = [unit for unit in group if unit not in failed]


async def _try_all(transaction: Transaction, group: list[Unit]) -> tuple[Unit | None, Exception | None]:
    """The error that took the transaction back, and the unit at which it came."""
    at: Unit | None = None
    try:
        await transaction.begin()
        for unit in group:
            at = unit
            unit.answer = await unit.work(transaction.connection)
        at = None
        await transaction.commit()
    except Exception as error:  # noqa: BLE001 - it belongs to the callers, who are told
        await transaction.roll_back()
        return at, error
    return None, None


class Lane:
    """Units in the order in which they came, handed out in groups.

    Whoever comes within so many `turns` of the event loop after the first joins its group.
    """

    def __init__(self, turns: int = 0) -> None:
        self._units: asyncio.Queue[Unit | None] = asyncio.Queue()
        self._turns = turns

    def __len__(self) -> int:
        """How many wait."""
        return self._units.qsize()

    async def do(self, work: Work[AnswerT], order: str = "") -> AnswerT:
        """Wait until `work` was done with its group."""
        unit = Unit(work, asyncio.get_running_loop().create_future(), order)
        self._units.put_nowait(unit)
        answer: AnswerT = await unit.done
        return answer

    async def run(self, do_group: Callable[[list[Unit]], Awaitable[None]]) -> None:
        """Hand out groups until `finish` is called."""
        while (unit := await self._units.get()) is not None:
            await self._do(do_group, [unit])

    async def _do(self, do_group: Callable[[list[Unit]], Awaitable[None]], group: list[Unit]) -> None:
        """Whatever happens, everybody is told, and the next group has its turn."""
        try:
            await self._gather(group)
            await do_group(group)
        except BaseException as error:
            for member in group:
                member.failure = member.failure or error
            if not isinstance(error, Exception):
                raise
        finally:
            for member in group:
                member.tell()

    async def _gather(self, group: list[Unit]) -> None:
        for _ in range(self._turns):
            await asyncio.sleep(0)
        while len(group) < LARGEST_GROUP and not self._units.empty():
            if (unit := self._units.get_nowait()) is None:
                self.finish()
                break
            group.append(unit)

    def finish(self) -> None:
        """Let `run` end once what waits is done; a cancelled commit would hang its callers."""
        self._units.put_nowait(None)


def split_statements(script: str) -> list[str]:
    """The statements of an SQL script without its comments."""
    lines = (line.split("--")[0].rstrip() for line in script.splitlines())
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]


def unreadable(name: str) -> Misconfigured:
    """The address itself cannot be read; what the driver says of it may quote a password."""
    return Misconfigured(
        f"The address of the database {name} cannot be read. Write it like "
        "postgresql://user:password@host:5432/name, with what is special in a password percent-encoded."
    )


def unopenable(name: str, error: Exception) -> Misconfigured:
    """The database cannot be opened at all."""
    return Misconfigured(
        f"The database {name} cannot be opened ({error}). Name another with --database or RINGBACK_DATABASE."
    )
