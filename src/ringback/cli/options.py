"""The options that every command shares, and how secrets are asked for."""

import getpass
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any

from cyclopts import Parameter

from ringback.cli.show import Show
from ringback.connector import Connector
from ringback.errors import Misconfigured
from ringback.settings import Settings, database_path, read_settings

WHO = "cli"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What the composition root hands the command line."""

    open_connector: Callable[..., AbstractAsyncContextManager[Connector]]
    serve: Callable[[Settings], Awaitable[int]]
    demo: Callable[..., Awaitable[int]]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Everywhere:
    """Options of every command."""

    json: Annotated[bool, Parameter(negative="", help="Print JSON, for scripts.")] = False
    database: Annotated[str | None, Parameter(help="The SQLite file; else RINGBACK_DATABASE.")] = None

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
        return replace(settings, database=database_path(self.database))


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with."""

    doors: Doors

    @asynccontextmanager
    async def open(self, everywhere: Everywhere, *, dispatch: bool = False) -> AsyncIterator[Connector]:
        """Ringback on the database in question."""
        async with self.doors.open_connector(everywhere.settings, dispatch=dispatch) as connector:
            yield connector


def secret(name: str, variable: str | None, given: str | None) -> str:
    """A secret from the environment, from a prompt, or as the first line of standard input.

    Raises:
        Misconfigured: There is none.
    """
    if given:
        return given
    typed = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not typed.strip():
        where = f", in the environment as {variable}" if variable else ""
        raise Misconfigured(f"{name} is missing. Give it at the prompt, as a line of standard input{where}.")
    return typed.strip()


def without_nothing(**given: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in given.items() if value is not None}
