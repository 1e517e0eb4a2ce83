"""Sends and checks of a verification: each counts once, however often its write is repeated."""

from typing import Any

import pytest
from tests.store.conftest import an_account

from ringback.store import Store
from ringback.store.rows import Verification
from ringback.store.verifications import Use

pytestmark = pytest.mark.anyio

ONE, OTHER = (Use("acc_shop", "VE1", f"job_{name}") for name in ("one", "other"))


async def keep(store: Store, use: str, sid: str = "VE1", account_id: str = "acc_shop", **more: Any) -> None:
    facts = {"started_at": 1, "deadline": 1_000, "deadline_is_ours": 1, "max_checks": 3, "max_sends": 3}
    whose = {"service_sid": "VA1", "recipient": "+15005550006"}
    await store.verifications.keep(Use(account_id, sid, use), **whose, **(facts | more), now=1)


async def kept(store: Store) -> Verification:
    row = await store.verifications.by_sid("acc_shop", "VE1")
    assert row is not None
    return row


async def test_a_start_that_is_kept_twice_was_sent_once(store: Store) -> None:
    await keep(store, "job_one")
    await keep(store, "job_one")
    assert (await kept(store)).sends == 1

    await keep(store, "job_other")
    await keep(store, "job_other")

    assert (await kept(store)).sends == 2


async def test_a_resend_counts_before_it_leaves_and_not_once_more_when_it_is_kept(store: Store) -> None:
    await keep(store, "job_start")

    counted = [await store.verifications.count_send(ONE, 2, 2) for _ in range(2)]
    await keep(store, "job_one")

    assert counted == [True, True]
    assert (await kept(store)).sends == 2
    assert not await store.verifications.count_send(OTHER, 2, 2)


async def test_a_send_that_is_taken_back_twice_is_taken_back_once(store: Store) -> None:
    await keep(store, "job_start")
    for use in (ONE, OTHER):
        await store.verifications.count_send(use, None, 2)

    for _ in range(2):
        await store.verifications.return_send(ONE)

    assert (await kept(store)).sends == 2
    assert await store.verifications.count_send(ONE, 3, 2)
    assert (await kept(store)).sends == 3


async def test_a_check_counts_once_and_is_taken_back_once(store: Store) -> None:
    await keep(store, "job_start")

    counted = [await store.verifications.count_check(use, 2) for use in (ONE, OTHER, ONE, OTHER)]
    assert counted == [True] * 4
    assert (await kept(store)).checks == 2
    for _ in range(3):
        await store.verifications.return_check(OTHER)

    assert (await kept(store)).checks == 1


async def test_the_last_check_is_nobody_elses_though_its_write_is_repeated(store: Store) -> None:
    await keep(store, "job_start", max_checks=1)

    assert [await store.verifications.count_check(use, 2) for use in (ONE, ONE, OTHER)] == [True, True, False]


async def test_an_account_with_many_deadlines_hides_no_other_accounts(store: Store) -> None:
    await store.accounts.insert(an_account("busy"))
    for number in range(9):
        await keep(store, "job", f"VE{number}", "acc_busy", deadline=number)
    await keep(store, "job", "VE_late", deadline=100)

    found = await store.verifications.to_end(5)

    assert {account: [one.sid for one in ones] for account, ones in found.items()} == {
        "acc_busy": [f"VE{number}" for number in range(5)],
        "acc_shop": ["VE_late"],
    }
