import json

import pytest
from tests.cli.terminal import Terminal

pytestmark = pytest.mark.anyio

TOKEN = "0123456789abcdef" * 2


def options(user: Terminal) -> list[str]:
    sid = user.simulated.facts["account_sid"]
    return ["--environment", "simulator", "--base-url", user.simulated.url, "--account-sid", sid]


async def test_the_token_comes_as_a_line_of_standard_input(user: Terminal) -> None:
    token = user.simulated.facts["auth_token"]

    said = await user.run("accounts", "add", "shop", *options(user), stdin=f"{token}\n")

    assert said.code == 0, said.err
    assert said.out.startswith("shop is connected.\n")
    assert token not in said.out + said.err


async def test_the_token_comes_from_the_environment(user: Terminal) -> None:
    user.monkeypatch.setenv("RINGBACK_AUTH_TOKEN", user.simulated.facts["auth_token"])

    assert (await user.run("accounts", "add", "shop", *options(user), "--json")).json["name"] == "shop"


async def test_without_a_token_anywhere_it_says_where_to_give_it(user: Terminal) -> None:
    said = await user.run("accounts", "add", "shop", *options(user))

    assert (said.code, said.out) == (2, "")
    assert "RINGBACK_AUTH_TOKEN" in said.err


async def test_only_a_simulators_token_may_stand_in_an_argument(user: Terminal) -> None:
    said = await user.run("accounts", "add", "live", "--sid", "AC" + "0" * 32, "--token", TOKEN)

    assert (said.code, said.out) == (2, "")
    assert "can be read by everyone on this machine" in said.err
    assert TOKEN not in said.err


async def test_the_secret_of_an_api_key_is_the_next_line(user: Terminal) -> None:
    key = ["--api-key-sid", "SK" + "0" * 32]

    said = await user.run("accounts", "add", "shop", *options(user), *key, "--json", stdin=f"{TOKEN}\n")

    assert said.json["errors"] == [{"field": "api_key_secret", "message": said.json["errors"][0]["message"]}]
    assert "RINGBACK_API_KEY_SECRET" in said.json["errors"][0]["message"]


async def test_every_bad_field_is_named_at_once(user: Terminal) -> None:
    said = await user.run(
        *("accounts", "add", "9", "--environment", "simulator", "--base-url", "here"), stdin="short\n"
    )

    assert said.code == 2
    for option in ("--name", "--account-sid", "--auth-token", "--base-url"):
        assert option in said.err


async def test_the_report_reads_like_a_page(shop: Terminal) -> None:
    shown = (await shop.run("accounts", "show", "shop")).out

    facts = shop.simulated
    assert f"{facts.number}  SMS MMS voice" in shown
    assert f"{facts.whatsapp_sender}  ONLINE" in shown
    assert f"{facts.verify_service}  Shop" in shown
    assert "Full, active" in shown
    assert facts.facts["auth_token"] not in shown


async def test_a_section_that_could_not_be_read_says_why(user: Terminal) -> None:
    await user.simulated.fault(match={"operation": "ListChannelsSender"}, do=[{"kind": "server_error"}] * 9)
    shown = (await user.connect()).out

    line = next(line for line in shown.splitlines() if line.startswith("WhatsApp senders"))
    assert "could not be read: " in line
    assert user.simulated.number in shown


async def test_the_report_is_whole_in_json(shop: Terminal) -> None:
    report = (await shop.run("accounts", "test", "shop", "--json")).json

    assert report["numbers"][0] == {
        "number": shop.simulated.number,
        "sms": True,
        "mms": True,
        "voice": True,
    }


async def test_accounts_are_listed_and_an_empty_list_says_how_to_begin(user: Terminal) -> None:
    assert "ringback accounts add" in (await user.run("accounts", "list")).out
    assert (await user.run("accounts", "list", "--json")).json == []

    await user.connect()

    assert "shop  simulator" in (await user.run("accounts", "list")).out


async def test_a_default_is_changed(shop: Terminal) -> None:
    said = await shop.run("accounts", "set", "shop", "--default-country", "GB", "--json")

    assert said.json["default_country"] == "GB"


async def test_secrets_are_rotated_from_standard_input(shop: Terminal) -> None:
    token = shop.simulated.facts["auth_token"]

    said = await shop.run("accounts", "rotate", "shop", stdin=f"{token}\n")

    assert said.code == 0, said.err
    assert said.out.startswith("shop uses its new secrets")


async def test_a_wrong_secret_is_not_kept(shop: Terminal) -> None:
    assert (await shop.run("accounts", "rotate", "shop", stdin=f"{TOKEN}\n")).code == 2
    assert (await shop.run("accounts", "test", "shop")).code == 0


async def test_an_account_is_removed(shop: Terminal) -> None:
    assert (await shop.run("accounts", "remove", "shop", "--json")).json == {"name": "shop", "removed": True}
    gone = await shop.run("accounts", "show", "shop")

    assert gone.code == 2
    assert "There is no account shop" in gone.err


async def test_an_unknown_account_is_told_with_those_there_are(shop: Terminal) -> None:
    said = await shop.run("accounts", "show", "shpo", "--json")

    assert said.code == 2
    assert "Did you mean shop?" in json.loads(said.out)["detail"]


async def test_an_account_is_told_what_not_found_means(shop: Terminal) -> None:
    before = (await shop.run("accounts", "show", "shop", "--json")).json
    after = (await shop.run("accounts", "set", "shop", "--not-found-means", "send_again", "--json")).json
    wrong = await shop.run("accounts", "set", "shop", "--not-found-means", "lost")

    assert [facts["not_found_means"] for facts in (before, after)] == ["unknown", "send_again"]
    assert wrong.code == 2
    assert "Must be one of 'unknown', 'not_sent', 'send_again'." in wrong.err
