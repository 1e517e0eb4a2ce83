from dataclasses import replace
from pathlib import Path

import pytest

from ringback.errors import Misconfigured
from ringback.http.hosts import is_loopback_name
from ringback.serving import ANY_ADDRESS, introduction, listening
from ringback.settings import Settings

SETTINGS = Settings(database=Path("/data/ringback.db"), key_file=Path("/config/key"))
URL = "http://127.0.0.1:8080"


def test_it_says_where_it_is_and_what_it_works_on() -> None:
    lines = list(introduction(SETTINGS, URL))

    assert lines[0] == "Ringback listens on http://127.0.0.1:8080"
    assert any(line.endswith("http://127.0.0.1:8080/docs") for line in lines)
    assert any(line.endswith("/data/ringback.db") for line in lines)


@pytest.mark.parametrize(
    ("public_url", "text"),
    [(None, "with --public-url Twilio calls back"), ("https://me.example.org", "Twilio calls back at https")],
)
def test_it_says_how_statuses_come(public_url: str | None, text: str) -> None:
    lines = introduction(replace(SETTINGS, public_url=public_url), URL)

    assert any(text in line for line in lines)


def warns(host: str) -> bool:
    return any("plain HTTP" in line for line in introduction(replace(SETTINGS, host=host), URL))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_on_this_machine_alone_there_is_nothing_to_warn_of(host: str) -> None:
    assert is_loopback_name(host)
    assert not warns(host)


@pytest.mark.parametrize("host", [*ANY_ADDRESS, "192.0.2.1", "ringback.example.org"])
def test_beyond_this_machine_it_warns_that_plain_http_can_be_read(host: str) -> None:
    assert not is_loopback_name(host)
    assert warns(host)


def test_a_host_that_is_not_here_is_told_with_the_remedy() -> None:
    with pytest.raises(Misconfigured, match="Give another --host"), listening("192.0.2.1", 0):
        pass
