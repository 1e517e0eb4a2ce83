"""Our own API keys: shown once, kept as hashes, bounded by scope and account."""

import pytest
from tests.shop import Shop

from ringback.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthorized

pytestmark = pytest.mark.anyio


async def test_a_key_is_recognised_and_stands_nowhere_in_the_database(shop: Shop) -> None:
    key = await shop.connector.keys.create("app", ["send"], ["shop"])

    holder = await shop.connector.keys.holder(key)

    assert key.startswith("rb_")
    assert (holder.name, holder.scopes, holder.accounts) == ("app", frozenset({"send"}), frozenset({"shop"}))
    assert key.encode() not in shop.on_disk()


async def test_a_key_nobody_knows_opens_nothing(shop: Shop) -> None:
    key = await shop.connector.keys.create("app")

    for other in ("", "rb_", key[:-1], key + "x", key.swapcase()):
        with pytest.raises(Unauthorized, match="keys create"):
            await shop.connector.keys.holder(other)


async def test_a_key_may_do_what_its_scopes_say(shop: Shop) -> None:
    holder = await shop.connector.keys.holder(await shop.connector.keys.create("app", ["read", "verify"]))

    holder.require("read")
    holder.require("verify", "shop")
    for scope in ("send", "admin"):
        with pytest.raises(Forbidden, match=f"lacks the scope {scope}. It has: read, verify"):
            holder.require(scope)


async def test_an_admin_may_do_everything_but_leave_its_accounts(shop: Shop) -> None:
    holder = await shop.connector.keys.holder(await shop.connector.keys.create("boss", ["admin"], ["shop"]))

    holder.require("send", "shop")
    with pytest.raises(Forbidden, match="may not use the account branch"):
        holder.require("read", "branch")


async def test_a_key_without_accounts_sees_none_and_one_of_all_sees_all(shop: Shop) -> None:
    none = await shop.connector.keys.holder(await shop.connector.keys.create("none", accounts=[]))
    every = await shop.connector.keys.holder(await shop.connector.keys.create("every"))

    assert (none.sees("shop"), every.sees("shop")) == (False, True)


async def test_a_revoked_key_stops_at_once_and_lets_its_name_go(shop: Shop) -> None:
    key = await shop.connector.keys.create("app")
    await shop.connector.keys.revoke("app")

    with pytest.raises(Unauthorized):
        await shop.connector.keys.holder(key)
    with pytest.raises(NotFound, match="No key is named app"):
        await shop.connector.keys.revoke("app")
    assert await shop.connector.keys.create("app") != key


async def test_a_name_is_taken_once(shop: Shop) -> None:
    await shop.connector.keys.create("app")

    with pytest.raises(Conflict, match="A key named app exists"):
        await shop.connector.keys.create("app")


async def test_every_mistake_is_named_at_once(shop: Shop) -> None:
    for name, scopes in (("", ["fly"]), ("a/b", []), ("n" * 65, ["read", "fly"])):
        with pytest.raises(InvalidInput) as caught:
            await shop.connector.keys.create(name, scopes)
        assert [error.field for error in caught.value.errors] == ["name", "scopes"]


async def test_a_list_of_keys_shows_no_key(shop: Shop) -> None:
    key = await shop.connector.keys.create("app", ["read"], ["shop"])

    listed = await shop.connector.keys.list()

    assert [(one["name"], one["scopes"], one["accounts"]) for one in listed] == [("app", ["read"], ["shop"])]
    assert key not in str(listed)
