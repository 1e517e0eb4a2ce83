"""What an installation can set, and what is said when it is set wrong."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.shop import opened

from ringback.app import open_connector
from ringback.errors import Misconfigured
from ringback.settings import (
    checked_port,
    checked_public_url,
    checked_retention,
    database_place,
    read_settings,
)


def test_without_any_setting_everything_has_its_place_at_home() -> None:
    settings = read_settings({})

    assert settings.database == Path.home() / ".local" / "share" / "ringback" / "ringback.db"
    assert settings.key_file == Path.home() / ".config" / "ringback" / "key"
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8080, None)


def test_the_key_never_lies_beside_the_database() -> None:
    settings = read_settings({"XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "/config"})

    assert settings.database == Path("/data/ringback/ringback.db")
    assert settings.key_file == Path("/config/ringback/key")


def test_every_setting_is_read_from_the_environment() -> None:
    settings = read_settings(
        {
            "RINGBACK_DATABASE": "/tmp/ledger.db",  # noqa: S108 - only read as a path
            "RINGBACK_KEY_FILE": "/etc/ringback/key",
            "RINGBACK_PUBLIC_URL": "https://ringback.example.org/",
            "RINGBACK_HOST": "0.0.0.0",  # noqa: S104 - only read
            "RINGBACK_PORT": "0",
            "RINGBACK_ALLOWED_HOSTS": "a.example, ,b.example",
            "RINGBACK_SIMULATOR_HOSTS": "sim:4010",
            "RINGBACK_RETENTION": "90d",
        }
    )

    assert settings.database == Path("/tmp/ledger.db")  # noqa: S108 - only compared
    assert settings.key_file == Path("/etc/ringback/key")
    assert settings.public_url == "https://ringback.example.org"
    assert settings.port == 0
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.simulator_hosts == ("sim:4010",)
    assert settings.retention == timedelta(days=90)


def test_an_empty_setting_is_none() -> None:
    names = ("DATABASE", "KEY", "KEY_FILE", "PUBLIC_URL", "HOST", "PORT", "ALLOWED_HOSTS", "RETENTION")

    assert read_settings({f"RINGBACK_{name}": "" for name in names}) == read_settings({})


def test_secrets_are_not_shown() -> None:
    given = {"KEY": "v1:hush", "AUTH_TOKEN": "hush", "API_KEY_SECRET": "hush"}

    settings = read_settings({f"RINGBACK_{name}": value for name, value in given.items()})

    assert settings.key == "v1:hush"
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("ledger.db", Path("ledger.db")),
        ("~/ledger.db", Path.home() / "ledger.db"),
        ("sqlite:///ledger.db", Path("ledger.db")),
        ("sqlite:////var/ledger.db", Path("/var/ledger.db")),
    ],
)
def test_a_database_is_a_path_or_an_sqlite_address(given: str, path: Path) -> None:
    assert database_place(given) == path


@pytest.mark.parametrize("given", ["sqlite://host/x.db", "mysql://x"])
def test_another_database_is_refused_with_what_is_served(given: str) -> None:
    with pytest.raises(Misconfigured, match="Give a file's path, sqlite:///path or postgresql"):
        database_place(given)


@pytest.mark.parametrize("given", [":memory:", "sqlite:///:memory:"])
def test_a_ledger_that_forgets_is_refused(given: str) -> None:
    with pytest.raises(Misconfigured, match="would forget what was sent"):
        database_place(given)


@pytest.mark.parametrize(
    "given",
    [
        "ringback.example.org",
        "ftp://ringback.example.org",
        "https://",
        "https://a.example?x=1",
        "https://a.example#x",
        "https://[::1",
        "https://a.example:port",
        "https://a.example:99999",
    ],
)
def test_an_address_that_twilio_cannot_call_is_refused(given: str) -> None:
    with pytest.raises(Misconfigured, match="is not an address Twilio can call"):
        checked_public_url(given)


def test_a_host_with_an_underscore_is_refused_since_twilio_refuses_it() -> None:
    with pytest.raises(Misconfigured, match="no host with an underscore"):
        checked_public_url("https://my_host.example.org")


def test_a_public_url_may_have_a_path_and_a_port() -> None:
    assert checked_public_url("https://a.example:8443/ringback/") == "https://a.example:8443/ringback"


@pytest.mark.parametrize("given", ["-1", "65536", "http", "80.5"])
def test_what_is_no_port_is_refused(given: str) -> None:
    with pytest.raises(Misconfigured, match="RINGBACK_PORT"):
        checked_port(given)


@pytest.mark.anyio
async def test_sealed_secrets_without_their_key_are_a_clear_refusal_to_start(tmp_path: Path) -> None:
    async with opened(tmp_path):
        pass
    (tmp_path / "key").unlink()
    settings = read_settings(
        {
            "RINGBACK_DATABASE": str(tmp_path / "ringback.db"),
            "RINGBACK_KEY_FILE": str(tmp_path / "key"),
        }
    )

    with pytest.raises(Misconfigured, match="Put back the file from your backup"):
        async with open_connector(settings):
            pass
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_postgres_database_is_shown_without_its_password(scheme: str) -> None:
    place = database_place(f"{scheme}://ringback:pass-word@db.example.org:5432/ringback")

    assert f"{place}" == f"{scheme}://db.example.org:5432/ringback"
    assert "pass-word" not in repr(place)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("36h", timedelta(hours=36)),
        ("90d", timedelta(days=90)),
        ("12w", timedelta(weeks=12)),
        ("forever", None),
    ],
)
def test_texts_are_kept_for_hours_days_weeks_or_for_ever(given: str, kept: timedelta | None) -> None:
    assert checked_retention(given) == kept


@pytest.mark.parametrize("given", ["90", "0d", "-1d", "90 d", "1y", "d", "1000000w", "never"])
def test_no_other_time_to_keep_texts_is_understood(given: str) -> None:
    with pytest.raises(Misconfigured, match="like 36h, 90d or 12w, or forever"):
        checked_retention(given)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:pass-word@db:5432/ringback",
        "postgresql://db/ringback?user=ada&password=pass-word",
        "postgresql://ada:a/b?pass-word@db/ringback",
        "postgresql://ada:pass@word@db/ringback?sslmode=require&password=pass-word",
    ],
)
def test_wherever_a_password_stands_it_is_not_shown(url: str) -> None:
    shown = f"{database_place(url)}"

    assert "word" not in shown
    assert shown.startswith("postgresql://db")
