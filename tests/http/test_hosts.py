from dataclasses import replace

import pytest
from tests.http.outside import Api, served

from ringback.http.hosts import host_name
from ringback.settings import Settings

pytestmark = pytest.mark.anyio


async def status_under(api: Api, host: str, path: str = "/healthz") -> int:
    return (await api.get(path, headers={"Host": host})).status


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8080", "localhost."]
)
async def test_loopback_is_answered_by_any_of_its_names(api: Api, host: str) -> None:
    assert await status_under(api, host) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "[", "a@localhost@b", "::"],
)
async def test_a_name_that_is_not_ours_is_refused_with_the_remedy(api: Api, host: str) -> None:
    for path in ("/healthz", "/v1/jobs", "/docs", "/hooks/acc_1/status/job_1/1"):
        answer = await api.get(path, headers={"Host": host})

        assert answer.status == 421
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "RINGBACK_ALLOWED_HOSTS" in answer.body["detail"]


async def test_the_public_name_and_listed_names_are_ours(settings: Settings) -> None:
    ours = replace(
        settings, public_url="https://Hooks.example.org:8443/ringback", allowed_hosts=("desk.lan", "fd00::7")
    )
    async with served(ours) as api:
        for host in ("hooks.example.org", "hooks.example.org:8443", "desk.lan:8080", "[fd00::7]:8080"):
            assert await status_under(api, host) == 200
        assert await status_under(api, "example.org") == 421


async def test_the_address_that_was_connected_to_is_ours_wherever_it_listens(settings: Settings) -> None:
    async with served(replace(settings, host="0.0.0.0"), host="127.0.0.2") as api:  # noqa: S104 - as many set it
        assert await status_under(api, "127.0.0.2:8080") == 200
        assert await status_under(api, "127.0.0.3:8080") == 421


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Example.org:80", "example.org"),
        ("[2001:DB8::1]:80", "2001:db8::1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("example.org.", "example.org"),
        ("[nonsense", ""),
    ],
)
def test_a_host_is_read_without_port_brackets_and_case(written: str, name: str) -> None:
    assert host_name(written) == name
