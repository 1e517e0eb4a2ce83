import asyncio
from functools import partial

import pytest

from twilio_simulator.clock import WorldClock, iso, moment, rfc2822

pytestmark = pytest.mark.anyio


async def nothing() -> None:
    await asyncio.sleep(0)


async def test_advancing_fires_what_is_due_in_order_of_time() -> None:
    clock, seen = WorldClock(), list[int]()
    clock.freeze()
    start = clock.now()
    for delay in (300, 100, 200):
        clock.after(delay, "test", str(delay), lambda: seen.append(clock.now() - start))

    fired = await clock.advance(250, nothing)

    assert seen == [100, 200]
    assert [due.subject for due in fired] == ["100", "200"]
    assert (clock.now() - start, clock.pending) == (250, 1)


async def test_an_event_may_bring_another_within_the_same_advance() -> None:
    clock, seen = WorldClock(), list[str]()
    clock.freeze()

    def first() -> None:
        clock.after(10, "test", "second", lambda: seen.append("second"))

    clock.after(10, "test", "first", first)

    await clock.advance(20, nothing)

    assert seen == ["second"]


async def test_advancing_waits_until_each_event_has_settled() -> None:
    clock, order = WorldClock(), list[str]()
    clock.freeze()
    for name in ("a", "b"):
        clock.after(1, "test", name, partial(order.append, name))

    async def settled() -> None:
        order.append("settled")

    await clock.advance(1, settled)

    assert order == ["settled", "a", "settled", "b", "settled"]


async def test_frozen_time_stands_still_and_runs_on_from_there() -> None:
    clock = WorldClock()
    clock.freeze()
    before = clock.now()
    await asyncio.sleep(0.02)
    assert clock.now() == before

    clock.run()
    assert before <= clock.now() < before + 15


async def test_running_time_fires_by_itself() -> None:
    clock, fired = WorldClock(), asyncio.Event()
    clock.after(10, "test", "x", fired.set)

    await asyncio.wait_for(fired.wait(), 1)
    clock.stop()


async def test_an_earlier_event_is_not_held_up_by_a_later_one() -> None:
    clock, fired = WorldClock(), asyncio.Event()
    clock.after(60_000, "test", "late", fired.clear)
    clock.after(10, "test", "early", fired.set)

    await asyncio.wait_for(fired.wait(), 1)
    clock.stop()


async def test_next_jumps_to_the_next_event() -> None:
    clock, seen = WorldClock(), list[str]()
    clock.freeze()
    clock.after(5, "test", "off", lambda: seen.append("off")).call_off()
    clock.after(3_600_000, "test", "on", lambda: seen.append("on"))

    fired = await clock.to_next(nothing)

    assert ([due.subject for due in fired], seen) == (["on"], ["on"])
    assert await clock.to_next(nothing) == []


async def test_a_running_clock_keeps_the_time_it_was_moved_to() -> None:
    clock = WorldClock()
    before = clock.now()

    await clock.advance(3_600_000, nothing)

    assert 3_600_000 <= clock.now() - before < 3_601_000


async def test_two_who_advance_take_turns() -> None:
    clock = WorldClock()
    clock.freeze()
    before = clock.now()

    await asyncio.gather(clock.advance(100, nothing), clock.advance(100, nothing))

    assert clock.now() - before == 200


def test_instants_are_written_as_twilio_writes_them() -> None:
    instant = 1_692_853_305_123

    assert rfc2822(instant) == "Thu, 24 Aug 2023 05:01:45 +0000"
    assert iso(instant) == "2023-08-24T05:01:45Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2023-08-24", 1_692_835_200_000), ("2023-08-24T05:01:45Z", 1_692_853_305_000), ("soon", None)],
)
def test_dates_are_read(text: str, expected: int | None) -> None:
    assert moment(text) == expected
