import pytest
from tests.cli.terminal import Said, Terminal

pytestmark = pytest.mark.anyio


async def set_pace(shop: Terminal, per_second: str, *more: str, sender: str = "+14155550100") -> Said:
    return await shop.run(*("senders", "set", sender, "--account", "shop", "--per-second", per_second, *more))


async def test_a_pace_is_set_shown_and_taken_away(shop: Terminal) -> None:
    nothing = await shop.run("senders", "list")
    done = await set_pace(shop, "2.5")
    header, line = (await shop.run("senders", "list", "--account", "shop")).out.splitlines()
    again = await set_pace(shop, "default")

    assert nothing.out.startswith("No sender has anything waiting")
    assert (done.code, done.out) == (0, "+14155550100 sends 2.5 segments/s.\n")
    assert header.split() == ["sender", "account", "per_second", "set", "waiting", "segments"]
    assert line.split() == ["+14155550100", "shop", "2.5", "yes", "0", "0"]
    assert again.out == "+14155550100 is sent from without a pace, as its kind does.\n"


async def test_scripts_read_the_facts(shop: Terminal) -> None:
    facts = (await set_pace(shop, "0.5", "--json")).json

    assert (facts["sender"], facts["per_second"], facts["set"]) == ("+14155550100", 0.5, True)
    assert (await shop.run("senders", "list", "--json")).json == [facts]


@pytest.mark.parametrize("given", ["fast", "0", "nan", "20000"])
async def test_a_pace_that_is_none_is_refused_in_a_sentence(shop: Terminal, given: str) -> None:
    said = await set_pace(shop, given)

    assert said.code == 2
    assert "--per-second" in said.err


async def test_what_nobody_can_send_from_is_refused(shop: Terminal) -> None:
    said = await set_pace(shop, "1", sender="ada@example.org")

    assert said.code == 2
    assert "--sender" in said.err


async def test_the_account_has_to_be_connected(shop: Terminal) -> None:
    said = await shop.run("senders", "list", "--account", "nobody")

    assert said.code == 2
    assert "nobody" in said.err
