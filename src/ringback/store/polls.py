"""Which messages Twilio must be asked about, where no callback can reach us."""

from typing import Any

from ringback.store.database import Database
from ringback.store.rows import Message, row_as


class PollTable:
    """Messages by the time their status is due to be asked for."""

    def __init__(self, database: Database, queries: Any) -> None:
        self._database = database
        self._queries = queries

    async def due(self, now: int, most: int) -> list[Message]:
        """Those that are due, longest overdue first."""

        async def select(c: Any) -> list[Message]:
            return [row_as(Message, row) async for row in self._queries.due_polls(c, now=now, most=most)]

        return await self._database.read(select)

    async def of(self, account_id: str, sid: str) -> Message | None:
        """The message of that SID, if its status is still to be asked for."""
        row = await self._database.read(lambda c: self._queries.message(c, account_id=account_id, sid=sid))
        return row_as(Message, row) if row is not None and row["poll_at"] is not None else None

    async def claim(self, message: Message, later: int) -> bool:
        """Take the asking upon this process until `later`; False if another was first."""
        row = await self._database.write(
            lambda c: self._queries.claim_poll(
                c, account_id=message.account_id, sid=message.sid, polls=message.polls, later=later
            )
        )
        return row is not None

    async def plan(self, message: Message, poll_at: int | None) -> None:
        """When to ask next; None for never again."""
        await self._database.write(
            lambda c: self._queries.plan_poll(
                c, account_id=message.account_id, sid=message.sid, poll_at=poll_at
            )
        )
