"""The tree of commands, and what becomes of an error in any of them."""

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from platform import python_version

from cyclopts import App, CycloptsError, Group, Parameter

from ringback import __version__
from ringback.cli.accounts import accounts_app
from ringback.cli.catalogue import actions
from ringback.cli.jobs import jobs_app
from ringback.cli.keys import keys_app
from ringback.cli.mistakes import check_text, mistake, where_to_look, with_dashes
from ringback.cli.options import Desk, Doors
from ringback.cli.programs import (
    demo_command,
    migrate_command,
    serve_command,
    simulator,
    worker_command,
)
from ringback.cli.running import run_app
from ringback.cli.sealing import sealing_app
from ringback.cli.senders import senders_app
from ringback.cli.show import DONE, INTERRUPTED, Paper, Show
from ringback.errors import RingbackError, Unavailable

HERE = Path(__file__).parents[1]

BEGIN = Group("Begin here", sort_key=0)
EACH_DAY = Group("Send and look", sort_key=1)
OTHERS = Group("Serve others", sort_key=2)
OWN = Group("Options", sort_key=3)
COMMANDS = Group("Commands")

ABOUT = """A self-hosted Twilio connector: texts, WhatsApp and codes, each sent once.

Exit codes: 0 done; 1 refused, not sent, or a wrong code; 2 bad input; 3 unknown or still on its way;
75 the database is away, try again.
"""
CAREFUL = (
    "Try again. If something was being sent, give it the same --key, or look at `ringback jobs list` "
    "before you repeat it."
)
FAULTY = (
    "Ringback itself failed: {name} at {place} (ringback {version}, Python {python}). "
    "Please report this line. If something was being sent, look at `ringback jobs list` before you repeat it."
)


def run_command(argv: Sequence[str], doors: Doors) -> int:
    """Run one command; its exit code.

    0 done; 1 refused; 2 bad input; 3 unknown or still on its way; 70 our own mistake; 75 the database is
    away; 130 interrupted.
    """
    show = Show(as_json="--json" in argv)
    try:
        return _told(argv, doors, show)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - nobody is to meet a traceback
        return show.fault(_faulty(error))


def _told(argv: Sequence[str], doors: Doors, show: Show) -> int:
    try:
        return _answer(argv, doors)
    except RingbackError as error:
        return show.error(error, CAREFUL if isinstance(error, Unavailable) else None)
    except CycloptsError as error:
        return show.error(mistake(error), where_to_look(error))


def _answer(argv: Sequence[str], doors: Doors) -> int:
    check_text(argv)
    app = tree(Desk(doors), argv)
    answer = app(with_dashes(argv), exit_on_error=False, print_error=False, result_action="return_value")
    return answer if isinstance(answer, int) else DONE


def tree(desk: Desk, argv: Sequence[str] = ()) -> App:
    """Every command; of the actions only the one that `argv` names, or all."""
    app = App(
        name="ringback",
        help=ABOUT,
        version=__version__,
        console=Paper(file=sys.stdout, highlight=False),
        default_parameter=Parameter(show_default=False, negative=""),
        group_commands=OWN,
        suppress_keyboard_interrupt=False,
    )
    # Its options, --help among them, are the simulator's own to read.
    passing = App(name="simulator", help_flags=(), version_flags=(), help=simulator.__doc__)
    passing.default(simulator)
    app.command(demo_command(desk), name="demo", group=BEGIN)
    app.command(actions, name="actions", group=EACH_DAY)
    app.command(serve_command(desk), name="serve", group=OTHERS)
    app.command(worker_command(desk), name="worker", group=OTHERS)
    app.command(migrate_command(desk), name="migrate", group=OTHERS)
    _add(app, BEGIN, passing, accounts_app(desk))
    _add(app, EACH_DAY, run_app(desk, _action_named(argv)), jobs_app(desk))
    _add(app, OTHERS, keys_app(desk), senders_app(desk), sealing_app(desk))
    return app


def _add(app: App, group: Group, *commands: App) -> None:
    for command in commands:
        command.group, command.group_commands = (group,), COMMANDS
        app.command(command)


def _action_named(argv: Sequence[str]) -> str | None:
    if len(argv) > 1 and argv[0] == "run" and not argv[1].startswith("-"):
        return argv[1]
    return None


def _faulty(error: Exception) -> str:
    """Where it broke; never what the error says, which may quote a secret or a message."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(HERE)]
    last = (ours or frames)[-1]
    return FAULTY.format(
        name=type(error).__name__,
        place=f"{Path(last.filename).name}:{last.lineno}",
        version=__version__,
        python=python_version(),
    )
