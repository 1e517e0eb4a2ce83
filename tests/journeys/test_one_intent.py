"""One intent, asked for in two processes at the same instant: one job, one text."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from tests.journeys.conftest import ON_EACH_DATABASE
from tests.journeys.processes import Installation, free_port

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300), ON_EACH_DATABASE]

ADA = "+14155550111"
INTENTS = 40


@asynccontextmanager
async def two_servers(machine: Installation) -> AsyncIterator[list[Installation]]:
    """Two processes on one ledger, both accepting and both sending."""
    other = replace(machine, port=free_port())
    async with machine.serving(), other.serving():
        yield [machine, other]


async def text_of(machine: Installation, key: str, body: str) -> Any:
    status, answer = await machine.act(
        "SendMessage", {"to": ADA, "body": body}, wait=20, **{"idempotency-key": key}
    )
    return status, answer.get("id"), answer


async def test_the_same_key_in_two_processes_at_once_is_one_job_and_one_text(machine: Installation) -> None:
    async with two_servers(machine) as servers:
        answers = await asyncio.gather(
            *(
                text_of(server, f"order-{number}", f"Order {number}")
                for number in range(INTENTS)
                for server in servers * 2
            )
        )
    shown = Counter(await machine.on_screen(ADA))

    assert {status for status, _, _ in answers} == {200}
    of_each = [answers[place : place + 4] for place in range(0, len(answers), 4)]
    assert all(len({job_id for _, job_id, _ in copies}) == 1 for copies in of_each)
    assert len({job_id for _, job_id, _ in answers}) == INTENTS
    assert shown == {f"Order {number}": 1 for number in range(INTENTS)}


async def test_of_two_inputs_under_one_key_at_once_one_is_sent_and_the_other_refused(
    machine: Installation,
) -> None:
    async with two_servers(machine) as servers:
        answers = await asyncio.gather(
            *(
                text_of(server, f"order-{number}", f"Order {number} of {place}")
                for number in range(INTENTS // 2)
                for place, server in enumerate(servers)
            )
        )
    shown = await machine.on_screen(ADA)

    pairs = [answers[place : place + 2] for place in range(0, len(answers), 2)]
    assert all(sorted(status for status, _, _ in pair) == [200, 409] for pair in pairs)
    assert len(shown) == len(set(shown)) == INTENTS // 2


async def test_a_key_belongs_to_its_account(machine: Installation) -> None:
    assert (await machine.connect("store")).code == 0
    key = {"idempotency-key": "order-1"}
    async with two_servers(machine) as servers:
        answers = await asyncio.gather(
            *(
                server.act("SendMessage", {"account": account, "to": ADA, "body": account}, wait=20, **key)
                for server in servers
                for account in ("shop", "store")
            )
        )
    shown = await machine.on_screen(ADA)

    assert {status for status, _ in answers} == {200}
    assert len({answer["id"] for _, answer in answers}) == 2
    assert sorted(shown) == ["shop", "store"]
