"""What grows with the ledger is read by an index, on both engines; drop one, and this fails."""

import inspect
import re
from pathlib import Path
from typing import Any

import aiosql
import pytest
from tests.store.filled import fill, run

import ringback.store
from ringback.store import Store
from ringback.store.embedded import SqliteQueries, bound
from ringback.store.postgres import PostgresQueries

pytestmark = pytest.mark.anyio

QUERIES = Path(ringback.store.__file__).with_name("queries")
GROWING = "jobs|j|attempts|events|messages|m|verifications|v"
WHOLE = {
    "jobs_id",
    "jobs_pkey",
    "jobs_intent",
    "messages_pkey",
    "verifications_pkey",
    "verifications_recipient",
}
"""Indexes that hold every row: one is entered somewhere, never walked from end to end."""

SMALL = "accounts|senders"
BY_INDEX = re.compile(
    r"(?:SCAN \w+ USING (?:COVERING )?INDEX|Index (?:Only )?Scan (?:Backward )?using) (\w+)"
)
BY_NONE = re.compile(rf"SCAN ({GROWING})$|Seq Scan on (?!{SMALL})")


class Explaining:
    """A connection that tells how a statement would be run."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.plan: list[str] = []

    def execute(self, sql: str, parameters: Any = ()) -> "Explaining":
        self._connection.execute(
            "select id from accounts"
        ).fetchall()  # or it would not notice a dropped index
        found = self._connection.execute(f"explain query plan {sql}", parameters)
        self.plan += [row[3] for row in found]
        return self

    def fetchall(self) -> list[Any]:
        return []

    async def fetch(self, sql: str, *values: Any) -> list[Any]:
        found = await self._connection.fetch(f"explain {sql}", *values)
        self.plan += [row[0].strip().removeprefix("->").strip() for row in found]
        return []

    async def fetchrow(self, sql: str, *values: Any) -> None:
        await self.fetch(sql, *values)


class ExplainingWrites(Explaining):
    """The same for asyncpg, where a statement without an answer has the name that SQLite has for all."""

    async def execute(self, sql: str, *values: Any) -> None:  # type: ignore[override]
        await self.fetch(sql, *values)


class Plans:
    """How the named queries are run in a ledger that holds some thousand rows of each kind."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._postgres = store.database.pool is not None
        self._queries = self._read()

    def _read(self) -> Any:
        adapter: Any = PostgresQueries if self._postgres else SqliteQueries
        queries = aiosql.from_path(QUERIES, adapter)
        return queries if self._postgres else bound(queries)

    async def of(self, name: str, parameters: dict[str, Any]) -> list[str]:
        async def explain(c: Any) -> list[str]:
            told = (ExplainingWrites if self._postgres else Explaining)(c)
            answer = getattr(self._queries, name)(told, **parameters)
            if inspect.isasyncgen(answer):
                assert [row async for row in answer] == []
            else:
                await answer
            return told.plan

        return await self._store.database.read(explain)


def scanned(plan: list[str]) -> list[str]:
    """The steps that look at every row of a table that grows."""
    return [step for step, following in zip(plan, [*plan[1:], ""], strict=True) if _is_full(step, following)]


def _is_full(step: str, following: str) -> bool:
    by = BY_INDEX.match(step)
    if by is None:
        return BY_NONE.match(step) is not None
    is_whole = by[1] in WHOLE or re.match(rf"sqlite_autoindex_(?!{SMALL})", by[1]) is not None
    return is_whole and not following.startswith("Index Cond")


