"""What an installation can set; the only reader of the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from ringback.errors import Misconfigured

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8080
DEFAULT_SIMULATOR_PORT = 4010
LARGEST_PORT = 65_535
MOST_WAITING = 1_000_000
"""Jobs that may wait: about 1.5 GB of an embedded ledger, and three hours of the fastest sender (100/s)."""
IN_MEMORY = (":memory:", "sqlite:///:memory:")
FOREVER = "forever"
RETENTION = re.compile(r"([1-9][0-9]{0,4})([hdw])")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
SWITCH = {
    "1": True,
    "true": True,
    "on": True,
    "yes": True,
    "0": False,
    "false": False,
    "off": False,
    "no": False,
}
POSTGRES_SCHEMES = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class PostgresUrl:
    """Where a PostgreSQL database is; shown without its password."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        """The URL without user and password."""
        scheme, _, rest = self.url.partition("://")
        place, _, query = rest.rpartition("@")[2].partition("?")
        # A password may stand among the parameters, too; only the host does there what it does in its place.
        host = next((pair for pair in query.split("&") if pair.startswith("host=")), "")
        return f"{scheme}://{place.partition('#')[0]}{'?' if host else ''}{host}"


DatabasePlace = Path | PostgresUrl
"""A SQLite file, or a PostgreSQL database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything with its default; what is secret is never shown."""

    database: DatabasePlace
    key_file: Path
    key: str | None = field(default=None, repr=False)
    auth_token: str | None = field(default=None, repr=False)
    api_key_secret: str | None = field(default=None, repr=False)
    public_url: str | None = None
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    allowed_hosts: tuple[str, ...] = ()
    simulator_hosts: tuple[str, ...] = ()
    restored: bool = False
    retention: timedelta | None = None
    most_waiting: int = MOST_WAITING
    otel: bool = False
    metrics_port: int | None = None


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read `RINGBACK_…`. Raises `Misconfigured` naming the variable and the remedy."""
    given = os.environ if environment is None else environment
    return Settings(
        database=database_place(given.get("RINGBACK_DATABASE") or str(_data_folder(given) / "ringback.db")),
        key=given.get("RINGBACK_KEY") or None,
        auth_token=given.get("RINGBACK_AUTH_TOKEN") or None,
        api_key_secret=given.get("RINGBACK_API_KEY_SECRET") or None,
        key_file=Path(given.get("RINGBACK_KEY_FILE") or _config_folder(given) / "key"),
        public_url=checked_public_url(given.get("RINGBACK_PUBLIC_URL") or None),
        host=given.get("RINGBACK_HOST") or DEFAULT_HOST,
        port=checked_port(given.get("RINGBACK_PORT") or str(DEFAULT_PORT)),
        allowed_hosts=_list(given.get("RINGBACK_ALLOWED_HOSTS")),
        simulator_hosts=_list(given.get("RINGBACK_SIMULATOR_HOSTS")),
        retention=checked_retention(given.get("RINGBACK_RETENTION") or FOREVER),
        most_waiting=checked_most_waiting(given.get("RINGBACK_MOST_WAITING") or str(MOST_WAITING)),
        metrics_port=_metrics_port(given.get("RINGBACK_METRICS_PORT")),
        otel=checked_switch("RINGBACK_OTEL", given.get("RINGBACK_OTEL") or "0"),
    )


def database_place(given: str) -> DatabasePlace:
    """What `--database` or `RINGBACK_DATABASE` names: a file's path, `sqlite:///path` or `postgresql://…`."""
    if given.startswith(IN_MEMORY):
        raise Misconfigured(
            f"RINGBACK_DATABASE: {given!r} would forget what was sent. Give a file's path or sqlite:///path."
        )
    if "://" not in given:
        return Path(given).expanduser()
    scheme, _, rest = given.partition("://")
    if scheme in POSTGRES_SCHEMES:
        return PostgresUrl(given)
    if scheme != "sqlite" or not rest.startswith("/"):
        raise Misconfigured(
            f"RINGBACK_DATABASE: {scheme}:// is not served. Give a file's path, sqlite:///path or postgresql://…"
        )
    return Path(rest[1:] if rest.startswith("//") else rest.removeprefix("/")).expanduser()


def embedded_place(settings: Settings) -> Path:
    """The SQLite file that is used where no PostgreSQL database is."""
    if isinstance(settings.database, Path):
        return settings.database
    return _data_folder(os.environ) / "ringback.db"


def checked_public_url(given: str | None) -> str | None:
    """The address under which Twilio reaches this server, without a slash at its end."""
    if given is None:
        return None
    host = _host_of(given)
    if host is None:
        raise Misconfigured(
            f"RINGBACK_PUBLIC_URL: {given!r} is not an address Twilio can call. Write it like https://ringback.example.org"
        )
    if "_" in host:
        # Twilio refuses a StatusCallback whose host has an underscore (error 21609).
        raise Misconfigured(f"RINGBACK_PUBLIC_URL: Twilio calls no host with an underscore ({host}).")
    return given.rstrip("/")


def _host_of(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no port
        return None
    return parts.hostname if usable and not (parts.query or parts.fragment) else None


def checked_port(given: str, name: str = "RINGBACK_PORT") -> int:
    """A port number; 0 lets the machine choose."""
    if not given.isdecimal() or int(given) > LARGEST_PORT:
        raise Misconfigured(f"{name}: {given!r} is not a port. Give a number from 0 to {LARGEST_PORT}.")
    return int(given)


def _metrics_port(given: str | None) -> int | None:
    return checked_port(given, "RINGBACK_METRICS_PORT") if given else None


def checked_retention(given: str) -> timedelta | None:
    """For how long texts and numbers of finished jobs are kept, like `90d`; None for ever."""
    if given == FOREVER:
        return None
    if (found := RETENTION.fullmatch(given)) is None:
        raise Misconfigured(
            f"RINGBACK_RETENTION: {given!r} is no time to keep texts and numbers for. Give hours, days or "
            f"weeks, like 36h, 90d or 12w, or {FOREVER}."
        )
    return int(found[1]) * UNITS[found[2]]


def checked_most_waiting(given: str) -> int:
    """How many jobs may wait before no more are accepted."""
    if not (given.isascii() and given.isdecimal() and int(given)):
        raise Misconfigured(f"RINGBACK_MOST_WAITING: {given!r} is no number of jobs. Give 1 or more.")
    return int(given)


def checked_switch(name: str, given: str) -> bool:
    """Whether something is on."""
    if given.lower() not in SWITCH:
        raise Misconfigured(f"{name}: {given!r} is neither on nor off. Give 1 or 0.")
    return SWITCH[given.lower()]


def _list(given: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (given or "").split(",") if part.strip())


def _data_folder(given: Mapping[str, str]) -> Path:
    base = given.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "ringback"


def _config_folder(given: Mapping[str, str]) -> Path:
    base = given.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "ringback"
