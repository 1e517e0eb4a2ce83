"""The file of the embedded database: how it is made, opened, and known again."""

import contextlib
import os
import sqlite3
import time
from pathlib import Path

from ringback.clock import Clock

BUSY_TIMEOUT, BUSY_PAUSE = 5.0, 0.02  # seconds
STATEMENTS_KEPT = 256
PRIMARY = 0xFF  # an extended code has its primary one in its lowest byte
GONE = (
    "the file was moved, removed or replaced while it was open: put that file back, "
    "or restart on the one that is there"
)


class FileGone(sqlite3.OperationalError):
    """Another file, or none, is where the database was opened."""


class SqliteFile:
    """The file that was opened; SQLite itself goes on writing to one that has been removed."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._opened = self._now()

    def check(self) -> None:
        """Raises `FileGone` if another file, or none, is where it was."""
        if self._now() != self._opened:
            raise FileGone(GONE)

    def _now(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def connect(path: str, clock: Clock) -> sqlite3.Connection:
    """A connection that knows the database's clock and commits to disk. Raises `sqlite3.Error`."""
    connection = sqlite3.connect(
        path,
        timeout=0,
        isolation_level=None,
        cached_statements=STATEMENTS_KEPT,
        check_same_thread=False,  # each is used by one thread at a time, and closed by another
    )
    try:
        connection.create_function("db_now", 0, clock)
        # A commit returns only when its bytes are on disk: a send's intent must survive a power cut.
        _log_ahead(connection)
        connection.execute("pragma synchronous = full")
    except BaseException:
        connection.close()
        raise
    return connection


def _log_ahead(connection: sqlite3.Connection) -> None:
    """WAL is kept in the file, so only whoever opens it first changes anything.

    SQLite tells some who come at that moment that it is busy without waiting, so here the waiting is ours.
    """
    for left in range(round(BUSY_TIMEOUT / BUSY_PAUSE), -1, -1):
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if not left or error.sqlite_errorcode & PRIMARY != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(BUSY_PAUSE)
        else:
            break
    connection.execute(f"pragma busy_timeout = {BUSY_TIMEOUT * 1000:.0f}")


def make_private(path: Path) -> None:
    """Numbers and texts are nobody else's to read; the WAL inherits the file's mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    if os.access(path, os.W_OK):
        _let_write(path, Path(f"{path}-wal"), Path(f"{path}-shm"))


def _let_write(ledger: Path, *beside: Path) -> None:
    """SQLite makes these with the mode that the file has just then.

    Made while it could only be read, they would keep everybody from writing to it for good.
    """
    for file in beside:
        if file.exists() and not os.access(file, os.W_OK):
            with contextlib.suppress(OSError):  # somebody else's
                file.chmod(ledger.stat().st_mode)
