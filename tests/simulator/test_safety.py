"""What keeps the simulator to itself, and other people's secrets out of it."""

from collections.abc import AsyncIterator

import pytest
from tests.simulator.local import Local
from tests.simulator.test_process import run

from twilio_simulator.exchange import Reply, Request
from twilio_simulator.running import running
from twilio_simulator.sid_patterns import looks_real
from twilio_simulator.simulator import Options, Simulator
from twilio_simulator.world.making import SEED_SID, SEED_TOKEN

pytestmark = pytest.mark.anyio
# Random digits, made up for this test.
REAL = "7c9e6679f4b31d08a2e5c47b90d3f816"
SID = "AC9d2f17c05b8e4a63f1d7c29b60e8a354"


def asked(simulator: Simulator, path: str, **headers: str) -> int:
    outcome = simulator.serve(Request("GET", path, "", {"host": "127.0.0.1", **headers}))
    assert isinstance(outcome, Reply)
    return outcome.status


@pytest.mark.parametrize("path", ["/_sim/ready", "/_sim/accounts", "/_sim/events/stream", "/phone"])
async def test_foreign_names_lead_nowhere(fresh: Simulator, path: str) -> None:
    assert asked(fresh, path, host="attacker.example") == 403


async def test_a_foreign_page_reaches_nothing(fresh: Simulator) -> None:
    assert asked(fresh, "/_sim/ready", origin="https://attacker.example") == 403
    assert asked(fresh, "/_sim/ready", origin="null") == 403
    assert asked(fresh, "/_sim/ready", origin="http://127.0.0.1:4010") == 200


@pytest.fixture
async def locked() -> AsyncIterator[Simulator]:
    async with running(Options(control_token="open sesame")) as simulator:
        yield simulator


async def test_a_control_token_is_asked_for(locked: Simulator) -> None:
    assert asked(locked, "/_sim/ready") == 401
    assert asked(locked, "/_sim/ready", authorization="Bearer nonsense") == 401
    assert asked(locked, "/_sim/ready", authorization="Bearer open sesame") == 200


@pytest.mark.parametrize(
    ("token", "sid", "expected"),
    [
        (REAL, SID, True),
        (REAL.upper(), SID, True),
        (REAL, None, True),
        (REAL, SEED_SID, False),
        (SEED_TOKEN, None, False),
        ("b" * 32, SID, False),
        ("0123456789abcdef" * 2, SID, False),
        ("51a0" + REAL[4:], SID, False),
    ],
)
def test_real_tokens_are_told_from_made_up_ones(token: str, sid: str | None, *, expected: bool) -> None:
    assert looks_real(token, sid) is expected


async def test_a_token_that_looks_real_is_not_taken(local: Local) -> None:
    answer = await local.control("POST", "/accounts", {"sid": SID, "auth_token": REAL})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "auth_token")
    assert REAL not in answer.body.decode()
    assert len((await local.does("GET", "/accounts"))["accounts"]) == 1


async def test_it_is_taken_when_told() -> None:
    async with running(Options(accept_any_token=True)) as simulator:
        made = await Local(simulator).does("POST", "/accounts", {"sid": SID, "auth_token": REAL})

    assert made["auth_token"] == REAL


async def test_the_command_line_refuses_it_without_showing_it() -> None:
    code, _, err = await run("--port", "0", "--sid", SID, "--token", REAL)

    assert (code, "--accept-any-token" in err, REAL in err) == (2, True, False)
