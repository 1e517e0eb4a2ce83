"""Jobs as people look for them, and how many there are; what it takes does not grow with the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ringback.ids import first_id
from ringback.store.database import Database
from ringback.store.jobs import job_of
from ringback.store.rows import Job, State

BEYOND_ALL = "k"  # comes after "job_…" in every collation
SPAN = 5_000  # jobs that one read looks at, where most may not fit: some milliseconds
IN_TROUBLE = frozenset({State.UNKNOWN, State.REFUSED, State.NOT_SENT, State.WITHDRAWN})
"""States that few jobs are in for long; an index knows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs to list; None does not filter. `before` is the id after which to go on."""

    state: str | None = None
    action: str | None = None
    account: str | None = None
    recipient: str | None = None
    since: int = 0
    before: str = BEYOND_ALL


@dataclass(frozen=True, slots=True)
class Walk:
    """A way down the ids: a query and its filters; and what finds spans, where few on the way may fit."""

    query: str
    filters: Mapping[str, str | None]
    spans: str | None = None


def walk_for(wanted: JobFilter, account_id: str | None, *, many_wait: bool) -> Walk:
    """The way that meets the fewest jobs which do not fit."""
    filters = {"action": wanted.action}
    whose = {"account_id": account_id}
    if wanted.recipient is not None:
        return Walk(
            "ids_of_recipient", {**filters, **whose, "state": wanted.state, "recipient": wanted.recipient}
        )
    if wanted.state in IN_TROUBLE:
        return Walk("ids_not_done", {**filters, **whose, "state": wanted.state})
    if wanted.state == State.RUNNING or (wanted.state == State.WAITING and not many_wait):
        return Walk(f"ids_{wanted.state}", {**filters, **whose})
    filters["state"] = wanted.state
    sparse = wanted.action is not None or wanted.state is not None
    if account_id is None:
        return Walk("newest_ids", filters, "id_so_far_down" if sparse else None)
    return Walk("ids_of_account", {**filters, **whose}, "id_so_far_down_of_account" if sparse else None)


class Listing:
    """Pages of jobs."""

    def __init__(self, database: Database, queries: Any) -> None:
        self._database = database
        self._queries = queries

    async def page(self, wanted: JobFilter, most: int) -> list[Job]:
        """The newest jobs that fit."""
        if wanted.account is None:
            return await self._page(wanted, None, most)
        pages = [
            await self._page(wanted, account_id, most) for account_id in await self._named(wanted.account)
        ]
        return sorted((job for page in pages for job in page), key=lambda job: job.id, reverse=True)[:most]

    async def _named(self, account: str) -> list[str]:
        """An account that was removed has left its name to others, and its jobs here."""

        async def select(c: Any) -> list[str]:
            return [row["id"] async for row in self._queries.accounts_named(c, name=account)]

        return await self._database.read(select)

    async def _page(self, wanted: JobFilter, account_id: str | None, most: int) -> list[Job]:
        many_wait = wanted.state == State.WAITING and await self._do_many_wait()
        walk = walk_for(wanted, account_id, many_wait=many_wait)
        end = first_id("job", wanted.since) if wanted.since else ""
        found: list[Job] = []
        before: str | None = wanted.before
        while before is not None and len(found) < most:
            jobs, before = await self._step(walk, end, before, most - len(found))
            found += jobs
        return found

    async def _do_many_wait(self) -> bool:
        """Whether those that wait are too many to be put in order, and so are met on a walk, too."""
        return await self._database.read(lambda c: self._queries.do_many_wait(c, many=SPAN)) is not None

    async def _step(self, walk: Walk, end: str, before: str, most: int) -> tuple[list[Job], str | None]:
        """What fits among the next jobs down, and where to go on; others have their turn in between."""

        async def select(c: Any) -> tuple[list[Job], str | None]:
            first = await self._first(c, walk, end, before)
            ids = getattr(self._queries, walk.query)(
                c, first=first or end, before=before, most=most, **walk.filters
            )
            listed = orjson.dumps([row["id"] async for row in ids]).decode()
            rows = self._queries.jobs_listed(c, ids=listed)
            return [job async for row in rows if (job := job_of(row))], first

        return await self._database.read(select)

    async def _first(self, c: Any, walk: Walk, end: str, before: str) -> str | None:
        if walk.spans is None:
            return None
        whose = {"account_id": walk.filters["account_id"]} if "account_id" in walk.filters else {}
        row = await getattr(self._queries, walk.spans)(c, first=end, before=before, span=SPAN, **whose)
        return row["id"] if row is not None else None
