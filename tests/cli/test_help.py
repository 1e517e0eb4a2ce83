"""The help pages, as golden files: a change in a command shows in review."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

from ringback import __version__
from ringback.app import open_connector, run
from ringback.cli.commands import tree
from ringback.cli.options import Desk, Doors
from ringback.clock import machine_clock
from ringback.settings import Settings

GOLDEN = Path(__file__).parent.parent / "golden" / "cli"
RENEW = "RENEW_GOLDEN=1 .venv/bin/python -m pytest tests/cli/test_help.py"
OWN = {"--help", "-h", "--version"}
PASSED_ON = {"simulator"}  # its help is that of the other program


def nothing_served(_settings: Settings, **_options: object) -> int:
    return 0


async def nothing_migrated(_settings: Settings) -> list[int]:
    return []


async def nothing_shown(**_options: object) -> int:
    return 0


def commands(app: App, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], App]]:
    """Every command that has a help page, with the words that name it."""
    yield path, app
    for name in app:
        if name not in OWN | PASSED_ON:
            yield from commands(app[name], (*path, name))


DOORS = Doors(
    open_connector=open_connector,
    serve=nothing_served,
    work=nothing_served,
    migrate=nothing_migrated,
    demo=nothing_shown,
    clock=machine_clock,
)
PAGES = [" ".join(path) for path, _ in commands(tree(Desk(DOORS)))]


def golden(page: str) -> Path:
    return GOLDEN / f"{'-'.join(['ringback', *page.split()])}.txt"


@pytest.mark.parametrize("page", PAGES)
def test_a_help_page_is_as_it_was(
    page: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    assert run([*page.split(), "--help"]) == 0
    shown = "".join(f"{line.rstrip()}\n" for line in capsys.readouterr().out.splitlines())

    if os.environ.get("RENEW_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        golden(page).write_text(shown)
    assert shown == golden(page).read_text(), f"Help changed. If you mean it, renew the golden files: {RENEW}"


def test_no_golden_page_is_left_of_a_command_that_went() -> None:
    if os.environ.get("RENEW_GOLDEN"):
        for path in {*GOLDEN.iterdir()} - {golden(page) for page in PAGES}:
            path.unlink()

    assert {*GOLDEN.iterdir()} == {golden(page) for page in PAGES}


def test_every_option_says_what_it_is() -> None:
    silent = [
        f"{' '.join(path)}: {argument.name}"
        for path, app in commands(tree(Desk(DOORS)))
        if app.default_command is not None
        for argument in app.assemble_argument_collection()
        if argument.show and not argument.parameter.help
    ]

    assert silent == []


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"]])
def test_help_comes_first_with_what_to_begin_with(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(argv) == 0

    shown = capsys.readouterr().out
    panels = [shown.index(title) for title in ("Begin here", "Send and look", "Serve others", "Options")]
    assert panels == sorted(panels)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert __version__ in capsys.readouterr().out
