"""Open questions that the command line decides."""

import asyncio
import sys
from urllib.request import urlopen

import orjson
import pytest

from twilio_simulator.rule_options import RuleError, ruleset_of
from twilio_simulator.ruleset import Ruleset
from twilio_simulator.running import process

pytestmark = pytest.mark.anyio


def test_nothing_said_leaves_the_defaults() -> None:
    assert ruleset_of([]) == Ruleset()


def test_every_kind_of_rule_can_be_said() -> None:
    given = (
        "long_body_code=21658",
        "callback_for_sending=true",
        "sandbox_seconds_each=0.5",
        "page_size_above_limit=refuse",
        "verify_ttl_minutes=5",
        "restricted_words=bank,tax",
    )

    assert ruleset_of(given) == Ruleset(
        long_body_code=21658,
        callback_for_sending=True,
        sandbox_seconds_each=0.5,
        page_size_above_limit="refuse",
        verify_ttl_minutes=5,
        restricted_words=("bank", "tax"),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "there is no rule 'nonsense'"),
        ("long_body_code=1", "choose from 21617, 21658"),
        ("callback_for_sending=perhaps", "give true or false"),
        ("verify_ttl_minutes=ten", "give a number"),
        ("verify_ttl_minutes=-1", "give a number"),
        ("verify_poll_limits=1", "in Python only"),
    ],
)
def test_what_cannot_be_is_explained(text: str, why: str) -> None:
    with pytest.raises(RuleError, match=why):
        ruleset_of([text])


async def test_the_command_line_takes_them() -> None:
    async with process("--rule", "long_body_code=21658", "--rule", "callback_for_sending=true") as facts:
        with await asyncio.to_thread(urlopen, f"{facts['url']}/_sim/version") as answer:
            rules = orjson.loads(answer.read())["ruleset"]

    assert (rules["long_body_code"], rules["callback_for_sending"]) == (21658, True)


async def test_the_command_line_says_what_is_wrong() -> None:
    command = (sys.executable, "-m", "twilio_simulator", "--rule", "long_body_code=1")
    done = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)

    _, told = await done.communicate()

    assert done.returncode == 2
    assert b"--rule: long_body_code is '1': choose from 21617, 21658" in told
