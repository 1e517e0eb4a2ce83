"""Answers of Twilio that a mistake of our own keeps from being recorded, on each kind of database."""

from pathlib import Path

import pytest
from tests.shop import opened, until_logged, verdicts

from ringback.settings import DatabasePlace
from ringback.store.rows import State

pytestmark = pytest.mark.anyio


async def test_a_send_that_cannot_be_recorded_becomes_unknown_and_is_found_once_that_is_mended(
    tmp_path: Path, place: DatabasePlace, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path, place=place) as shop:
        await shop.change("alter table messages drop column polls")
        outcome = await shop.run(wait=0)
        await until_logged(caplog, "attempt_lost")

        await shop.change("update jobs set lease_until = 1")
        job = await shop.until(outcome, State.UNKNOWN)

        assert (verdicts(job), shop.texts) == (["unknown"], 1)
        logged = caplog.text
        assert logged.count("attempt_lost") == 1
        assert "UndefinedColumnError" in logged or "OperationalError" in logged
        assert "write_failed" not in logged
        assert "Hi Ada" not in logged
        await shop.change("alter table messages add column polls bigint not null default 0")
        found = await shop.connector.reconcile(str(outcome.id), "ada")
        assert (found.state, shop.texts) == (State.DONE, 1)
