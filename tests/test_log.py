"""Logs: events and ids, never what was not listed."""

import ast
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shop import ADA, Shop

import ringback
from ringback.log import SHOWN, configure, logger, show_known

HUSH = "hush-271828"
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1).filter(lambda name: name not in SHOWN)


@given(NAMES)
def test_a_field_that_is_not_listed_never_shows_its_value(name: str) -> None:
    shown = show_known(None, "info", {"event": "sent", name: HUSH})

    assert HUSH not in str(shown)
    assert shown["hidden"] == [name]


@pytest.mark.parametrize(
    "name", ["body", "to", "code_sent", "auth_token", "custom_code", "sealed", "exc_info"]
)
def test_what_would_tell_a_secret_is_not_listed(name: str) -> None:
    assert name not in SHOWN


@pytest.fixture
def configured() -> Iterator[None]:
    """Logging as the command line sets it up, put back afterwards."""
    ours = logging.getLogger("ringback")
    before = (list(ours.handlers), ours.level, ours.propagate)
    yield
    ours.handlers[:], ours.level, ours.propagate = before
    ours.setLevel(before[1])


@pytest.mark.usefixtures("configured")
def test_a_server_logs_json_lines_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure(chatty=True)
    logger().info("attempt_ended", job="job_1", body=HUSH)

    out, err = capsys.readouterr()
    line = json.loads(err)
    assert out == ""
    assert (line["event"], line["level"], line["job"], line["hidden"]) == (
        "attempt_ended",
        "info",
        "job_1",
        ["body"],
    )
    assert HUSH not in err


@pytest.mark.usefixtures("configured")
def test_a_command_tells_only_what_went_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    logger().info("attempt_ended", job="job_1")
    logger().error("cannot_serve", error="no key")

    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["cannot_serve"]


@pytest.mark.usefixtures("configured")
def test_configuring_twice_logs_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    configure()
    logger().error("cannot_serve")

    assert len(capsys.readouterr().err.splitlines()) == 1


def test_in_somebody_elses_program_nothing_is_printed_but_warnings_and_no_secret_in_them() -> None:
    program = f"""
from ringback.log import logger
logger().info("attempt_ended", job="job_1", body={HUSH!r})
logger().warning("lease_lapsed", job="job_2", body={HUSH!r})
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter

    assert said.stdout == ""
    assert "job_1" not in said.stderr
    assert "job_2" in said.stderr
    assert HUSH not in said.stderr


def test_whatever_our_own_code_logs_is_shown() -> None:
    logged = {
        (file.name, keyword.arg)
        for file in Path(ringback.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("log.")
        for keyword in call.keywords
    }

    assert len(logged) > 20
    assert [one for one in sorted(logged, key=str) if one[1] not in SHOWN] == []


@pytest.mark.anyio
async def test_a_whole_life_of_messages_and_codes_leaves_none_of_their_texts_in_the_log(
    shop: Shop, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG, logger="ringback")
    await shop.run(body=f"Your word is {HUSH}")
    await shop.run("SendVerifyWithConfiguration", to=ADA, custom_code="271828")
    await shop.run("VerifyCode", to=ADA, code="271828")

    told = [record.msg for record in caplog.records if record.name == "ringback"]

    assert len(told) >= 3
    for secret in (HUSH, "271828", ADA, shop.simulator.account.auth_token, str(tmp_path)):
        assert secret not in str(told)
