"""Jobs as people look for them, and how many there are; what it takes does not grow with the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from ringback.ids import first_id
from ringback.store.database import Database
from ringback.store.jobs import job_of
from ringback.store.rows import Job, State

BEYOND_ALL = "k"  # comes after "job_…" in every collation
SPAN = 5_000  # jobs; some milliseconds
SPANS = 20  # that one page looks at, and so at 100,000 jobs
IN_TROUBLE = frozenset({State.UNKNOWN, State.REFUSED, State.NOT_SENT, State.WITHDRAWN})
"""States that few jobs are in for long; an index knows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs to list; None does not filter. `accounts` are names, `before` is where to go on."""

    state: str | None = None
    action: str | None = None
    accounts: tuple[str, ...] | None = None
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


@dataclass(frozen=True, slots=True)
class Page:
    """Jobs, the newest first; `next` is the id after which to go on, None at the end."""

    jobs: list[Job]
    next: str | None


def merged(pages: list[Page], most: int) -> Page:
    """Several pages as one of at most so many; what is below where one broke off is left for the next."""
    broken_off = max((page.next for page in pages if page.next is not None), default=None)
    found = [job for page in pages for job in page.jobs if broken_off is None or job.id >= broken_off]
    found.sort(key=lambda job: job.id, reverse=True)
    if len(found) > most:
        return Page(found[:most], found[most - 1].id)
    return Page(found, broken_off)


class Listing:
    """Pages of jobs; one read looks at `span` jobs, where most may not fit."""

    def __init__(self, database: Database, queries: Any) -> None:
        self.span = SPAN
        self._database = database
        self._queries = queries

    async def newest(self, wanted: JobFilter, most: int) -> list[Job]:
        """The newest jobs that fit, however far down they are."""
        page = await self.page(wanted, most)
        found = page.jobs
        while page.next is not None and len(found) < most:
            page = await self.page(replace(wanted, before=page.next), most - len(found))
            found += page.jobs
        return found

    async def page(self, wanted: JobFilter, most: int) -> Page:
        """The newest jobs that fit; fewer, with a `next`, where many that do not fit are above them."""
        if wanted.accounts is None:
            return await self._page(wanted, None, most)
        return merged(
            [await self._page(wanted, one, most) for one in await self._named(wanted.accounts)], most
        )

    async def _named(self, accounts: Iterable[str]) -> list[str]:
        """An account that was removed has left its name to others, and its jobs here."""

        async def select(c: Any) -> list[str]:
            return [
                row["id"] for name in accounts async for row in self._queries.accounts_named(c, name=name)
            ]

        return await self._database.read(select)

    async def _page(self, wanted: JobFilter, account_id: str | None, most: int) -> Page:
        many_wait = wanted.state == State.WAITING and await self._do_many_wait()
        walk = walk_for(wanted, account_id, many_wait=many_wait)
        end = first_id("job", wanted.since) if wanted.since else ""
        found: list[Job] = []
        before: str | None = wanted.before
        for _ in range(SPANS):
            jobs, before = await self._step(walk, end, str(before), most + 1 - len(found))
            found += jobs
            if before is None or len(found) > most:
                break
        return merged([Page(found, before)], most)

    async def _do_many_wait(self) -> bool:
        """Whether those that wait are too many to be put in order, and so are met on a walk, too."""
        return await self._database.read(lambda c: self._queries.do_many_wait(c, many=self.span)) is not None

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
        row = await getattr(self._queries, walk.spans)(c, first=end, before=before, span=self.span, **whose)
        return row["id"] if row is not None else None
