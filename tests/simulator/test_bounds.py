"""Nothing grows without end: what a long run leaves behind is counted and bounded."""

import gc
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.simulator.local import Local, Receiver

from twilio_simulator.rest.api import LONGEST_KEPT
from twilio_simulator.running import running
from twilio_simulator.simulator import Options
from twilio_simulator.webhooks.sender import KEPT_WEBHOOKS, SLACK
from twilio_simulator.world import uploads
from twilio_simulator.world.account import KEPT_MESSAGES, KEPT_PHONES
from twilio_simulator.world.state import MOST_FICTIONAL
from twilio_simulator.world.uploads import Upload, keep

pytestmark = pytest.mark.anyio


@pytest.fixture
def small(local: Local) -> Local:
    """Room for the seed account and two more."""
    local.simulator.world.most_accounts = 3
    return local


async def sids(local: Local) -> list[str]:
    return [one["account_sid"] for one in (await local.does("GET", "/accounts"))["accounts"]]


async def test_the_oldest_account_that_a_test_made_makes_room(small: Local) -> None:
    first, second = await small.account(), await small.account()
    await first.sent()

    third = await small.account()

    assert await sids(small) == [small.sid, second.sid, third.sid]
    assert (await first.send()).status == 401
    # Its numbers are free again.
    assert third.number == first.number
    assert (await third.sent())["from"] == first.number


async def test_what_was_under_way_for_an_account_that_left_is_called_off(
    small: Local, receiver: Receiver
) -> None:
    first = await small.account()
    await first.sent(StatusCallback=receiver.url)
    assert small.simulator.world.clock.pending == 1

    await small.does("DELETE", f"/accounts/{first.sid}")
    await small.advance(60)

    assert receiver.got == []
    assert small.simulator.world.clock.pending == 0
    assert (await small.does("GET", "/webhooks"))["webhooks"] == []


async def test_a_webhook_that_waits_in_its_queue_leaves_with_its_account(
    small: Local, receiver: Receiver
) -> None:
    first = await small.account(progress="immediate")
    await first.sent(StatusCallback=receiver.url)
    await small.does("DELETE", f"/accounts/{first.sid}")
    await small.simulator.webhooks.settled()

    assert receiver.got == []


async def test_a_subaccount_leaves_with_its_parent(small: Local) -> None:
    parent = await small.account()
    await parent.call("POST", "/2010-04-01/Accounts.json", {"FriendlyName": "Branch"})

    assert await small.does("DELETE", f"/accounts/{parent.sid}") == {"removed": 2}
    assert await sids(small) == [small.sid]


async def test_subaccounts_make_each_other_room_and_never_end_their_parent(small: Local) -> None:
    parent = await small.account()
    for _ in range(5):
        answer = await parent.call("POST", "/2010-04-01/Accounts.json", {"FriendlyName": "Branch"})
        assert answer.status == 201

    assert (await sids(small))[:2] == [small.sid, parent.sid]
    assert len(await sids(small)) == 3


async def test_the_account_of_the_start_stays(small: Local) -> None:
    answer = await small.control("DELETE", f"/accounts/{small.sid}")

    assert (answer.status, answer.json["errors"][0]["field"]) == (409, "sid")
    assert await sids(small) == [small.sid]


async def test_more_accounts_than_there_are_fictional_numbers_are_refused(local: Local) -> None:
    before = await sids(local)
    answer = await local.control("POST", "/accounts", {"numbers": [{}] * MOST_FICTIONAL})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "numbers")
    assert await sids(local) == before


async def test_messages_that_never_finish_make_room_and_leave_no_event_behind(local: Local) -> None:
    account, clock = local.simulator.account, local.simulator.world.clock
    sent = await local.sent()
    like = account.messages[sent["sid"]]
    for index in range(2 * KEPT_MESSAGES):
        one = replace(like, sid=f"SM{index}")
        account.keep(one)
        local.simulator.progress.begin(account, one)
    assert len(account.messages) <= 2 * KEPT_MESSAGES

    for _ in range(10):
        await local.sent()

    assert sent["sid"] not in account.messages
    assert 2 * KEPT_MESSAGES - 500 <= len(account.messages) <= 2 * KEPT_MESSAGES
    assert clock.pending == len(account.messages)


async def test_a_queue_for_a_dead_receiver_has_an_end(local: Local) -> None:
    webhooks = local.simulator.webhooks
    for index in range(KEPT_WEBHOOKS + 2 * SLACK):
        webhooks.post("inbound", (local.sid, f"SM{index}"), "http://127.0.0.1:9/", [("a", "b")])

    assert len(webhooks.kept) <= KEPT_WEBHOOKS + SLACK
    dropped = [one for one in local.simulator.world.log.after(0) if one.details.get("state") == "dropped"]
    assert len(dropped) >= SLACK
    assert webhooks.clear() > 0


async def test_windows_members_and_opt_outs_are_bounded(local: Local) -> None:
    account = local.simulator.account
    for index in range(KEPT_PHONES + 10):
        account.open_window("+14155550100", f"+1415{index}", 1)
        account.join_sandbox(f"+1415{index}", 1)

    assert len(account.windows) == len(account.sandbox.members) == KEPT_PHONES
    assert f"+1415{KEPT_PHONES + 9}" in account.sandbox.members


async def test_long_paths_are_cut_in_the_journal(local: Local) -> None:
    await local.call("GET", "/" + "x" * 50_000, headers={"x-sim-run": "r" * 50_000})

    shown = (await local.does("GET", "/requests"))["requests"][-1]
    assert (len(shown["path"]), len(shown["run"])) == (LONGEST_KEPT, LONGEST_KEPT)
    assert shown["why"] is not None
    missed = (await local.does("GET", "/requests/unimplemented"))["unimplemented"]
    assert [len(one["path"]) for one in missed] == [LONGEST_KEPT]


def test_uploads_are_bounded_by_what_they_weigh() -> None:
    kept: dict[str, Upload] = {}
    file = "x" * uploads.LARGEST
    for index in range(uploads.MOST_UPLOADS):
        keep(kept, str(index), Upload("image/png", file))

    assert len(kept) == uploads.MOST_BYTES // uploads.LARGEST


async def test_faults_are_bounded(local: Local) -> None:
    for _ in range(1000):
        await local.does("POST", "/faults", {"do": ["none"]})
    answer = await local.control("POST", "/faults", {"do": ["none"]})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "do")


def resident() -> int:
    """Megabytes of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


async def busy(local: Local, count: int) -> None:
    """Finished messages to many phones, with codes and with callbacks that nobody takes."""
    for index in range(count):
        phone = f"+1415{5550000 + index % 3000}"
        await local.send(To=phone, Body="x" * 500, StatusCallback="http://127.0.0.1:9/gone")
        if index % 10 == 0:
            await local.start(phone)
        if index % 200 == 0:
            await local.simulator.webhooks.settled()
    await local.simulator.webhooks.settled()


@pytest.mark.skipif("RINGBACK_SOAK" not in os.environ, reason="RINGBACK_SOAK=1 runs it: five minutes")
@pytest.mark.timeout(1800)
async def test_fifty_thousand_messages_take_no_more_room_than_half_of_them() -> None:
    async with running(Options(seed=1)) as simulator:
        local = Local(simulator)
        simulator.rest.gate = None
        await local.change(progress="immediate")
        await busy(local, 25_000)
        half = resident()
        await busy(local, 25_000)
        whole = resident()

    assert whole - half < 20, (half, whole)
