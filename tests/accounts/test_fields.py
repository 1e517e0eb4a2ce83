import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.accounts.console import VALUES
from ringback.accounts.fields import AccountChange, NewAccount, Rotation
from ringback.accounts.place import Allowed
from ringback.errors import InvalidInput
from ringback.inputs import validated

SID, TOKEN, KEY, KEY_SECRET = "AC" + "1a" * 16, "0f" * 16, "SK" + "2b" * 16, "Zx9" * 10 + "Zx"
LIVE = {"name": "shop", "account_sid": SID, "auth_token": TOKEN}
SIMULATED = LIVE | {"environment": "simulator", "base_url": "http://127.0.0.1:4010"}
LISTED = Allowed(simulator_hosts=("sim.internal", "Other.internal:4010"))


def refusals(body: Mapping[str, object], allowed: Allowed | None = None) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        validated(NewAccount, body, allowed)
    return {error.field: error.message for error in caught.value.errors}


def test_an_account_needs_a_name_a_sid_and_a_token() -> None:
    wanted = validated(NewAccount, LIVE)

    assert (wanted.name, wanted.account_sid, wanted.auth_token.get_secret_value()) == ("shop", SID, TOKEN)
    assert (wanted.environment, wanted.verification_lifetime) == ("production", 600)


@pytest.mark.parametrize("name", ["s", "Shop", "shop_2", "S" * 64])
def test_a_name_begins_with_a_letter(name: str) -> None:
    assert validated(NewAccount, LIVE | {"name": name}).name == name


@pytest.mark.parametrize("name", ["2shop", "_shop", "my shop", "shop-2", "café", "s" * 65, "shop\n"])
def test_any_other_name_is_refused_with_the_rule(name: str) -> None:
    assert refusals(LIVE | {"name": name}).keys() == {"name"}
    assert "Begin with a letter" in refusals(LIVE | {"name": name})["name"]


@pytest.mark.parametrize(
    ("given_sid", "told"),
    [
        (TOKEN, "looks like an Auth Token, which belongs in auth_token"),
        (KEY, "SID of an API key, which belongs in api_key_sid"),
        ("VA" + "1" * 32, "belongs in default_verify_service"),
        ("PN" + "1" * 32, "SID of something else (PN…)"),
        (SID[:-1], "31 characters stand after AC, where 32 belong"),
        ("AC12…cdef", "masked"),
        (" \n", "It is empty."),
        ("AC" + "x" * 32, "AC and 32 hexadecimal digits"),
        ("ada@example.org", "Copy it from the Console's home page"),
    ],
)
def test_what_is_no_account_sid_is_told_apart(given_sid: str, told: str) -> None:
    assert told in refusals(LIVE | {"account_sid": given_sid})["account_sid"]


@pytest.mark.parametrize(
    ("given_token", "told"),
    [
        (SID, "This is an Account SID, which belongs in account_sid"),
        (KEY, "which belongs in api_key_sid"),
        (KEY_SECRET, "may be the secret of an API key, which belongs in api_key_secret"),
        (TOKEN[:-2], "30 characters stand here, where 32 belong"),
        ("•" * 32, "masked"),
    ],
)
def test_what_is_no_auth_token_is_told_apart(given_token: str, told: str) -> None:
    told_by = refusals(LIVE | {"auth_token": given_token})["auth_token"]

    assert told in told_by
    assert given_token not in told_by


@pytest.mark.parametrize("around", [" {} ", "{}\n", "\t{}", "\ufeff{}\u200b", "\u00a0{}"])
def test_white_space_and_invisible_marks_of_pasting_are_dropped(around: str) -> None:
    wanted = validated(
        NewAccount, LIVE | {"account_sid": around.format(SID), "auth_token": around.format(TOKEN)}
    )

    assert (wanted.account_sid, wanted.auth_token.get_secret_value()) == (SID, TOKEN)


def test_an_api_key_is_a_pair() -> None:
    pair = validated(NewAccount, LIVE | {"api_key_sid": KEY, "api_key_secret": KEY_SECRET})

    assert pair.api_key_sid == KEY
    assert "secret" in refusals(LIVE | {"api_key_sid": KEY})["api_key_secret"]
    assert "api_key_sid" in refusals(LIVE | {"api_key_secret": KEY_SECRET})["api_key_secret"]
    assert "Account SID" in refusals(LIVE | {"api_key_sid": KEY, "api_key_secret": SID})["api_key_secret"]


def test_every_bad_field_is_named_at_once() -> None:
    body = {"name": "2", "account_sid": "x", "auth_token": "y", "environment": "prod", "nmae": "shop"}

    told = refusals(body)

    assert told.keys() == {"name", "account_sid", "auth_token", "environment", "nmae"}
    assert told["nmae"] == "Is not an input here. Did you mean name?"


def test_a_missing_field_tells_where_it_is_found() -> None:
    assert "Console home page" in refusals({"name": "shop"})["auth_token"]


def test_a_simulator_is_reached_at_its_own_address() -> None:
    assert validated(NewAccount, SIMULATED).base_url == "http://127.0.0.1:4010"
    assert "Is required for a simulator" in refusals(LIVE | {"environment": "simulator"})["base_url"]


@pytest.mark.parametrize("field", ["region", "edge"])
def test_a_simulator_has_neither_region_nor_edge(field: str) -> None:
    assert "Leave it out" in refusals(SIMULATED | {field: "ie1"})[field]


@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.twilio.com",
        "https://twilio.com",
        "https://TWILIO.com.",
        "https://api.dublin.ie1.twilio.com:443",
        "http://verify.twilio.com/",
    ],
)
def test_an_account_labelled_simulator_refuses_every_host_of_twilio(base_url: str) -> None:
    assert "never goes to twilio.com" in refusals(SIMULATED | {"base_url": base_url})["base_url"]


