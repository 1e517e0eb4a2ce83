import pytest
from tests.cli.terminal import Terminal

pytestmark = pytest.mark.anyio


async def test_a_key_is_printed_once_and_alone(user: Terminal) -> None:
    made = await user.run("keys", "create", "till-3")

    key = made.out.strip()
    assert key.startswith("rb_")
    assert "\n" not in key
    assert key not in (await user.run("keys", "list")).out


async def test_a_key_is_json_for_scripts(user: Terminal) -> None:
    made = await user.run("keys", "create", "sheet", "--scope", "read", "--scope", "send", "--json")

    assert made.json.keys() == {"name", "key"}
    assert (await user.run("keys", "list", "--json")).json[0]["scopes"] == ["read", "send"]


async def test_a_key_is_for_accounts_that_there_are(shop: Terminal) -> None:
    assert (await shop.run("keys", "create", "a", "--account", "shpo")).code == 2
    assert (await shop.run("keys", "create", "a", "--account", "shop")).code == 0
    assert (await shop.run("keys", "list", "--json")).json[0]["accounts"] == ["shop"]


async def test_a_name_is_taken_once(user: Terminal) -> None:
    await user.run("keys", "create", "a")
    again = await user.run("keys", "create", "a")

    assert again.code == 2
    assert "Revoke it first" in again.err


async def test_a_key_is_revoked(user: Terminal) -> None:
    await user.run("keys", "create", "a")

    assert (await user.run("keys", "revoke", "a", "--json")).json == {"name": "a", "revoked": True}
    assert (await user.run("keys", "revoke", "a")).code == 2
    assert "There are no keys" in (await user.run("keys", "list")).out
