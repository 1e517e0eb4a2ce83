from pathlib import Path

import pytest
from tests.cli.terminal import Terminal

from ringback.secrets import Keyring
from ringback.settings import read_settings

pytestmark = pytest.mark.anyio


def key_file() -> Path:
    return read_settings().key_file


async def test_a_rotation_says_what_it_did_and_what_to_back_up(shop: Terminal) -> None:
    said = await shop.run("sealing", "rotate")

    assert said.code == 0, said.err
    assert said.out.startswith("v2 seals from now on; 1 secret was sealed anew.")
    assert f"Back up {key_file()} now" in said.out
    assert (await shop.run("accounts", "test", "shop")).code == 0


async def test_the_status_tells_how_much_is_sealed_under_what(shop: Terminal) -> None:
    await shop.run("sealing", "rotate")

    shown = await shop.run("sealing", "status", "--json")

    assert shown.json["key_file"] == str(key_file())
    assert [(row["version"], row["secrets"]) for row in shown.json["versions"]] == [("v1", 0), ("v2", 1)]


async def test_a_key_that_is_only_added_leaves_the_rest_for_later(shop: Terminal) -> None:
    added = await shop.run("sealing", "rotate", "--add-only")
    between = await shop.run("sealing", "status")
    resealed = await shop.run("sealing", "reseal", "--json")

    assert "Copy" in added.out
    assert "Run `ringback sealing reseal` to seal 1 secret of older versions anew." in between.out
    assert resealed.json == {"version": 2, "resealed": 1, "faults": []}


async def test_where_the_key_is_set_as_a_variable_the_next_one_is_printed(
    shop: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key_file().read_text()
    monkeypatch.setenv("RINGBACK_KEY", before)

    said = await shop.run("sealing", "rotate")
    name, _, key = said.out.strip().partition("=")
    monkeypatch.setenv("RINGBACK_KEY", key)
    resealed = await shop.run("sealing", "reseal")

    assert (said.code, name) == (0, "RINGBACK_KEY")
    assert "restart them one after the other" in said.err
    assert list(Keyring.parse(key).keys) == [1, 2]
    assert resealed.code == 0
    assert "Back up" not in resealed.out
    assert key_file().read_text() == before


async def test_no_key_is_ever_printed_where_it_is_in_a_file(shop: Terminal) -> None:
    said = [await shop.run("sealing", *words) for words in (["rotate"], ["status"], ["reseal"])]
    keys = [line.partition(":")[2] for line in key_file().read_text().split()]

    assert len(keys) == 2
    assert not any(key in each.out + each.err for key in keys for each in said)
