"""What more workers bring: `ringback worker` once, twice and four times on one real PostgreSQL.

    python bench/workers.py [--jobs 4000] [--latency 1000]

Jobs are written first; then the workers, each a process of its own, drain them against the C server. Three
questions, each with 1, 2 and 4 workers:

- `idle`: Twilio takes its time (`--latency`, milliseconds), so that a worker is bound by its 64 requests in
  flight and not by the processor. This is where more workers must bring more: the slope.
- `busy`: Twilio answers at once, so that workers, PostgreSQL and the server share the cores to their limit.
  This is where the processor time of a job is measured, of the workers' and of PostgreSQL's.
- `one sender`: like `busy`, with a pace of 10,000 a second kept for the one sender, so that every send moves
  the same row.

A rate is that of the middle eight tenths of the jobs by the instants at which their tries ended. Bar: at
`idle`, two workers send at least 1.6 times as much as one.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))

import asyncpg  # type: ignore[import-untyped]
from bench.client import serving
from bench.installation import (
    RINGBACK,
    SENDER,
    accept,
    connect_account,
    connected_to,
    environment,
    machine,
    settings_of,
    skipped,
)
from bench.load import processor_time
from bench.postgres import Watched, bytes_of, running, transactions

from ringback.settings import Settings

COUNTS = (1, 2, 4)
SLOPE_BAR = 1.6
FASTEST = 10_000.0
WITHIN = 300.0
LOOK_EVERY = 0.25


@dataclass(frozen=True)
class Question:
    """One row of the table: how Twilio behaves, and whether the sender has a pace."""

    name: str
    latency: int
    pace: float | None = None


@dataclass(frozen=True)
class Figures:
    """What was measured with so many workers."""

    workers: int
    per_second: float
    worker_time: float
    """Microseconds of processor a job, of all workers; `postgres_time` likewise."""
    postgres_time: float
    accepting: float
    """Commits a job that is accepted; `sending` likewise until it is done."""
    sending: float
    size: float
    """Bytes a job that is done, with all its rows and indexes."""


def main() -> int:
    """Print the tables; 1 if the bar is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=4_000, help="in each run (default: 4000)")
    parser.add_argument("--latency", type=int, default=1_000, help="of Twilio, in ms (default: 1000)")
    wanted = parser.parse_args()
    compiler = shutil.which("cc")
    if compiler is None or len(os.sched_getaffinity(0)) < 2:  # noqa: PLR2004
        return skipped("needs a C compiler (cc) and two cores.")
    questions = [Question("idle", wanted.latency), Question("busy", 0), Question("one sender", 0, FASTEST)]
    try:
        with running() as server:
            print(f"{wanted.jobs:,} jobs on one PostgreSQL; {machine()}")
            rows = {question.name: asked(question, compiler, server, wanted.jobs) for question in questions}
    except ModuleNotFoundError as error:
        return skipped(f"needs the PostgreSQL wheel ({error}).")
    slope = rows["idle"][1].per_second / rows["idle"][0].per_second
    met = slope >= SLOPE_BAR
    print(f"  two workers / one, idle: {slope:.2f}x, bar {SLOPE_BAR}x: {'met' if met else 'MISSED'}")
    return int(not met)


def asked(question: Question, compiler: str, server: Watched, jobs: int) -> list[Figures]:
    """One question with each number of workers, printed as it comes."""
    pace = f", {question.pace:,.0f} a second kept" if question.pace else ", no pace kept"
    print(f"  {question.name}: Twilio answers after {question.latency} ms{pace}")
    figures = []
    core = max(os.sched_getaffinity(0))
    for workers in COUNTS:
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(compiler, Path(folder), core, question.latency) as url,
        ):
            run = Run(Path(folder), server, question, jobs)
            figures.append(uvloop.run(run.with_workers(workers, url)))
        show(figures[-1])
    return figures


@dataclass(frozen=True)
class Run:
    """One database that is filled and drained."""

    folder: Path
    server: Watched
    question: Question
    jobs: int

    async def with_workers(self, workers: int, url: str) -> Figures:
        """Fill it, drain it, and say how that went."""
        async with self.server.database() as place:
            settings = settings_of(self.folder, place)
            await connect_account(settings, url)
            connection = await asyncpg.connect(place.url)
            try:
                accepting = await self._fill(settings, connection)
                return await self._drain(settings, connection, workers, accepting)
            finally:
                await connection.close()

    async def _fill(self, settings: Settings, connection: Any) -> float:
        before = await transactions(connection)
        async with connected_to(settings) as connector:
            await accept(connector, self.jobs)
            commits = await transactions(connection) - before
            # Set afterwards, or each job would have booked a turn of its own.
            if self.question.pace is not None:
                await connector.set_throughput("shop", SENDER, self.question.pace)
        return commits / self.jobs

    async def _drain(self, settings: Settings, connection: Any, workers: int, accepting: float) -> Figures:
        with started(settings, workers) as children:
            # What it takes to start is not counted.
            ended = await self._until(connection, "count(*) filter (where state = 'done')", 1)
            before = await self._used(connection, children)
            await self._until(connection, "-count(*) filter (where state in ('waiting', 'running'))", 0)
            after = await self._used(connection, children)
        states = await connection.fetch("select distinct state from jobs")
        assert [row["state"] for row in states] == ["done"], states
        worker_time, postgres_time, commits = (
            (late - early) / (self.jobs - ended) for late, early in zip(after, before, strict=True)
        )
        return Figures(
            workers=workers,
            per_second=await rate(connection),
            worker_time=worker_time * 1e6,
            postgres_time=postgres_time * 1e6,
            accepting=accepting,
            sending=commits,
            size=sum((await bytes_of(connection)).values()) / self.jobs,
        )

    async def _used(self, connection: Any, children: list[subprocess.Popen[bytes]]) -> tuple[float, ...]:
        """Processor time of the workers and of PostgreSQL, and commits, so far."""
        of_workers = sum(processor_time(child.pid) for child in children)
        return of_workers, self.server.processor_time(), await transactions(connection)

    async def _until(self, connection: Any, figure: str, least: int) -> int:
        """Until a figure of the jobs is so large; it."""
        query = f"select {figure} from jobs"  # noqa: S608 - written above
        async with asyncio.timeout(WITHIN):
            while True:
                found: int = await connection.fetchval(query)
                if found >= least:
                    return found
                await asyncio.sleep(LOOK_EVERY)


@contextmanager
def started(settings: Settings, workers: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many `ringback worker` at the same time, ended with the block."""
    children = [
        subprocess.Popen(
            [RINGBACK, "worker"],
            env=environment(settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(workers)
    ]
    try:
        yield children
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()


async def rate(connection: Any) -> float:
    """Jobs a second while the middle eight tenths of them ended."""
    row = await connection.fetchrow(
        "select count(*) * 0.8 as jobs, percentile_disc(0.9) within group (order by ended_at)"
        " - percentile_disc(0.1) within group (order by ended_at) as took from attempts"
    )
    return float(row["jobs"]) * 1000 / max(1.0, float(row["took"]))


def show(figures: Figures) -> None:
    """One line."""
    print(
        f"    {figures.workers} workers {figures.per_second:7,.0f} a second; processor a job: "
        f"workers {figures.worker_time:,.0f} µs, PostgreSQL {figures.postgres_time:,.0f} µs; "
        f"commits a job: {figures.accepting:.2f} accepted, {figures.sending:.2f} sent; "
        f"{figures.size:,.0f} bytes"
    )


if __name__ == "__main__":
    sys.exit(main())
