from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.local import Local

from twilio_simulator.ruleset import Ruleset
from twilio_simulator.simulator import Options, Simulator

pytestmark = pytest.mark.anyio
OTHER = "+14155550124"


async def pages(local: Local, path: str) -> list[dict[str, Any]]:
    """Every page, by following the links."""
    found = []
    following: str | None = path
    while following is not None:
        page = (await local.call("GET", following)).json
        found.append(page)
        following = page["next_page_uri"]
    return found


async def test_the_newest_come_first(local: Local) -> None:
    sids = [(await local.sent())["sid"] for _ in range(3)]

    page = (await local.call("GET", "{}/Messages.json")).json

    assert [one["sid"] for one in page["messages"]] == sids[::-1]
    assert (page["page"], page["start"], page["end"], page["page_size"]) == (0, 0, 2, 50)
    assert (page["next_page_uri"], page["previous_page_uri"]) == (None, None)


async def test_pages_keep_their_filter(local: Local) -> None:
    for index in range(10):
        await local.sent(To=OTHER if index % 2 else "+14155550123")

    found = await pages(local, f"{{}}/Messages.json?To=%2B{OTHER[1:]}&PageSize=2")

    assert [len(page["messages"]) for page in found] == [2, 2, 1]
    assert {one["to"] for page in found for one in page["messages"]} == {OTHER}
    assert f"To=%2B{OTHER[1:]}" in found[0]["next_page_uri"]
    assert "PageToken=PASM" in found[0]["next_page_uri"]
    assert found[0]["next_page_uri"].startswith("/2010-04-01/Accounts/")


async def test_messages_that_arrive_while_paging_repeat_no_row(local: Local) -> None:
    sids = [(await local.sent())["sid"] for _ in range(4)]
    first = (await local.call("GET", "{}/Messages.json?PageSize=2")).json
    await local.sent()

    second = (await local.call("GET", first["next_page_uri"])).json

    assert [one["sid"] for one in second["messages"]] == sids[1::-1]


async def test_the_sender_filters(local: Local) -> None:
    account = await local.account(numbers=[{}, {}])
    numbers = [one["phone_number"] for one in account.facts["numbers"]]
    for number in numbers:
        await account.sent(From=number)

    page = (await account.call("GET", f"{{}}/Messages.json?From=%2B{numbers[1][1:]}")).json

    assert [one["from"] for one in page["messages"]] == [numbers[1]]


async def test_the_date_of_sending_filters(local: Local) -> None:
    start = (await local.does("GET", "/clock"))["milliseconds"]
    early = (await local.sent())["sid"]
    await local.advance(3 * 86_400)
    late = (await local.sent())["sid"]
    await local.advance(10)
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    day = datetime.fromtimestamp(start / 1000, UTC) + timedelta(days=2)

    async def listed(query: str) -> list[str]:
        page = (await local.call("GET", f"{{}}/Messages.json?{query}")).json
        return [one["sid"] for one in page["messages"]]

    assert await listed(f"DateSent%3E={day:%Y-%m-%d}") == [late]
    assert await listed(f"DateSent%3C={day:%Y-%m-%d}") == [early]
    assert await listed(f"DateSent={day - timedelta(days=2):%Y-%m-%d}") == [early]
    assert await listed(f"DateSent%3E={day:%Y-%m-%dT%H:%M:%SZ}&DateSent%3C={day:%Y-%m-%dT%H:%M:%SZ}") == []


async def test_a_page_size_above_the_limit_is_clamped_unless_the_ruleset_refuses(local: Local) -> None:
    strict = Local(Simulator(Options(ruleset=Ruleset(page_size_above_limit="refuse"))))

    assert (await local.call("GET", "{}/Messages.json?PageSize=5000")).json["page_size"] == 1000
    assert (await strict.call("GET", "{}/Messages.json?PageSize=5000")).code == 20007


async def test_a_full_page_is_the_last_where_nothing_follows(local: Local) -> None:
    for _ in range(4):
        await local.sent()

    found = await pages(local, "{}/Messages.json?PageSize=2")

    assert [len(page["messages"]) for page in found] == [2, 2]


@settings(max_examples=25, deadline=None)
@given(count=st.integers(0, 40), size=st.integers(1, 12))
async def test_pages_add_up_to_the_set(count: int, size: int) -> None:
    local = Local(Simulator(Options(seed=count)))
    local.simulator.world.clock.freeze()
    sids = [(await local.sent())["sid"] for _ in range(count)]

    found = await pages(local, f"{{}}/Messages.json?PageSize={size}")

    listed = [one["sid"] for page in found for one in page["messages"]]
    assert listed == sids[::-1]
    # Only a list of nothing has an empty page.
    assert [len(page["messages"]) for page in found] == [
        min(size, count - start) for start in range(0, max(1, count), size)
    ]


async def test_the_oldest_finished_messages_make_room(local: Local) -> None:
    await local.change(progress="immediate")
    first = (await local.sent())["sid"]
    for _ in range(10_000):
        await local.sent()

    assert (await local.call("GET", f"{{}}/Messages/{first}.json")).status == 404
    assert len(local.simulator.world.accounts[local.sid].messages) == 10_000
