"""Brings a database to this version's tables: `schema.sql` for a new one, numbered migrations for others.

Forward only. Safe when two processes start at once: the second waits, then finds nothing to do.
"""

from importlib.resources import files
from typing import Protocol

from ringback.errors import Misconfigured
from ringback.store.database import Transaction, split_statements

FIRST = 1  # the ledger before it counted its migrations


class Shape(Protocol):
    """What a database holds, seen within a transaction."""

    async def lock(self) -> None:
        """Wait until no other process migrates."""

    async def tables(self) -> set[str]:
        """The names of its tables."""

    async def run(self, statement: str) -> None:
        """Run one statement."""

    async def numbers(self) -> set[int]:
        """The migrations it has had, from the table `migrations`."""


def scripts() -> dict[int, str]:
    """The migrations by number."""
    folder = files("ringback.store") / "migrations"
    found = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name
    )
    return {int(file.name.partition("_")[0]): file.read_text() for file in found}


def schema() -> str:
    """All tables as they are now."""
    return (files("ringback.store") / "schema.sql").read_text()


async def migrate(transaction: Transaction, shape: Shape, name: str, now: int) -> list[int]:
    """Bring the database up to date; the numbers of what was applied. Raises `Misconfigured`."""
    await transaction.begin()
    try:
        await shape.lock()
        applied = await _bring_up(shape, name, now)
        await transaction.commit()
    except BaseException:
        await transaction.roll_back()
        raise
    return applied


async def _bring_up(shape: Shape, name: str, now: int) -> list[int]:
    known = scripts()
    had = await applied_to(shape)
    require_known(had, name)
    missing = sorted(known.keys() - had)
    for script in [known[number] for number in missing] if had else [schema()]:
        for statement in split_statements(script):
            await shape.run(statement)
    for number in sorted(known.keys() - await shape.numbers()):
        await shape.run(f"insert into migrations (number, applied_at) values ({number}, {now})")  # noqa: S608
    return missing


async def applied_to(shape: Shape) -> set[int]:
    """The migrations that a database has had; empty for a new one."""
    tables = await shape.tables()
    if "migrations" in tables:
        return await shape.numbers()
    return {FIRST} if "jobs" in tables else set()


def require_known(had: set[int], name: str) -> None:
    """Leave a newer database alone. Raises `Misconfigured`."""
    if had - scripts().keys():
        raise Misconfigured(
            f"{name} was written by a newer Ringback (migration {max(had)}). Install that version."
        )