ANY = {"action": None, "first": "", "before": "k", "most": 50}
OF_ALL = ANY | {"state": None}
OF_SHOP = {"account_id": "acc_shop"}
ADA = {"recipient": "+1500555100"}
BY_ID = "jobs_id"
OWN_KEY = "jobs_pkey|sqlite_autoindex_jobs_1"
BY_INDEXES: list[tuple[str, dict[str, Any], str]] = [
    ("newest_ids", OF_ALL, BY_ID),
    ("newest_ids", OF_ALL | {"first": "job_119900", "action": "MakeCall"}, BY_ID),
    ("ids_of_account", OF_ALL | OF_SHOP, f"{OWN_KEY}|{BY_ID}"),
    ("ids_of_recipient", OF_ALL | ADA | {"account_id": None}, "jobs_recipient"),
    ("ids_of_recipient", OF_ALL | ADA | OF_SHOP | {"state": "done"}, "jobs_recipient"),
    *(
        ("ids_not_done", ANY | {"account_id": None, "state": state}, "jobs_in_trouble")
        for state in ("unknown", "refused", "not_sent", "withdrawn")
    ),
    ("ids_waiting", ANY | {"account_id": None}, "jobs_waiting|jobs_of_sender"),
    ("ids_waiting", ANY | OF_SHOP, "jobs_waiting|jobs_of_sender"),
    ("ids_running", ANY | OF_SHOP, "jobs_running"),
    ("do_many_wait", {"many": 5_000}, "jobs_waiting"),
    ("jobs_listed", {"ids": '["job_100001", "job_100002"]'}, BY_ID),
    ("id_so_far_down", {"first": "", "before": "k", "span": 10}, BY_ID),
    ("id_so_far_down_of_account", OF_SHOP | {"first": "", "before": "k", "span": 10}, f"{OWN_KEY}|{BY_ID}"),
    ("count_ids", {"beyond": "job_119900", "until": "k", "most": 10}, BY_ID),
    ("count_jobs", {"beyond": "job_119900"}, "jobs_in_trouble"),
    ("census", {}, "events_alarms"),
    ("accounts_that_wait", {}, "jobs_of_sender"),
    ("first_turns", {"until": 0, "most": 10}, "jobs_first"),
    ("turns_between", {"after_at": 0, "after_id": "", "until": 0, "most": 10}, "jobs_waiting"),
    ("jobs_with_lapsed_lease", {}, "jobs_running"),
    ("unfinished_jobs", OF_SHOP, "jobs_running"),
    ("unknown_jobs", OF_SHOP, "jobs_in_trouble"),
    ("expired_jobs", {"most": 10}, "jobs_expiring"),
    ("aged_jobs", {"keep": 1 << 60, "most": 10}, "jobs_to_redact"),
    ("aged_verifications", {"keep": 1 << 60, "most": 10}, "verifications_to_redact"),
    ("redact_messages", OF_SHOP | {"job_id": "job_100001"}, "messages_with_words"),
    ("seals_by_version", {}, "jobs_sealed"),
    ("jobs_to_reseal", {"newest": b"\0\2", "beyond": "", "most": 10}, "jobs_sealed"),
    ("due_looks", {"most": 10}, "jobs_to_look_up"),
    ("possible_owners", OF_SHOP | ADA, "jobs_unproved"),
    ("doubt_jobs", {"error": "{}", "most": 10, "now": 1}, "jobs_running"),
    ("doubt_attempts", {"detail": "{}", "now": 1}, "jobs_running"),
    ("due_polls", {"now": 1, "most": 10}, "messages_polled"),
    ("idle_senders", {"horizon": 1_000_000}, "jobs_of_sender"),
    ("sender_queues", {"account": None}, "jobs_of_sender|jobs_waiting"),
    ("accounts_with_deadlines", {}, "verifications_deadline"),
    ("verifications_to_end", OF_SHOP | {"most": 10}, "verifications_deadline"),
    ("top_job", OF_SHOP | {"sender": "+14155550100", "wait": 0}, "jobs_of_sender"),
    ("leased_by", {"owner": "p"}, "jobs_running"),
    ("renew_leases", {"ids": '["job_100001"]', "owner": "p", "lease": 1}, BY_ID),
]


async def test_what_grows_is_read_by_its_index(store: Store) -> None:
    await fill(store)
    plans = Plans(store)
    wrong = {}
    for name, parameters, index in BY_INDEXES:
        plan = await plans.of(name, parameters)
        if scanned(plan) or not re.search(rf"\b({index})\b", "\n".join(plan)):
            wrong[name] = plan
    assert wrong == {}


async def test_a_dropped_index_is_missed(store: Store) -> None:
    await run(store, "drop index jobs_in_trouble")

    assert scanned(await Plans(store).of("count_jobs", {"beyond": "job_119900"}))
