"""Whatever several processes do with a sender's row, no more leaves than its rate allows, and one horizon."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.store import Store, open_store
from ringback.store.claims import HORIZON
from ringback.store.senders import Pace

pytestmark = pytest.mark.anyio

START = 1_700_000_000_000
RATES = (100, 333, 1_000, 3_000, 10_000, 80_000)


@dataclass
class Turned:
    """A clock that a test turns."""

    now: int = START

    def __call__(self) -> int:
        return self.now


@dataclass
class World:
    """What a new sender has taken, against what its rates allowed so far."""

    clock: Turned
    sender: str
    rate: int = 1_000
    allowed: float = 0.0  # segments, since the start
    taken: float = 0.0  # segments; it is all paid for when as much was allowed
    held_until: int = 0

    def segments(self, seconds: float) -> float:
        return seconds * self.rate / 1_000

    def leaves(self, away: float, cost: int) -> None:
        """A slot was taken: not before all that left earlier is paid for, and at most a horizon ahead."""
        assert self.clock.now >= self.held_until
        assert away <= HORIZON
        place = self.allowed + self.segments(away)
        assert place >= self.taken - 0.01  # microseconds are whole numbers
        self.taken = place + cost


@dataclass
class Processes:
    """Two that share a ledger, and a clock."""

    stores: list[Store]
    clock: Turned
    worlds: Iterator[int] = field(default_factory=count)

    def world(self) -> World:
        return World(self.clock, f"Sender{next(self.worlds)}")


@pytest.fixture(scope="module")
async def processes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Processes]:
    clock, file = Turned(), tmp_path_factory.mktemp("pacing") / "ledger.db"
    async with open_store(file, clock) as one, open_store(file, clock) as other:
        yield Processes([one, other], clock)


async def advance(world: World, _store: Store, milliseconds: int) -> None:
    world.clock.now += milliseconds
    world.allowed += world.segments(milliseconds / 1_000)


async def slot(world: World, store: Store, costs: tuple[int, int]) -> None:
    """A slot for one job, that another gets, of another cost, or none."""
    asked, used = costs
    pace = Pace(account_id="acc", sender=world.sender, cost=asked, rate=world.rate)

    async def work(c: Any) -> float | None:
        away = await store.senders.slot(c, pace, HORIZON)
        if away is not None:
            await store.senders.move_slot(c, pace, used)
        return away

    away = await store.database.write(work)
    if away is not None and used:
        world.leaves(away, used)


async def book(world: World, store: Store, cost: int) -> None:
    pace = Pace(account_id="acc", sender=world.sender, cost=cost, rate=world.rate)
    await store.database.write(lambda c: store.senders.book(c, pace))


async def hold(world: World, store: Store, seconds: int) -> None:
    await store.senders.hold("acc", world.sender, seconds)
    world.held_until = max(world.held_until, world.clock.now + seconds * 1_000)


async def set_rate(world: World, store: Store, rate: int) -> None:
    await store.senders.set_rate("acc", world.sender, rate, 1_000)
    world.rate = rate


async def plan_anew(world: World, store: Store, _nothing: int) -> None:
    await store.senders.plan_anew("acc", world.sender, world.rate)


COST = st.integers(1, 10)
STEPS = st.one_of(
    st.tuples(st.just(advance), st.integers(0, 3_000)),
    st.tuples(st.just(slot), COST.map(lambda cost: (cost, cost))),
    st.tuples(st.just(slot), st.tuples(COST, st.integers(0, 10))),
    st.tuples(st.just(book), COST),
    st.tuples(st.just(hold), st.integers(0, 3)),
    st.tuples(st.just(set_rate), st.sampled_from(RATES)),
    st.tuples(st.just(plan_anew), st.just(0)),
)


@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 1)), min_size=1, max_size=30))
async def test_nothing_leaves_before_what_left_earlier_is_paid_for_at_the_rates_that_held(
    processes: Processes, steps: list[Any]
) -> None:
    world = processes.world()
    for (step, value), process in steps:
        await step(world, processes.stores[process], value)
