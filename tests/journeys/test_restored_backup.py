"""A ledger restored from a backup sends nothing twice."""

import asyncio
import shutil
import signal
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.processes import RINGBACK, Installation

from ringback.clock import iso, machine_clock

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

ADA = "+14155550111"


def copy(ledger: Path, to: Path) -> None:
    with sqlite3.connect(ledger) as source, sqlite3.connect(to) as target:
        source.backup(target)
    source.close()
    target.close()


def event_kinds(job: Mapping[str, Any]) -> set[str]:
    return {event["kind"] for event in job["events"]}


async def restored(machine: Installation, *job_ids: str) -> list[dict[str, Any]]:
    """The jobs as `worker --restored` leaves them."""
    worker = await asyncio.create_subprocess_exec(
        *(RINGBACK, "worker", "--restored"),
        stderr=asyncio.subprocess.PIPE,
        env=machine.environment(),
        cwd=machine.home,
    )
    try:
        async with asyncio.timeout(40):
            while True:
                jobs = [(await machine.run("jobs", "show", name, "--json")).json for name in job_ids]
                if all(event_kinds(job) & {"looked_up", "settled"} for job in jobs):
                    return jobs
    finally:
        worker.send_signal(signal.SIGTERM)
        await worker.communicate()


async def test_what_was_sent_since_the_backup_is_found_and_the_rest_is_left_to_a_person(
    machine: Installation,
) -> None:
    ledger = machine.home / ".local" / "share" / "ringback" / "ringback.db"
    backup = machine.home / "backup.db"
    async with machine.serving("--no-dispatch", public=False):
        later = iso(machine_clock() + 3_600_000)
        _, sent = await machine.act("SendMessage", {"to": ADA, "body": "Soon"}, wait=0)
        _, kept = await machine.act("SendMessage", {"to": ADA, "body": "Later", "send_at": later}, wait=0)
        copy(ledger, backup)
    async with machine.serving(public=False):
        await machine.job_until(sent["id"], "done")
    for file in ledger.parent.glob("ringback.db*"):
        file.unlink()
    shutil.copy(backup, ledger)

    found, absent = await restored(machine, sent["id"], kept["id"])

    assert (found["state"], found["result"]["matched_by"]) == ("done", "listing")
    assert absent["state"] == "unknown"
    assert "unknown" in [event["kind"] for event in absent["events"] if event["who"] == "restored"]
    assert await machine.on_screen(ADA) == ["Soon"]