@pytest.mark.parametrize("environment", ["production", "staging", "development"])
def test_another_base_url_than_twilios_needs_the_label_simulator(environment: str) -> None:
    told = refusals(SIMULATED | {"environment": environment})

    assert "Only an account labelled simulator" in told["base_url"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "[::1]"])
def test_a_simulator_may_be_on_this_machine(host: str) -> None:
    url = f"http://{host}:4010"

    assert validated(NewAccount, SIMULATED | {"base_url": f"{url}/"}).base_url == url


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.5",
        "0.0.0.0",  # noqa: S104 - refused, never bound
        "example.org",
        "127.0.0.1.example.org",
        "localhost.example.org",
        "127.1",
        "[fe80::1]",
    ],
)
def test_a_simulator_beyond_this_machine_is_refused(host: str) -> None:
    told = refusals(SIMULATED | {"base_url": f"http://{host}:4010"})

    assert "must be on this machine" in told["base_url"]
    assert "RINGBACK_SIMULATOR_HOSTS" in told["base_url"]


def test_the_operator_may_list_hosts_of_simulators() -> None:
    for url in ("http://sim.internal:9", "http://sim.internal", "http://other.internal:4010"):
        assert validated(NewAccount, SIMULATED | {"base_url": url}, LISTED).base_url == url
    assert "this machine" in refusals(SIMULATED | {"base_url": "http://other.internal:9"}, LISTED)["base_url"]


@pytest.mark.parametrize(
    "base_url",
    ["127.0.0.1:4010", "http://127.0.0.1:4010/2010-04-01", "http://me:pw@127.0.0.1", "ftp://localhost"],
)
def test_a_base_url_is_scheme_host_and_port_alone(base_url: str) -> None:
    assert "scheme, host and port alone" in refusals(SIMULATED | {"base_url": base_url})["base_url"]


def test_a_region_is_written_like_twilios() -> None:
    assert validated(NewAccount, LIVE | {"region": "ie1", "edge": "dublin"}).region == "ie1"
    assert "like ie1" in refusals(LIVE | {"region": "Ireland.eu"})["region"]


def test_a_default_sender_is_read_in_the_default_country() -> None:
    wanted = validated(NewAccount, LIVE | {"default_sender": "98200 12345", "default_country": "in"})

    assert (wanted.default_sender, wanted.default_country) == ("+919820012345", "IN")


@pytest.mark.parametrize(
    ("sender", "read_as"),
    [
        ("+1 415 555 0101", "+14155550101"),
        ("MG" + "1" * 32, "MG" + "1" * 32),
        ("Ada-Shop", "Ada-Shop"),
        ("whatsapp:+1 415 555 0101", "whatsapp:+14155550101"),
    ],
)
def test_a_default_sender_is_any_sender(sender: str, read_as: str) -> None:
    assert validated(NewAccount, LIVE | {"default_sender": sender}).default_sender == read_as


def test_a_default_verify_service_is_a_sid_or_the_word_create() -> None:
    for service in ("VA" + "a" * 32, "create"):
        assert (
            validated(NewAccount, LIVE | {"default_verify_service": service}).default_verify_service
            == service
        )
    assert "VA and 32" in refusals(LIVE | {"default_verify_service": "shop"})["default_verify_service"]


@pytest.mark.parametrize("seconds", [119, 86_401])
def test_twilio_keeps_a_verification_from_two_minutes_to_a_day(seconds: int) -> None:
    assert refusals(LIVE | {"verification_lifetime": seconds}).keys() == {"verification_lifetime"}


@pytest.mark.parametrize("model", [NewAccount, AccountChange, Rotation])
def test_each_field_says_where_its_value_is_found(model: type[NewAccount]) -> None:
    for name, field in model.model_fields.items():
        assert field.description == VALUES[name].where
        assert field.examples
    for name in ("account_sid", "auth_token", "api_key_sid", "default_sender", "default_verify_service"):
        assert "Console" in VALUES[name].where


def test_every_example_is_accepted() -> None:
    examples = {name: VALUES[name].example for name in NewAccount.model_fields}
    simulator_only, twilio_only = {"base_url"}, {"region", "edge"}

    live = validated(NewAccount, {k: v for k, v in examples.items() if k not in simulator_only})
    simulated = {k: v for k, v in examples.items() if k not in twilio_only} | {"environment": "simulator"}

    assert live.region == "ie1"
    assert validated(NewAccount, simulated).base_url == examples["base_url"]
    rotation = validated(Rotation, {name: VALUES[name].example for name in Rotation.model_fields})
    assert rotation.previous_token_lifetime == 86_400


def test_the_published_schema_marks_the_secrets() -> None:
    properties = NewAccount.model_json_schema()["properties"]

    assert properties["auth_token"]["format"] == "password"
    assert re.search("password", str(properties["api_key_secret"]))


def test_no_secret_shows_in_a_model() -> None:
    wanted = validated(NewAccount, LIVE | {"api_key_sid": KEY, "api_key_secret": KEY_SECRET})

    for text in (repr(wanted), str(wanted), wanted.model_dump_json()):
        assert TOKEN not in text
        assert KEY_SECRET not in text


@given(st.text(min_size=8), st.sampled_from(["auth_token", "api_key_secret", "account_sid", "api_key_sid"]))
def test_no_error_repeats_what_may_be_a_secret(text: str, field: str) -> None:
    marked = f"~{text}~"
    body = LIVE | {"name": "2", field: marked}

    assert all(marked not in message for message in refusals(body).values())
