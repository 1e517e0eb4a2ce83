"""The rows of verifications that Ringback started."""

from dataclasses import dataclass
from typing import Any

from ringback.store.database import Database
from ringback.store.rows import Verification, row_as


@dataclass(frozen=True, slots=True)
class Use:
    """A send or a check of a verification, by a name of its own: what is told of it twice counts once.

    A write whose answer was lost is repeated, and may have been done.
    """

    account_id: str
    sid: str
    use: str

    @property
    def columns(self) -> dict[str, Any]:
        """What the queries ask for."""
        return {"account_id": self.account_id, "sid": self.sid, "use": self.mark}

    @property
    def mark(self) -> str:
        """It as it stands among those that were counted, which follow each other."""
        return f" {self.use} "


class VerificationTable:
    """Verifications by SID and by recipient."""

    def __init__(self, database: Database, queries: Any) -> None:
        self._database = database
        self._queries = queries

    async def keep(self, place: Use, **facts: Any) -> None:
        """Note a start or a resend; `facts` are the other columns of the query `keep_verification`."""
        await self._database.write(lambda c: self._queries.keep_verification(c, **place.columns, **facts))

    async def by_sid(self, account_id: str, sid: str) -> Verification | None:
        """The verification of that SID."""
        return self._row(
            await self._database.read(
                lambda c: self._queries.verification_by_sid(c, account_id=account_id, sid=sid)
            )
        )

    async def newest(self, account_id: str, service_sid: str, recipient: str) -> Verification | None:
        """The newest one of a recipient with a service."""
        return self._row(
            await self._database.read(
                lambda c: self._queries.newest_verification(
                    c, account_id=account_id, service_sid=service_sid, recipient=recipient
                )
            )
        )

    async def newest_before(
        self, account_id: str, service_sid: str, recipient: str, instant: int
    ) -> Verification | None:
        """The newest one that had begun by an instant of Twilio's world (ms)."""
        return self._row(
            await self._database.read(
                lambda c: self._queries.verification_before(
                    c, account_id=account_id, service_sid=service_sid, recipient=recipient, instant=instant
                )
            )
        )

    async def count_check(self, place: Use, now: int) -> bool:
        """Count a check before it leaves; False if none is left."""
        row = await self._database.write(lambda c: self._queries.count_check(c, **place.columns, now=now))
        return row is not None

    async def count_send(self, place: Use, most: int | None, now: int) -> bool:
        """Count a resend before it leaves; False if none of `most` is left."""
        row = await self._database.write(
            lambda c: self._queries.count_send(c, **place.columns, most=most, now=now)
        )
        return row is not None

    async def return_send(self, place: Use) -> None:
        """Take back a resend that was not carried out."""
        await self._database.write(lambda c: self._queries.return_send(c, **place.columns))

    async def return_check(self, place: Use) -> None:
        """Take back a check that was not carried out."""
        await self._database.write(lambda c: self._queries.return_check(c, **place.columns))

    async def close(self, account_id: str, sid: str, state: str, now: int) -> None:
        """End an open one; an approval ends one that was taken for over, too."""
        await self._database.write(
            lambda c: self._queries.close_verification(
                c, account_id=account_id, sid=sid, state=state, now=now
            )
        )

    async def to_end(self, most: int) -> dict[str, list[Verification]]:
        """Open ones with a deadline of ours, by connected account: nearest first, so many of each."""

        async def select(c: Any) -> dict[str, list[Verification]]:
            accounts = [row["id"] async for row in self._queries.accounts_with_deadlines(c)]
            return {account_id: await self._of(c, account_id, most) for account_id in accounts}

        return await self._database.read(select)

    async def _of(self, c: Any, account_id: str, most: int) -> list[Verification]:
        rows = self._queries.verifications_to_end(c, account_id=account_id, most=most)
        return [row_as(Verification, row) async for row in rows]

    @staticmethod
    def _row(row: Any) -> Verification | None:
        return row_as(Verification, row) if row is not None else None
