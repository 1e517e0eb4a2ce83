"""Secrets rotated under real processes that go on working."""

import asyncio
import signal
import sqlite3
import sys
from base64 import b64encode
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from tests.journeys.conftest import ON_EACH_DATABASE
from tests.journeys.processes import Installation, installation
from tests.store.conftest import NOBODY, a_job

from ringback.key_file import read_or_create
from ringback.secrets import job_place
from ringback.store import open_store

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

ADA = "+14155550111"
TEXT = {"to": ADA, "body": "Your order is on its way."}
MANY = 2_000
FAR_OFF = 2**50  # ms; jobs that wait so long keep their seals through the test


# The first that a rotation says is how far it is after one batch. The rest takes a blink: whoever read those
# words and then killed it was often too late.
KILLED_AS_IT_SPEAKS = """
import io, os, signal, sys
from ringback.app import main

class LastWords(io.StringIO):
    def write(self, text):
        os.kill(os.getpid(), signal.SIGKILL)

sys.stdout = LastWords()
main()
"""


async def versions(machine: Installation) -> dict[str, int]:
    """How many secrets are sealed under each version."""
    shown = await machine.run("sealing", "status", "--json")
    return {row["version"]: row["secrets"] for row in shown.json["versions"]}


async def turn(machine: Installation, wish: str) -> Any:
    """Change the account's tokens at Twilio."""
    url = f"{machine.twilio['url']}/_sim/accounts/{machine.twilio['account_sid']}"
    async with machine.http.patch(url, json={"tokens": wish}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def allow_own_codes(machine: Installation) -> None:
    """Set it at Twilio, where Verify services take no codes of their customers' own unless told."""
    facts = machine.twilio
    url = f"{facts['url']}/v2/Services/{facts['verify_service']}"
    pair = b64encode(f"{facts['account_sid']}:{facts['auth_token']}".encode()).decode()
    basic, wish = {"Authorization": f"Basic {pair}"}, {"CustomCodeEnabled": "true"}
    async with machine.http.post(url, data=wish, headers=basic) as answer:
        assert answer.status == 200, await answer.text()


async def let_all_be_due(machine: Installation) -> None:
    """Nobody waits for the instant that Twilio asked to wait for."""
    due = "update jobs set due_at = 1, turn_at = 1 where state = 'waiting'"
    if machine.database:
        shared = await asyncpg.connect(machine.database)
        await shared.execute(due)
        await shared.close()
        return
    with closing(sqlite3.connect(found(machine.home, "ringback.db"))) as ledger, ledger:
        ledger.execute(due)


def found(folder: Path, name: str) -> Path:
    return next(folder.rglob(name))


@ON_EACH_DATABASE
async def test_the_sealing_key_is_rotated_while_a_server_sends(machine: Installation) -> None:
    await allow_own_codes(machine)
    later = {"kind": "rate_limit", "retry_after": 600}
    await machine.control("/faults", {"match": {"operation": "CreateVerification"}, "do": [later]})
    code = {"to": ADA, "custom_code": "271828"}
    async with machine.serving():
        _, asked = await machine.act("SendVerifyWithConfiguration", code, wait=0)
        await machine.job_until(asked["id"], "waiting")
        before = await versions(machine)

        rotated = await machine.run("sealing", "rotate")
        after = await versions(machine)
        status, sent = await machine.act("SendMessage", TEXT)
        await let_all_be_due(machine)
        done = await machine.job_until(asked["id"], "done")

    assert before == {"v1": 2}
    assert rotated.code == 0, rotated.err
    assert after["v1"] == 0  # the code's seal goes with the end of its job
    assert (status, sent["state"]) == (200, "done")
    assert len(done["attempts"]) == 2
    assert any("271828" in text for text in await machine.on_screen(ADA))


async def test_a_rotation_that_is_killed_is_taken_up_and_everything_opens_meanwhile(
    tmp_path: Path,
) -> None:
    async with installation(tmp_path) as machine:
        ledger = found(tmp_path, "ringback.db")
        keyring = read_or_create(found(tmp_path, "key"), may_create=False)
        async with open_store(str(ledger)) as store:
            shop = (await store.accounts.all())[0].id
            jobs = [
                replace(
                    a_job(f"job_{n:04}", due_at=FAR_OFF), account_id=shop, sealed=keyring.seal(b"{}", place)
                )
                for n in range(MANY)
                for place in [job_place(f"job_{n:04}")]
            ]
            await asyncio.gather(*(store.jobs.accept(job, NOBODY) for job in jobs))

        killed = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLED_AS_IT_SPEAKS, "sealing", "rotate"), env=machine.environment()
        )
        async with asyncio.timeout(60):
            assert await killed.wait() == -signal.SIGKILL
        halfway = await versions(machine)
        async with machine.serving():
            status, _ = await machine.act("SendMessage", TEXT)
        resealed = await machine.run("sealing", "reseal")

        assert halfway["v1"] > 0
        assert halfway["v2"] > 0
        assert status == 200
        assert resealed.code == 0, resealed.err
        assert await versions(machine) == {"v1": 0, "v2": MANY + 1}


@ON_EACH_DATABASE
async def test_callbacks_are_heard_through_the_whole_rotation_of_an_auth_token(machine: Installation) -> None:
    old_token = {"match": {"webhook": "status"}, "do": ["old_token", "old_token"]}
    async with machine.serving():
        secondary = (await turn(machine, "create_secondary"))["secondary_auth_token"]
        rotated = await machine.run("accounts", "rotate", "shop", "--json", stdin=f"{secondary}\n")
        _, before = await machine.act("SendMessage", TEXT)
        await machine.control("/clock/advance", {"seconds": 30})
        heard_old = await delivered(machine, before["id"])

        await turn(machine, "promote")
        await machine.control("/faults", old_token)
        _, after = await machine.act("SendMessage", TEXT)
        await machine.control("/clock/advance", {"seconds": 30})
        heard_both = await delivered(machine, after["id"])

    assert rotated.code == 0, rotated.err
    assert rotated.json["previous_token_valid_until"] is not None
    assert heard_old
    assert heard_both
    assert (await machine.control("/faults"))["unused"] == 0


async def delivered(machine: Installation, job_id: str) -> bool:
    """Whether the server hears within half a minute that a text arrived."""
    for _ in range(300):
        if (await machine.job(job_id))["message"]["status"] == "delivered":
            return True
        await asyncio.sleep(0.1)
    return False
