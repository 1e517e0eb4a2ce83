"""Answers of Twilio that a mistake of our own keeps from being recorded, on each kind of database."""

from pathlib import Path

import pytest
from tests.shop import Shop, opened, verdicts

from ringback.outbox.dispatcher import Cadence
from ringback.settings import DatabasePlace, PostgresUrl
from ringback.store.rows import State

pytestmark = pytest.mark.anyio

HASTY = Cadence(lease=0.5, renew_every=0.1, look_every=0.02, sweep_every=0.05)


async def altered(shop: Shop, statement: str) -> None:
    """Change the tables behind everybody's back."""
    if isinstance(shop.place, PostgresUrl):
        await shop.parts.store.database.pool.execute(statement)
    else:
        shop.alter(statement)


async def test_a_send_that_cannot_be_recorded_becomes_unknown_and_is_found_once_that_is_mended(
    tmp_path: Path, place: DatabasePlace, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path, place=place, cadence=HASTY) as shop:
        await altered(shop, "alter table messages drop column polls")
        outcome = await shop.run(wait=0)

        job = await shop.until(outcome, State.UNKNOWN)

        assert (verdicts(job), shop.texts) == (["unknown"], 1)
        logged = caplog.text
        assert logged.count("attempt_lost") == 1
        assert "UndefinedColumnError" in logged or "OperationalError" in logged
        assert "write_failed" not in logged
        assert "Hi Ada" not in logged
        await altered(shop, "alter table messages add column polls bigint not null default 0")
        found = await shop.connector.reconcile(str(outcome.id), "ada")
        assert (found.state, shop.texts) == (State.DONE, 1)
