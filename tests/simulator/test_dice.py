"""Faults by chance, faults for one run only, and time that jumps in the middle of a request."""

from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local

pytestmark = pytest.mark.anyio
OFTEN = {"match": {"operation": "CreateMessage"}, "do": ["rate_limit", "server_error"], "probability": 0.5}


async def outcomes(local: Local, count: int = 20) -> list[int]:
    return [(await local.send()).status for _ in range(count)]


async def test_the_same_seed_spoils_the_same_calls(local: Local) -> None:
    runs = []
    for _ in range(2):
        await local.does("POST", "/faults", {**OFTEN, "seed": 7})
        runs.append(await outcomes(local))
        await local.does("DELETE", "/faults")
    await local.does("POST", "/faults", {**OFTEN, "seed": 8})
    runs.append(await outcomes(local))

    assert runs[0] == runs[1] != runs[2]
    assert {201, 429, 500} == set(runs[0])


async def test_dice_tell_how_often_they_fell(local: Local) -> None:
    made = await local.does("POST", "/faults", OFTEN)
    bad = [status for status in await outcomes(local) if status != 201]

    (fault,) = (await local.does("GET", "/faults"))["faults"]

    assert (fault["dice"]["rolled"], fault["dice"]["hits"]) == (20, len(bad))
    assert len(fault["used"]) == len(bad)
    # A seed that nobody chose is told, so that a bad run can be had again.
    assert fault["dice"]["seed"] == made["dice"]["seed"]
    assert (await local.does("GET", "/faults"))["unused"] == 0


@pytest.mark.parametrize(("probability", "status"), [(0, 201), (1, 429)])
async def test_chance_may_be_certain(local: Local, probability: int, status: int) -> None:
    await local.does("POST", "/faults", {"match": {}, "do": ["rate_limit"], "probability": probability})

    assert set(await outcomes(local, 5)) == {status}


async def test_a_script_goes_on_where_dice_spare_a_call(local: Local) -> None:
    await local.does("POST", "/faults", {"match": {}, "do": ["rate_limit"], "probability": 0})
    await local.does("POST", "/faults", {"match": {}, "do": ["server_error"]})

    assert await outcomes(local, 2) == [500, 201]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"do": ["none"], "probability": 2}, "probability"),
        ({"do": ["none"], "probability": "often"}, "probability"),
        ({"do": ["none"], "seed": 3}, "seed"),
        ({"do": [{"kind": "clock_jump", "seconds": -5}]}, "do[0].seconds"),
    ],
)
async def test_wrong_dice_are_refused(local: Local, content: dict[str, Any], field: str) -> None:
    answer = await local.control("POST", "/faults", content)

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, field)
    assert (await local.does("GET", "/faults"))["faults"] == []


async def test_dice_survive_a_snapshot_in_step(local: Local) -> None:
    await local.does("POST", "/faults", {**OFTEN, "seed": 7})
    await outcomes(local, 3)
    await local.does("POST", "/snapshots/start")
    first = await outcomes(local)

    await local.does("POST", "/snapshots/start/restore")

    assert await outcomes(local) == first


async def test_a_fault_may_be_for_one_run_only(local: Local) -> None:
    await local.does("POST", "/faults", {"match": {"run": "mine"}, "do": ["rate_limit"]})

    form = {"To": HANDSET, "From": local.number, "Body": "x"}
    other = await local.call("POST", "{}/Messages.json", form, {"x-sim-run": "another"})
    mine = await local.call("POST", "{}/Messages.json", form, {"x-sim-run": "mine"})
    logged = await local.does("GET", "/requests?run=mine")

    assert (other.status, mine.status) == (201, 429)
    assert [one["status"] for one in logged["requests"]] == [429]


@pytest.mark.parametrize(("stage", "valid"), [("after", True), ("before", None)])
async def test_time_may_jump_during_a_request(local: Local, stage: str, *, valid: bool | None) -> None:
    await local.start()
    code = await local.code()
    jump = {"kind": "clock_jump", "seconds": 601, "stage": stage}
    await local.does("POST", "/faults", {"match": {"operation": "CreateVerificationCheck"}, "do": [jump]})
    before = (await local.does("GET", "/clock"))["milliseconds"]

    checked = await local.check(code)

    # A code that expires while the check is on its way: gone before it is looked at, or valid still.
    assert checked.json.get("valid") is valid
    assert checked.status == (200 if valid else 404)
    assert (await local.does("GET", "/clock"))["milliseconds"] - before == 601_000
