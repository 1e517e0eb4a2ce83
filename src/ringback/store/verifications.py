"""The rows of verifications that Ringback started."""

from typing import Any

from ringback.store.database import Database
from ringback.store.rows import Verification


class VerificationTable:
    """Verifications by SID and by recipient."""

    def __init__(self, database: Database, queries: Any) -> None:
        self._database = database
        self._queries = queries

    async def keep(self, **columns: Any) -> None:
        """Note a start or a resend; `columns` are those of the query `keep_verification`."""
        await self._database.write(lambda c: self._queries.keep_verification(c, **columns))

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

    async def count_check(self, account_id: str, sid: str, now: int) -> bool:
        """Count a check before it leaves; False if none is left."""
        row = await self._database.write(
            lambda c: self._queries.count_check(c, account_id=account_id, sid=sid, now=now)
        )
        return row is not None

    async def count_send(self, account_id: str, sid: str, most: int | None, now: int) -> bool:
        """Count a resend before it leaves; False if none of `most` is left."""
        row = await self._database.write(
            lambda c: self._queries.count_send(c, account_id=account_id, sid=sid, most=most, now=now)
        )
        return row is not None

    async def return_send(self, account_id: str, sid: str) -> None:
        """Take back a resend that was not carried out."""
        await self._database.write(lambda c: self._queries.return_send(c, account_id=account_id, sid=sid))

    async def return_check(self, account_id: str, sid: str) -> None:
        """Take back a check that was not carried out."""
        await self._database.write(lambda c: self._queries.return_check(c, account_id=account_id, sid=sid))

    async def close(self, account_id: str, sid: str, state: str, now: int) -> None:
        """End an open one."""
        await self._database.write(
            lambda c: self._queries.close_verification(
                c, account_id=account_id, sid=sid, state=state, now=now
            )
        )

    async def to_end(self) -> list[Verification]:
        """Open ones of connected accounts with a deadline of ours, nearest first."""

        async def select(connection: Any) -> list[Verification]:
            return [Verification(**dict(row)) async for row in self._queries.verifications_to_end(connection)]

        return await self._database.read(select)

    @staticmethod
    def _row(row: Any) -> Verification | None:
        return Verification(**dict(row)) if row is not None else None
