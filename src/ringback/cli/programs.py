"""`ringback serve`, `demo` and `simulator`: what keeps running until it is told to stop."""

import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, NoReturn, TypeVar

from cyclopts import Parameter

from ringback.cli.options import Desk, Everywhere, Json
from ringback.errors import FieldError, InvalidInput, Misconfigured
from ringback.settings import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_SIMULATOR_PORT,
    Settings,
    checked_port,
    checked_public_url,
    checked_retention,
)

NONE = Everywhere()
AnswerT = TypeVar("AnswerT")

Host = Annotated[
    str | None, Parameter(metavar="ADDRESS", help=f"Where to listen: {DEFAULT_HOST} (RINGBACK_HOST).")
]
Port = Annotated[
    str | None,
    Parameter(metavar="PORT", help=f"{DEFAULT_PORT} (RINGBACK_PORT); 0 takes any that is free."),
]
PublicUrl = Annotated[
    str | None,
    Parameter(metavar="URL", help="Where Twilio reaches this server; without it statuses are polled."),
]
Dispatch = Annotated[
    bool, Parameter(negative="--no-dispatch", help="Send from this process, too; else only workers send.")
]
Retention = Annotated[
    str | None,
    Parameter(
        metavar="TIME",
        help="For how long texts and numbers of finished jobs are kept, like 90d; forever "
        "(RINGBACK_RETENTION).",
    ),
]
Restored = Annotated[
    bool,
    Parameter(
        negative=(),
        help="The ledger came from a backup or lost commits: what waits in it may have been sent already, so "
        "it becomes unknown and is looked for at Twilio.",
    ),
]
MetricsPort = Annotated[
    str | None,
    Parameter(
        metavar="PORT", help="Where /metrics, /healthz and /readyz are: nowhere (RINGBACK_METRICS_PORT)."
    ),
]
Once = Annotated[bool, Parameter(help="Run the tour on free ports, then stop; 1 if anything disagrees.")]
DemoPort = Annotated[str, Parameter(metavar="PORT", help=f"Of Ringback: {DEFAULT_PORT}.")]
SimulatorPort = Annotated[str, Parameter(metavar="PORT", help=f"Of the simulator: {DEFAULT_SIMULATOR_PORT}.")]


def serve_command(desk: Desk) -> Callable[..., int]:
    """The command `serve`."""

    def serve(  # noqa: PLR0913 - each is an option of the command
        *,
        host: Host = None,
        port: Port = None,
        public_url: PublicUrl = None,
        dispatch: Dispatch = True,
        retention: Retention = None,
        restored: Restored = False,
        everywhere: Everywhere = NONE,
    ) -> int:
        """Run the server: the HTTP API, Twilio's callbacks and the dispatcher."""
        settings = _keeping(_with_options(everywhere.settings, host, port, public_url), retention)
        settings = replace(settings, restored=restored)
        return desk.doors.serve(settings, as_json=everywhere.json, dispatch=dispatch)

    return serve


def worker_command(desk: Desk) -> Callable[..., int]:
    """The command `worker`."""

    def worker(
        *,
        public_url: PublicUrl = None,
        metrics_port: MetricsPort = None,
        retention: Retention = None,
        restored: Restored = False,
        everywhere: Everywhere = NONE,
    ) -> int:
        """Run a dispatcher alone: it sends what others accept. Any number may share one PostgreSQL."""
        settings = _keeping(_with_options(everywhere.settings, None, None, public_url), retention)
        settings = replace(settings, restored=restored)
        if metrics_port is not None:
            settings = replace(settings, metrics_port=_port("metrics_port", metrics_port))
        return desk.doors.work(settings, as_json=everywhere.json)

    return worker


def migrate_command(desk: Desk) -> Callable[..., Awaitable[int]]:
    """The command `migrate`."""

    async def migrate(*, everywhere: Everywhere = NONE) -> int:
        """Bring the ledger's tables up to this version; an embedded ledger does so by itself."""
        settings = everywhere.settings
        applied = await desk.doors.migrate(settings)
        done = f"applied migration {', '.join(map(str, applied))}" if applied else "up to date already"
        facts = {"database": str(settings.database), "applied": applied}
        everywhere.show.done(facts, f"{settings.database}: {done}.")
        return 0

    return migrate


def demo_command(desk: Desk) -> Callable[..., Awaitable[int]]:
    """The command `demo`."""

    async def demo(
        *,
        once: Once = False,
        port: DemoPort = str(DEFAULT_PORT),
        simulator_port: SimulatorPort = str(DEFAULT_SIMULATOR_PORT),
        json: Json = False,
    ) -> int:
        """Show the main job on this machine: simulator, server and a tour, on a ledger made anew."""
        return await desk.doors.demo(
            once=once,
            port=_port("port", port),
            simulator_port=_port("simulator_port", simulator_port),
            as_json=json,
        )

    return demo


def simulator(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> NoReturn:
    """Run the local Twilio alone: --port 4010, --sid and --token; --help tells all its options."""
    command = [sys.executable, "-m", "twilio_simulator", *arguments]
    os.execv(sys.executable, command)  # noqa: S606 - no shell, and the person's own arguments


def _with_options(settings: Settings, host: str | None, port: str | None, public_url: str | None) -> Settings:
    if host is not None:
        settings = replace(settings, host=host)
    if port is not None:
        settings = replace(settings, port=_port("port", port))
    if public_url is not None:
        settings = replace(settings, public_url=_checked("public_url", checked_public_url, public_url))
    return settings


def _keeping(settings: Settings, retention: str | None) -> Settings:
    if retention is None:
        return settings
    return replace(settings, retention=_checked("retention", checked_retention, retention))


def _port(field: str, given: str) -> int:
    return _checked(field, checked_port, given)


def _checked(field: str, check: Callable[[str], AnswerT], given: str) -> AnswerT:
    """A setting that came as an option: a mistake in it is told under the option's name."""
    try:
        return check(given)
    except Misconfigured as error:
        _, _, message = error.message.partition(": ")
        raise InvalidInput([FieldError(field, message)]) from None
