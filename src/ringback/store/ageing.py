"""Jobs that have grown too old: those that wait are withdrawn, those that ended lose texts and numbers."""

import json
from typing import Any

from ringback.clock import iso
from ringback.store.database import Database
from ringback.store.jobs import note
from ringback.store.redaction import redacted_job, scrubbed_json
from ringback.store.watch import Watch

EXPIRED = "It had not left by {expires_at}, after which it was not to be sent, so it was withdrawn."


class Ageing:
    """What time alone does to jobs; any number of processes may ask for it at once."""

    def __init__(self, database: Database, queries: Any, watch: Watch) -> None:
        self._database = database
        self._queries = queries
        self._watch = watch

    async def withdraw_expired(self, who: str, most: int) -> list[str]:
        """Withdraw waiting jobs that have expired, `most` at once; the ids of those withdrawn here."""
        ids = await self._ids("expired_jobs", most=most)
        if not ids:
            return []

        async def work(c: Any) -> list[str]:
            return [job_id for job_id in ids if await self._expire(c, job_id, who)]

        withdrawn = await self._database.write(work)
        for job_id in withdrawn:
            self._watch.tell(job_id)
        return withdrawn

    async def redact(self, keep: int, most: int) -> int:
        """Redact jobs that ended longer than `keep` milliseconds ago, `most` at once; how many were found."""
        ids = await self._ids("aged_jobs", keep=keep, most=most)

        async def work(c: Any) -> None:
            for job_id in ids:
                await self._redact(c, job_id)

        if ids:
            await self._database.write(work)
        return len(ids)

    async def redact_verifications(self, keep: int, most: int) -> int:
        """Forget the recipients of verifications that rested for `keep` milliseconds; how many were found."""

        async def select(c: Any) -> list[dict[str, str]]:
            rows = self._queries.aged_verifications(c, keep=keep, most=most)
            return sorted([dict(row) async for row in rows], key=lambda row: (row["account_id"], row["sid"]))

        found = await self._database.read(select)

        async def work(c: Any) -> None:
            for verification in found:
                await self._queries.redact_verification(c, **verification)

        if found:
            await self._database.write(work)
        return len(found)

    async def _ids(self, query: str, **parameters: int) -> list[str]:
        """In one order for every process, so that two never wait for each other's rows."""

        async def select(c: Any) -> list[str]:
            return sorted([row["id"] async for row in getattr(self._queries, query)(c, **parameters)])

        return await self._database.read(select)

    async def _expire(self, c: Any, job_id: str, who: str) -> bool:
        known = await self._queries.job(c, id=job_id)
        text = EXPIRED.format(expires_at=iso(known["expires_at"]))
        row = await self._queries.expire_job(c, id=job_id, error=json.dumps({"message": text}))
        if row is not None:
            place = (row["account_id"], job_id)
            await note(self._queries, c, place, row["updated_at"], "withdrawn", who, message=text)
        return row is not None

    async def _redact(self, c: Any, job_id: str) -> None:
        row = await self._queries.begin_redaction(c, id=job_id)
        if row is None:
            return
        remains, private = redacted_job(row)
        await self._queries.redact_job(c, id=job_id, **remains)
        place = {"account_id": row["account_id"], "job_id": job_id}
        await self._queries.redact_messages(c, **place)
        for kind in ("attempt", "event"):
            redact = getattr(self._queries, f"redact_{kind}")
            rows = [row async for row in getattr(self._queries, f"{kind}s_of")(c, job_id=job_id)]
            for one in rows:
                detail = scrubbed_json(one["detail"], private)
                if detail != one["detail"]:
                    await redact(c, number=one["number"], detail=detail, **place)
