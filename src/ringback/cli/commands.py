"""The tree of commands, and what becomes of an error in any of them."""

import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Annotated, NoReturn

from cyclopts import App, CycloptsError, Parameter

from ringback import __version__
from ringback.cli.accounts import accounts_app
from ringback.cli.ledger import jobs_app, keys_app
from ringback.cli.options import Desk, Doors, Everywhere
from ringback.cli.running import actions_command, run_app
from ringback.cli.show import BAD_INPUT, DONE, Show
from ringback.errors import RingbackError
from ringback.settings import DEFAULT_PORT, DEFAULT_SIMULATOR_PORT, checked_port, checked_public_url

NONE = Everywhere()


def run_command(argv: Sequence[str], doors: Doors) -> int:
    """Run one command; its exit code: 0 done, 1 refused, 2 bad input, 3 unknown or still on its way."""
    show = Show(as_json="--json" in argv)
    try:
        app = _app(Desk(doors), argv)
        answer = app(list(argv), exit_on_error=False, print_error=False, result_action="return_value")
    except RingbackError as error:
        return show.error(error)
    except CycloptsError as error:
        sys.stderr.write(f"{error}\nSee: ringback {' '.join(argv[:1])} --help\n")
        return BAD_INPUT
    except KeyboardInterrupt:
        return DONE
    return answer if isinstance(answer, int) else DONE


def _app(desk: Desk, argv: Sequence[str]) -> App:
    app = App(name="ringback", help="A self-hosted Twilio connector.", version=__version__)
    for group in (accounts_app(desk), keys_app(desk), jobs_app(desk), run_app(desk, _action_named(argv))):
        app.command(group)
    app.command(actions_command(), name="actions")
    app.command(_serve(desk), name="serve")
    app.command(_demo(desk), name="demo")
    app.command(simulator, name="simulator")
    return app


def _action_named(argv: Sequence[str]) -> str | None:
    if len(argv) > 1 and argv[0] == "run" and not argv[1].startswith("-"):
        return argv[1]
    return None


def _serve(desk: Desk) -> Callable[..., Awaitable[int]]:
    async def serve(
        *,
        host: str | None = None,
        port: str | None = None,
        public_url: str | None = None,
        everywhere: Everywhere = NONE,
    ) -> int:
        """Run the server: the HTTP API, Twilio's callbacks and the dispatcher."""
        settings = everywhere.settings
        if host is not None:
            settings = replace(settings, host=host)
        if port is not None:
            settings = replace(settings, port=checked_port(port))
        if public_url is not None:
            settings = replace(settings, public_url=checked_public_url(public_url))
        return await desk.doors.serve(settings)

    return serve


def _demo(desk: Desk) -> Callable[..., Awaitable[int]]:
    async def demo(
        *,
        once: Annotated[bool, Parameter(negative="", help="Run the tour on free ports and stop.")] = False,
        port: int = DEFAULT_PORT,
        simulator_port: int = DEFAULT_SIMULATOR_PORT,
        everywhere: Everywhere = NONE,
    ) -> int:
        """Run the whole main job on this machine, on a database of its own made anew."""
        return await desk.doors.demo(
            once=once, port=port, simulator_port=simulator_port, as_json=everywhere.json
        )

    return demo


def simulator(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> NoReturn:
    """Run the local Twilio alone; its options are those of python -m twilio_simulator."""
    command = [sys.executable, "-m", "twilio_simulator", *arguments]
    os.execv(sys.executable, command)  # noqa: S606 - no shell, and the person's own arguments
