"""An open ledger with one account in it."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest

from ringback.settings import DatabasePlace, PostgresUrl
from ringback.store import Store, open_store
from ringback.store.jobs import NewJob
from ringback.store.rows import Account
from ringback.store.tickets import Ticket

NewJobOf = Callable[..., NewJob]


class Nobody:
    """No queue: the jobs are rows, and these tests take them themselves."""

    async def join(self, connection: object, ticket: Ticket) -> None:
        pass

    async def joined(self, ticket: Ticket) -> None:
        pass


NOBODY = Nobody()


def ticket(job_id: str = "job_1") -> Ticket:
    return Ticket(job_id=job_id, account_id="acc_shop")


async def alter(place: DatabasePlace, *statements: str) -> None:
    """Alter the ledger behind everybody's back."""
    if isinstance(place, PostgresUrl):
        connection = await asyncpg.connect(place.url)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()
        return
    with sqlite3.connect(place) as file:
        for statement in statements:
            file.execute(statement)
    file.close()


@pytest.fixture
async def store(place: DatabasePlace) -> AsyncIterator[Store]:
    async with open_store(place) as opened:
        await opened.accounts.insert(an_account())
        yield opened


@pytest.fixture
def new_job() -> NewJobOf:
    return a_job


def an_account(name: str = "shop") -> Account:
    return Account(
        id=f"acc_{name}",
        name=name,
        account_sid="AC" + "0" * 32,
        auth_token=b"sealed",
        api_key_sid=None,
        api_key_secret=None,
        environment="simulator",
        region=None,
        edge=None,
        base_url="http://127.0.0.1:4010",
        default_sender=None,
        default_country=None,
        default_verify_service=None,
        verification_lifetime=600,
        report="{}",
        created_at=1,
        updated_at=1,
        removed_at=None,
    )


def a_job(job_id: str = "job_1", key: str | None = None, now: int = 1_000, **more: Any) -> NewJob:
    return NewJob(
        account_id="acc_shop",
        id=job_id,
        action="SendMessage",
        idempotency_key=key,
        input_digest=b"digest",
        input='{"to": "+15005550006"}',
        sealed=b"sealed",
        recipient="+15005550006",
        notes="[]",
        due_at=more.pop("due_at", now),
        requested_by="test",
        now=now,
        **more,
    )
