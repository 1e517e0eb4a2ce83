"""Whatever is typed: one sentence, exit code 2, and JSON where JSON was asked for."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tests.cli.terminal import Terminal

from ringback.app import run
from ringback.cli import Doors, run_command
from ringback.clock import machine_clock
from ringback.connector import Connector
from ringback.settings import Settings

pytestmark = pytest.mark.anyio

MISTAKES = [
    (["nope"], "command", "Unknown command"),
    (["jobs", "shwo"], "command", 'Did you mean "show"?'),
    (["jobs", "show"], "job_id", "Is required."),
    (["jobs", "list", "--limit", "0"], "limit", ">= 1"),
    (["jobs", "list", "--limit", "many"], "limit", "int"),
    (["jobs", "list", "--state", "gone"], "state", "not_sent"),
    (["jobs", "list", "more"], "command", "There is no place for 'more'."),
    (["run", "SendMessage", "--bdy", "x"], "command", "Did you mean --body?"),
    (["run", "SendMessage", "--body"], "body", "Needs a value"),
    (["run", "SendMessage", "--body", "-5 degrees"], "body", "written with ="),
    (["accounts", "add"], "name", "Is required."),
    (["accounts", "set", "shop"], "command", "Say what to change"),
    (["keys", "create", "k", "--scope", "all"], "scope", "read"),
    (["serve", "--port", "http"], "port", "'http' is not a port."),
    (["serve", "--public-url", "me"], "public_url", "https://ringback.example.org"),
    (["serve", "--retention", "3 months"], "retention", "like 36h, 90d or 12w"),
    (["worker", "--retention", "0d"], "retention", "or forever"),
    (["demo", "--simulator-port", "70000"], "simulator_port", "65535"),
    (["run", "SendMessage", "--body", "\udcff"], "command", "UTF-8"),
]


@pytest.mark.parametrize(("argv", "field", "text"), MISTAKES)
async def test_a_mistake_is_told_on_standard_error(
    user: Terminal, argv: list[str], field: str, text: str
) -> None:
    said = await user.run(*argv)

    assert said.code == 2
    assert said.out == ""
    assert text in said.err
    assert field == "command" or f"--{field.replace('_', '-')}" in said.err


@pytest.mark.parametrize(("argv", "field", "text"), MISTAKES)
async def test_a_mistake_is_json_where_json_was_asked_for(
    user: Terminal, argv: list[str], field: str, text: str
) -> None:
    said = await user.run("--json", *argv) if argv == ["nope"] else await user.run(*argv, "--json")

    assert said.json["errors"][0]["field"] == field
    assert text in said.json["errors"][0]["message"]
    assert (said.code, said.err) == (2, "")


async def test_the_help_page_that_helps_is_named(user: Terminal) -> None:
    assert "See: ringback --help" in (await user.run("nope")).err
    assert "See: ringback run SendMessage --help" in (await user.run("run", "SendMessage", "--x", "1")).err


async def test_an_unknown_action_is_told_with_the_nearest(user: Terminal) -> None:
    said = await user.run("run", "SendMesage", "--account", "shop")

    assert (said.code, said.out) == (2, "")
    assert "Did you mean SendMessage" in said.err


async def test_settings_that_cannot_serve_are_told_with_the_remedy(user: Terminal) -> None:
    broken = user.write("text.db", "no database")

    for argv, text in [
        (("--database", str(broken)), "cannot be opened"),
        (("--database", "mysql://x/y"), "is not served"),
        (("--database", "/proc/nowhere/x.db"), "Name another with --database"),
    ]:
        said = await user.run("jobs", "list", *argv)
        assert (said.code, said.out) == (2, "")
        assert text in said.err


SECRET = "the secret 123456"


@asynccontextmanager
async def broken_door(_settings: Settings, *, dispatch: bool) -> AsyncIterator[Connector]:
    raise ZeroDivisionError(f"{SECRET} {dispatch}")
    yield


async def nothing_migrated(_settings: Settings) -> list[int]:
    return []


async def nothing(**_options: object) -> int:
    return 0


BROKEN = Doors(
    open_connector=broken_door,
    serve=lambda *_, **__: 0,
    work=lambda *_, **__: 0,
    migrate=nothing_migrated,
    demo=nothing,
    clock=machine_clock,
)


def test_a_fault_of_our_own_is_one_sentence_without_what_it_quotes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_command(["jobs", "list"], BROKEN) == 70

    out, err = capsys.readouterr()
    assert out == ""
    assert "Ringback itself failed: ZeroDivisionError at " in err
    assert "Please report this line." in err
    assert "Traceback" not in err
    assert SECRET not in err


def test_a_fault_of_our_own_is_json_where_json_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["jobs", "list", "--json"], BROKEN) == 70

    out, err = capsys.readouterr()
    assert json.loads(out)["title"] == "Internal error"
    assert err == ""


def test_an_interrupt_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_settings: object, **_options: object) -> int:
        raise KeyboardInterrupt

    doors = replace(BROKEN, serve=interrupted)

    assert run_command(["serve"], doors) == 130
    assert capsys.readouterr() == ("", "")


def test_the_actions_are_listed_without_a_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["actions", "--json"]) == 0
    assert {"action", "effect", "does"} == json.loads(capsys.readouterr().out)[0].keys()
