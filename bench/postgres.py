"""A real PostgreSQL server for a bench, and what it has done so far."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load import TICKS
from tests.postgres import PostgresServer, running_postgres

from ringback.settings import PostgresUrl


@dataclass(frozen=True)
class Watched:
    """A running server and the process that all others of it come from."""

    server: PostgresServer
    pid: int

    def database(self) -> AbstractAsyncContextManager[PostgresUrl]:
        """A migrated database of one's own."""
        return self.server.database()

    def processor_time(self) -> float:
        """Seconds that the server has had so far, those of its children that ended included."""
        return sum(_times(pid) for pid in [self.pid, *_children(self.pid)])


async def transactions(connection: Any) -> int:
    """How many transactions that wrote something the server has begun; one asks for it without being one."""
    found: int = await connection.fetchval(
        "select cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint)"
    )
    return found


async def bytes_of(connection: Any) -> dict[str, int]:
    """How much each table takes, with its indexes."""
    rows = await connection.fetch(
        "select relname, pg_total_relation_size(oid) as size from pg_class "
        "where relkind = 'r' and relnamespace = current_schema()::regnamespace order by size desc"
    )
    return {row["relname"]: row["size"] for row in rows}


@contextmanager
def running() -> Iterator[Watched]:
    """The server until the block ends. Raises `ModuleNotFoundError` where its wheel is missing."""
    with running_postgres() as server:
        folder = server.url_of("postgres").url.partition("host=")[2]
        yield Watched(server, int((Path(folder) / "postmaster.pid").read_text().splitlines()[0]))


def _times(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has just ended; its parent has its time now
        return 0.0
    return sum(int(field) for field in fields[11:15]) / TICKS


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in tasks.read_text().split()] if tasks.exists() else []
