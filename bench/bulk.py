"""Jobs by the hundred thousand: accepted in bulk and drained, embedded, with the memory of the process.

    python bench/bulk.py [--jobs 100000]

All is one process: callers, ledger and dispatcher; the C server stands on another core. Bars: memory grows by
less than 100 bytes a job between 20 % and 100 % of either phase, and writers at the same time share commits.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.client import serving
from bench.installation import accept, connect_account, connected, drained, machine, settings_of, skipped
from bench.load import memory, processor_time

from ringback.app import join
from ringback.connector import Connector
from ringback.key_file import read_or_create
from ringback.outbox.line import MemoryLine
from ringback.store import open_store
from ringback.twilio.transport import open_transport

GROWTH_BAR = 100.0  # bytes a job; what is kept of each would show
SHARED_BAR = 0.1  # commits a job
COUNTED = 5_000
LOOK_EVERY = 1.0
SETTLED = 0.2
"""The share of a phase after which caches are full: from there on memory should stand still."""
LONGEST = 900.0


@dataclass
class Phase:
    """What one phase took."""

    jobs: int
    seconds: float = 0.0
    processor: float = 0.0
    samples: list[tuple[float, float]] = field(default_factory=list)
    """Share of the phase, and megabytes then."""

    @property
    def largest(self) -> float:
        """Megabytes."""
        return max(megabytes for _, megabytes in self.samples)

    @property
    def growth(self) -> float:
        """Bytes a job after the caches are full: the slope of a line through all samples since."""
        kept = [
            (share * self.jobs, megabytes * 2**20) for share, megabytes in self.samples if share >= SETTLED
        ]
        mean_x, mean_y = (sum(column) / len(kept) for column in zip(*kept, strict=True))
        spread = sum((x - mean_x) ** 2 for x, _ in kept)
        return sum((x - mean_x) * (y - mean_y) for x, y in kept) / spread if spread else 0.0


def main() -> int:
    """Print the figures; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=100_000, help="how many (default: 100000)")
    wanted = parser.parse_args()
    compiler, cores = shutil.which("cc"), sorted(os.sched_getaffinity(0))
    if compiler is None or len(cores) < 2:  # noqa: PLR2004
        return skipped("needs a C compiler (cc) and two cores.")
    print(f"{wanted.jobs:,} jobs, embedded, one process on one core; {machine()}")
    with tempfile.TemporaryDirectory() as folder, serving(compiler, Path(folder), cores[1]) as url:
        os.sched_setaffinity(0, cores[:1])
        counted = uvloop.run(commits(Path(folder) / "counted", url))
        missed = uvloop.run(measured(Path(folder) / "bulk", url, wanted.jobs))
    print(
        f"  commits a job that is accepted   {counted:.3f}, bar {SHARED_BAR}: {verdict(counted, SHARED_BAR)}"
    )
    return int(missed or counted > SHARED_BAR)


async def measured(folder: Path, url: str, jobs: int) -> bool:
    """Both phases; whether a bar is missed."""
    async with connected(folder, url) as connector:
        accepting = await observed(Phase(jobs), connector, accept(connector, jobs), state=None)
        on_disk = size_of(folder, "ledger.db*")
        connector.start()
        draining = await observed(Phase(jobs), connector, drained(connector, LONGEST), state="done")
        logged = size_of(folder, "ledger.db-wal")
    show("accepted", accepting)
    show("drained", draining)
    size = size_of(folder, "ledger.db")
    print(f"  on disk a job                    {on_disk / jobs:,.0f} bytes waiting, {size / jobs:,.0f} done")
    print(f"  write-ahead log when drained     {logged / 2**20:,.0f} MB")
    return max(accepting.growth, draining.growth) > GROWTH_BAR


async def observed(phase: Phase, connector: Connector, work: Awaitable[None], state: str | None) -> Phase:
    """Do the work, looking at the memory meanwhile; progress is how many jobs there are, or in a state."""
    began, used = time.perf_counter(), processor_time(os.getpid())
    looking = asyncio.create_task(look(phase, connector, state))
    await work
    phase.seconds = time.perf_counter() - began
    phase.processor = processor_time(os.getpid()) - used
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
    phase.samples.append((1.0, memory(os.getpid())))
    return phase


async def look(phase: Phase, connector: Connector, state: str | None) -> None:
    """A sample now and then."""
    while True:
        counts = await connector.counts()
        done = counts.get(state, 0) if state else sum(counts.values())
        phase.samples.append((done / phase.jobs, memory(os.getpid())))
        await asyncio.sleep(LOOK_EVERY)


async def commits(folder: Path, url: str) -> float:
    """Commits a job while some thousand are accepted, as SQLite itself tells them."""
    settings = settings_of(folder)
    await connect_account(settings, url)
    statements = 0

    def told(statement: str) -> None:
        nonlocal statements
        statements += statement.lower().startswith("commit")

    async with open_store(settings.database) as store, open_transport() as transport:
        keyring = read_or_create(settings.key_file, may_create=False)
        connector = Connector(join(settings, store, keyring, transport, MemoryLine()))

        async def listen(connection: object) -> None:
            connection.set_trace_callback(told)  # type: ignore[attr-defined]

        await store.database.write(listen)
        await accept(connector, COUNTED)
    return statements / COUNTED


def size_of(folder: Path, pattern: str) -> int:
    """Bytes of the files that are called so."""
    return sum(file.stat().st_size for file in folder.glob(pattern))


def show(name: str, phase: Phase) -> None:
    """The lines of one phase."""
    rate = phase.jobs / phase.seconds
    print(
        f"  {name:10} {rate:8,.0f} a second, {phase.processor / phase.jobs * 1e6:,.0f} µs of processor a job"
    )
    print(
        f"  {'':10} memory: at most {phase.largest:.0f} MB; {phase.growth:+.0f} bytes a job "
        f"from {SETTLED:.0%} on, bar {GROWTH_BAR:.0f}: {verdict(phase.growth, GROWTH_BAR)}"
    )


def verdict(figure: float, bar: float) -> str:
    """Whether a figure that should be small is."""
    return "met" if figure <= bar else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
