"""The key file: made once, checked before use, and given a new key without ever losing an old one."""

import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ringback.errors import Misconfigured
from ringback.log import logger
from ringback.secrets import Keyring

_PRIVATE_FILE, _PRIVATE_DIRECTORY, _OTHERS = 0o600, 0o700, 0o077

log = logger()


class Following:
    """Looks at the key file again whenever it has changed, and not before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._look()

    def __call__(self) -> Mapping[int, bytes]:
        """The keys in it, nothing if it is as it was; one that cannot be read is told once."""
        look = self._look()
        if look == self._seen:
            return {}
        self._seen = look
        try:
            return _read(self._path).keys
        except (OSError, UnicodeDecodeError, Misconfigured) as error:
            log.error("key_file_unreadable", error=str(error))  # noqa: TRY400 - said in words
            return {}

    def _look(self) -> tuple[int, ...] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode


def read_or_create(path: Path, *, may_create: bool) -> Keyring:
    """The keyring in a file; a new one if there is no file and `may_create` says that nothing is sealed yet.

    It follows the file: a key that is added there later is taken up.

    Raises:
        Misconfigured: the file is absent, unreadable, open to others, or holds no keyring.
    """
    try:
        if may_create and not path.exists():
            _create(path)
        following = Following(path)  # before it is read, so that no change falls between
        return Keyring(_read(path).keys, following)
    except FileNotFoundError:
        raise Misconfigured(
            f"The key file {path} is missing, and the database holds secrets sealed under it. "
            "Put back the file from your backup; without it they cannot be opened."
        ) from None
    except (OSError, UnicodeDecodeError) as failure:
        reason = getattr(failure, "strerror", None) or "it holds no text"
        raise Misconfigured(
            f"The key file {path} cannot be used: {reason}. Check the path and its owner."
        ) from None


def add_key(path: Path) -> int:
    """Add a new key on top of those in the file; its version. Every process seals under it from then on.

    Raises:
        Misconfigured: the file cannot be read or written; it is as it was then.
    """
    path = path.resolve()  # a link stays a link
    try:
        with _alone(path.parent):
            keyring = _read(path).rotated()
            _replace(path, path.read_text(encoding="utf-8"), keyring.text().splitlines()[-1])
    except OSError as failure:
        raise Misconfigured(
            f"The key file {path} could not be given a new key ({failure.strerror}); it is as it was. Add "
            "the key where the file may be written, and bring it here the way it came."
        ) from None
    return keyring.newest


def _replace(path: Path, standing: str, line: str) -> None:
    """Write what stands and a line below it to a file beside, then put that in its place at once."""
    beside, former = _beside(path), path.stat()
    try:
        _write_durably(beside, f"{standing.rstrip()}\n{line}\n")
        if (former.st_uid, former.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(beside, former.st_uid, former.st_gid)  # root adds a key, another user serves
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    _flush_directory(path.parent)


def _read(path: Path) -> Keyring:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & _OTHERS:
        raise Misconfigured(f"The key file {path} is open to others (mode {mode:04o}). Run: chmod 600 {path}")
    return Keyring.parse(path.read_text(encoding="utf-8"))


def _create(path: Path) -> None:
    """Write a whole file beside it and link it into place: of many processes one wins, none reads half."""
    _make_private(path.parent)
    beside = _beside(path)
    try:
        _write_durably(beside, Keyring.generate().text())
        os.link(beside, path)
    except FileExistsError:
        return
    finally:
        beside.unlink(missing_ok=True)
    _flush_directory(path.parent)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}")


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Of two who add a key at once, the second adds to what the first has written."""
    import fcntl  # noqa: PLC0415 - not made for Windows

    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_private(directory: Path) -> None:
    """`mkdir(parents=True)` would give the mode to the last directory only."""
    for parent in (*reversed(directory.parents), directory):
        if not parent.exists():
            parent.mkdir(_PRIVATE_DIRECTORY, exist_ok=True)


def _write_durably(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
