"""A ledger that holds twenty thousand rows of each kind that grows."""

import inspect
from pathlib import Path
from typing import Any

from ringback.store import Store
from ringback.store.database import split_statements

LEDGER = Path(__file__).with_name("ledger.sql").read_text()


async def run(store: Store, statement: str) -> None:
    """Run one statement, on either database."""

    async def work(c: Any) -> None:
        answer = c.execute(statement)
        if inspect.isawaitable(answer):
            await answer

    await store.database.write(work)


async def fill(store: Store) -> None:
    """Write the rows; PostgreSQL looks at them, as it does by itself sooner or later."""
    for statement in split_statements(LEDGER):
        await run(store, statement)
    if store.database.pool is not None:
        await run(store, "analyze")
