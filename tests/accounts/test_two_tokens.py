"""Two Auth Tokens while one is rotated at Twilio: either may sign, only the new one asks."""

from dataclasses import replace

import pytest
from tests.accounts.desk import Desk, live

from ringback.accounts import Accounts
from ringback.clock import machine_clock
from ringback.errors import InvalidInput, NotFound, Refused
from ringback.twilio import resources

pytestmark = pytest.mark.anyio

DAY = 86_400_000


async def rotated(desk: Desk, **more: object) -> tuple[str, str]:
    """An account that was given its secondary token; the old token and the new one."""
    body = await desk.connected()
    turned = await desk.turn(body["account_sid"], tokens="create_secondary")
    new = str(turned["secondary_auth_token"])
    await desk.accounts.rotate("shop", {"auth_token": new} | more)
    return str(body["auth_token"]), new


async def tokens(desk: Desk, name: str = "shop") -> list[str]:
    return list(await desk.accounts.tokens(await desk.accounts.find(name)))


async def test_after_a_rotation_either_token_may_sign_for_a_day(desk: Desk) -> None:
    before = machine_clock()
    old, new = await rotated(desk)

    account = await desk.accounts.find("shop")
    shown = await desk.accounts.show("shop")

    assert await tokens(desk) == [new, old]
    assert account.previous_until is not None
    assert before + DAY <= account.previous_until <= machine_clock() + DAY
    assert shown.previous_token_valid_until is not None
    assert old not in shown.model_dump_json()
    assert old.encode() not in (account.previous_token or b"")


async def test_once_its_time_is_over_the_previous_token_signs_nothing(desk: Desk) -> None:
    _, new = await rotated(desk, previous_token_lifetime=60)

    def in_a_minute() -> int:
        return machine_clock() + 60_000

    later = Accounts(desk.store.accounts, desk.keyring, desk.transport, in_a_minute, desk.settings)

    assert await later.tokens(await desk.accounts.find("shop")) == [new]


async def test_a_sweep_erases_a_previous_token_whose_time_is_over_and_no_other(desk: Desk) -> None:
    _, new = await rotated(desk)
    kept = await desk.accounts.find("shop")

    await desk.accounts.forget_previous_tokens()
    still = await desk.accounts.find("shop")
    await desk.store.accounts.replace(still, replace(still, previous_until=machine_clock() - 1))
    await desk.accounts.forget_previous_tokens()
    erased = await desk.accounts.find("shop")

    assert still == kept
    assert (erased.previous_token, erased.previous_until) == (None, None)
    assert await tokens(desk) == [new]
    assert (await desk.accounts.show("shop")).previous_token_valid_until is None


async def test_a_token_in_wrong_hands_is_not_kept(desk: Desk) -> None:
    _, new = await rotated(desk, previous_token_lifetime=0)

    account = await desk.accounts.find("shop")
    assert (account.previous_token, account.previous_until) == (None, None)
    assert await tokens(desk) == [new]


async def test_a_previous_token_is_ended_early_by_rotating_to_the_same_token_again(desk: Desk) -> None:
    old, new = await rotated(desk)

    await desk.accounts.rotate("shop", {"auth_token": new})
    both = await tokens(desk)
    await desk.accounts.rotate("shop", {"auth_token": new, "previous_token_lifetime": 0})

    assert both == [new, old]
    assert await tokens(desk) == [new]


@pytest.mark.parametrize("lifetime", [-1, 7 * 86_400 + 1, "a day"])
async def test_a_previous_token_is_kept_for_a_week_at_most(desk: Desk, lifetime: object) -> None:
    body = await desk.connected()

    with pytest.raises(InvalidInput, match="previous_token_lifetime"):
        await desk.accounts.rotate(
            "shop", {"auth_token": body["auth_token"], "previous_token_lifetime": lifetime}
        )


async def test_other_changes_leave_the_previous_token_alone(desk: Desk) -> None:
    old, new = await rotated(desk)
    before = await desk.accounts.find("shop")

    await desk.accounts.change("shop", {"default_country": "IN", "name": "store"})
    await desk.accounts.test("store")

    assert await tokens(desk, "store") == [new, old]
    assert (await desk.accounts.find("store")).previous_until == before.previous_until


async def test_a_change_of_the_token_keeps_the_previous_one_as_a_rotation_does(desk: Desk) -> None:
    body = await desk.connected()
    turned = await desk.turn(body["account_sid"], tokens="rotate")

    await desk.accounts.change("shop", {"auth_token": turned["auth_token"]})

    assert await tokens(desk) == [turned["auth_token"], body["auth_token"]]


async def test_the_token_of_another_twilio_account_never_signs_for_this_one(desk: Desk) -> None:
    await rotated(desk)
    other = await desk.customer()

    await desk.accounts.change("shop", live(other))

    assert await tokens(desk) == [other["auth_token"]]


async def test_a_removed_account_keeps_no_previous_token(desk: Desk) -> None:
    await rotated(desk)
    account = await desk.accounts.find("shop")

    await desk.accounts.remove("shop")

    removed = await desk.accounts.by_id(account.id)
    assert removed is not None
    assert (removed.previous_token, removed.previous_until) == (None, None)


async def test_a_request_refused_with_the_new_token_is_not_tried_with_the_old_one(desk: Desk) -> None:
    await rotated(desk)
    account = await desk.accounts.find("shop")
    await desk.turn(account.account_sid, tokens="delete_secondary")  # only the old one works at Twilio now
    desk.transport.hosts.clear()

    twilio = await desk.accounts.open(account)
    with pytest.raises(Refused) as refusal:
        await twilio.fetch(resources.balance())

    assert refusal.value.fault.code == 20003
    assert len(desk.transport.hosts) == 1


async def test_a_report_that_comes_late_undoes_no_rotation_by_another_process(desk: Desk) -> None:
    body = await desk.connected()
    turned = await desk.turn(body["account_sid"], tokens="create_secondary")
    seen = await desk.accounts.find("shop")

    await desk.accounts.rotate("shop", {"auth_token": turned["secondary_auth_token"]})
    await desk.store.accounts.note_report(seen.id, seen.report)
    written = await desk.store.accounts.replace(seen, replace(seen, default_country="IN"))

    assert not written
    assert (await tokens(desk))[0] == turned["secondary_auth_token"]


async def test_a_removed_account_is_not_written_again(desk: Desk) -> None:
    await desk.connected()
    seen = await desk.accounts.find("shop")
    await desk.accounts.remove("shop")

    assert not await desk.store.accounts.replace(seen, seen)
    with pytest.raises(NotFound):
        await desk.accounts.find("shop")
