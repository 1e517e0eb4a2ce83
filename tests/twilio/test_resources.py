"""Paths and hosts: what is put into them can never lead elsewhere."""

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import InvalidInput
from ringback.twilio import form, resources
from ringback.twilio.hosts import Hosts
from ringback.twilio.resources import Product

VA, VE, SM = "VA" + "a" * 32, "VE" + "b" * 32, "SM" + "c" * 32


def test_paths_are_twilios() -> None:
    assert resources.message(SM).path == f"/2010-04-01/Accounts/{{AccountSid}}/Messages/{SM}.json"
    assert resources.verification(VA, VE).path == f"/v2/Services/{VA}/Verifications/{VE}"
    assert resources.verification_checks(VA).path == f"/v2/Services/{VA}/VerificationCheck"
    assert resources.verify_service(VA).path == f"/v2/Services/{VA}"


def test_a_recipient_in_a_path_is_percent_encoded() -> None:
    assert resources.verification(VA, "+15005550006").path.endswith("/Verifications/%2B15005550006")
    assert resources.verification(VA, "a+b{c}@example.org").path.endswith("/a%2Bb%7Bc%7D%40example.org")


@pytest.mark.parametrize(
    "sid", ["", "SM", "../SM", SM + "/..", f"../{SM}", SM + "\n", f"{SM}.json", VA, SM.lower()]
)
def test_a_message_is_named_by_a_sid_alone(sid: str) -> None:
    with pytest.raises(InvalidInput, match="SM or MM"):
        resources.message(sid)


@given(st.text() | st.from_regex(r"[^/]{0,4}/[^/]{0,4}@?[a-z]{0,3}"))
def test_no_input_ever_changes_the_path(text: str) -> None:
    path = f"/v2/Services/{VA}/Verifications/none"
    with contextlib.suppress(InvalidInput):
        path = resources.verification(VA, text).path

    assert path.count("/") == 5
    assert not {"", ".", ".."} & set(path[1:].split("/"))


@pytest.mark.parametrize("service", ["", "VA", "../Services", VA + "/", VE])
def test_a_service_is_named_by_a_sid_alone(service: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        resources.verifications(service)

    assert refused.value.errors[0].field == "service_sid"


@pytest.mark.parametrize(
    ("hosts", "origin"),
    [
        (Hosts(), "https://verify.twilio.com"),
        (Hosts(region="us1"), "https://verify.us1.twilio.com"),
        (Hosts(edge="ashburn"), "https://verify.ashburn.us1.twilio.com"),
        (Hosts(region="ie1"), "https://verify.dublin.ie1.twilio.com"),
        (Hosts(region="au1"), "https://verify.sydney.au1.twilio.com"),
        (Hosts(region="jp1"), "https://verify.jp1.twilio.com"),
        (Hosts(region="ie1", edge="frankfurt"), "https://verify.frankfurt.ie1.twilio.com"),
        (Hosts(base_url="http://127.0.0.1:4010"), "http://127.0.0.1:4010"),
        (Hosts(base_url="http://[::1]:4010/"), "http://[::1]:4010"),
    ],
)
def test_the_host_follows_from_region_and_edge(hosts: Hosts, origin: str) -> None:
    assert hosts.origin(Product.VERIFY) == origin


@pytest.mark.parametrize("label", ["", "US1", "us1.evil.org/", "a b", "-a", "a/", "a#", "ä"])
def test_a_region_is_a_label_and_nothing_else(label: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Hosts(region=label, edge=label)

    assert [error.field for error in refused.value.errors] == ["region", "edge"]


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "127.0.0.1:4010",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1:4010/path",
        "http://127.0.0.1:4010?x",
        "http://user@127.0.0.1",
        "http://127.0.0.1:99999",
        "http://[::1",
        "https://api.twilio.com",
        "https://API.TWILIO.COM.",
        "http://127.0.0.1\\@evil.org",
    ],
)
def test_a_base_url_is_a_bare_address_outside_twilio(base_url: str) -> None:
    with pytest.raises(InvalidInput, match="base_url"):
        Hosts(base_url=base_url)


def test_a_base_url_excludes_region_and_edge() -> None:
    with pytest.raises(InvalidInput, match="Leave out region and edge"):
        Hosts(base_url="http://127.0.0.1:4010", edge="dublin")


def test_values_are_written_the_way_twilio_reads_them() -> None:
    fields = {
        "None": None,
        "Text": "a b&c=é",
        "Empty": "",
        "Yes": True,
        "No": False,
        "Number": 14400,
        "Price": Decimal("0.10"),
        "MediaUrl": ["https://a.example/1", "https://a.example/2"],
        "Nothing": [],
        "Tags": {"a": "ä", "b": [1]},
        "SendAt": datetime(2026, 11, 23, 15, 18, 21, 900_000, timezone(timedelta(hours=1))),
        "DateSent>": date(2026, 11, 23),
    }

    assert list(form.pairs(fields)) == [
        ("Text", "a b&c=é"),
        ("Empty", ""),
        ("Yes", "true"),
        ("No", "false"),
        ("Number", "14400"),
        ("Price", "0.10"),
        ("MediaUrl", "https://a.example/1"),
        ("MediaUrl", "https://a.example/2"),
        ("Tags", '{"a":"ä","b":[1]}'),
        ("SendAt", "2026-11-23T14:18:21Z"),
        ("DateSent>", "2026-11-23"),
    ]


def test_an_instant_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        form.text(datetime(2026, 11, 23))  # noqa: DTZ001 - the mistake itself


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_what_is_encoded_is_read_back(fields: list[tuple[str, str]]) -> None:
    assert parse_qsl(form.encode(fields), keep_blank_values=True, strict_parsing=bool(fields)) == fields


def test_an_instant_is_in_utc() -> None:
    assert form.instant(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05Z"
