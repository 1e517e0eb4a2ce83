"""The options that commands share, and how secrets are asked for."""

import getpass
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any

from cyclopts import Group, Parameter

from ringback.cli.show import Show
from ringback.clock import Clock
from ringback.connector import Connector
from ringback.errors import FieldError, InvalidInput
from ringback.settings import Settings, database_place, read_settings

WHO = "cli"
INPUTS = Group("Inputs", sort_key=0)
OPTIONS = Group("Options", sort_key=1)
SHARED = Group("Everywhere", sort_key=2)

TEXT = "TEXT"
Json = Annotated[bool, Parameter(group=SHARED, help="Print JSON, for scripts.")]
Database = Annotated[
    str | None,
    Parameter(
        group=SHARED, metavar="PLACE", help="The ledger: a file, or postgresql://… (RINGBACK_DATABASE)."
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What the composition root hands the command line."""

    open_connector: Callable[..., AbstractAsyncContextManager[Connector]]
    serve: Callable[..., int]
    work: Callable[..., int]
    migrate: Callable[[Settings], Awaitable[list[int]]]
    demo: Callable[..., Awaitable[int]]
    clock: Clock


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Everywhere:
    """Options of every command that opens the ledger."""

    json: Json = False
    database: Database = None

    @property
    def show(self) -> Show:
        """Where answers go."""
        return Show(as_json=self.json)

    @property
    def settings(self) -> Settings:
        """What is set, with the options on top."""
        settings = read_settings()
        if self.database is None:
            return settings
        return replace(settings, database=database_place(self.database))


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with."""

    doors: Doors

    @asynccontextmanager
    async def open(self, everywhere: Everywhere, *, dispatch: bool = False) -> AsyncIterator[Connector]:
        """Ringback on the database in question."""
        async with self.doors.open_connector(everywhere.settings, dispatch=dispatch) as connector:
            yield connector


def secret(field: str, variable: str | None = None, given: str | None = None) -> str:
    """A secret from the environment, from a prompt, or as the next line of standard input.

    Raises:
        InvalidInput: There is none.
    """
    if given:
        return given
    typed = _typed(f"{field.replace('_', ' ').capitalize()}: ")
    if not typed:
        where = f", or in the environment as {variable}" if variable else ""
        remedy = f"Is missing. Give it at the prompt or as a line of standard input{where}."
        raise InvalidInput([FieldError(field, remedy)])
    return typed


def _typed(prompt: str) -> str:
    # A program without standard input has None there, as under some schedulers.
    stdin: Any = sys.stdin
    if stdin is None:
        return ""
    try:
        with _interruptible():
            typed = getpass.getpass(prompt) if stdin.isatty() else stdin.readline()
    except (EOFError, OSError, UnicodeDecodeError):
        return ""
    return str(typed).strip()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends a prompt at once: asyncio's own handler waits for the loop, and the loop for the prompt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def without_nothing(**given: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in given.items() if value is not None}
