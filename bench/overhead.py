"""What Ringback adds to a call of Twilio: a durable send over HTTP beside the bare call, in one run.

    python bench/overhead.py [--sends 400] [--rounds 5]

One side calls Twilio through our client. The other asks `ringback serve`, a process of its own on the
embedded ledger, for `POST /v1/actions/SendMessage` and waits for the end of the try: validated, a
running job on disk, sent, and the answer on disk, at full sync. Both use the same HTTP client. The rounds
take turns and the best of each figure counts; whatever else the machine does adds to both. There is no bar:
what it adds depends on the disk, so the time of one `fsync` stands beside it.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.client import ADA, BODY, SHOP, SID, TOKEN, serving
from bench.installation import (
    RINGBACK,
    connect_account,
    connected_to,
    environment,
    machine,
    settings_of,
    skipped,
)

from ringback.settings import Settings
from ringback.twilio import resources
from ringback.twilio.client import Credentials, Twilio
from ringback.twilio.hosts import Hosts
from ringback.twilio.transport import Request, Transport, open_transport

IN_FLIGHT = (1, 8)
WARM_UP = 50
SYNCS = 50
Send = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Times:
    """Milliseconds of one round."""

    median: float
    p99: float


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sends", type=int, default=400, help="in a round, of each side (default: 400)")
    parser.add_argument("--rounds", type=int, default=5, help="the best of so many counts (default: 5)")
    wanted = parser.parse_args()
    compiler, cores = shutil.which("cc"), sorted(os.sched_getaffinity(0))
    if compiler is None or len(cores) < 2:  # noqa: PLR2004
        return skipped("needs a C compiler (cc) and two cores.")
    print(f"milliseconds of one send; {machine()}")
    with tempfile.TemporaryDirectory() as folder, serving(compiler, Path(folder), cores[1]) as url:
        settings = settings_of(Path(folder))
        key = uvloop.run(prepared(settings, url))
        with served(settings, cores[0]) as address:
            os.sched_setaffinity(0, cores[1:])
            uvloop.run(measured(url, address, key, wanted))
        print(f"  one fsync of a small file on this disk: {synced(Path(folder)):.2f} (median of {SYNCS})")
    return 0


async def prepared(settings: Settings, url: str) -> str:
    """The account, and a key for it."""
    await connect_account(settings, url)
    async with connected_to(settings) as connector:
        return await connector.keys.create("bench")


@contextmanager
def served(settings: Settings, core: int) -> Iterator[str]:
    """`ringback serve` on one core."""
    command = [RINGBACK, "serve", "--port", "0", "--json"]
    server = subprocess.Popen(
        command, env=environment(settings), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        os.sched_setaffinity(server.pid, {core})
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["url"]
    finally:
        server.terminate()
        server.communicate()


async def measured(url: str, address: str, key: str, wanted: argparse.Namespace) -> None:
    """Both sides by turns, for each number in flight."""
    async with open_transport() as transport:
        sides = {"bare call": bare(transport, url), "ringback serve": through(transport, address, key)}
        for send in sides.values():
            await timed(send, WARM_UP, 1)
        for in_flight in IN_FLIGHT:
            rounds = [
                {name: await timed(send, wanted.sends, in_flight) for name, send in sides.items()}
                for _ in range(wanted.rounds)
            ]
            show(in_flight, {name: best([row[name] for row in rounds]) for name in sides})


def bare(transport: Transport, url: str) -> Send:
    """One call of Twilio."""
    twilio = Twilio(Credentials(SID, SID, TOKEN), Hosts(base_url=url), transport)

    async def send() -> None:
        created = await twilio.create(resources.messages(), To=ADA, From=SHOP, Body=BODY)
        assert created["status"] == "queued"

    return send


def through(transport: Transport, address: str, key: str) -> Send:
    """One durable send over HTTP, until its answer is on disk."""
    request = Request(
        method="POST",
        url=f"{address}/v1/actions/SendMessage",
        headers={"authorization": f"Bearer {key}", "content-type": "application/json", "prefer": "wait=30"},
        body=json.dumps({"account": "shop", "to": "+14152550000", "body": BODY}).encode(),
        read=False,
    )

    async def send() -> None:
        answer = await transport.send(request)
        assert answer.status == 200, answer.body  # noqa: PLR2004 - done

    return send


async def timed(send: Send, sends: int, in_flight: int) -> Times:
    """How long each of so many took."""
    left, took = iter(range(sends)), list[float]()

    async def sender() -> None:
        for _ in left:
            began = time.perf_counter()
            await send()
            took.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(sender() for _ in range(in_flight)))
    return Times(statistics.median(took), statistics.quantiles(took, n=100)[-1])


def best(rounds: list[Times]) -> Times:
    """The best of each figure."""
    return Times(min(one.median for one in rounds), min(one.p99 for one in rounds))


def show(in_flight: int, sides: dict[str, Times]) -> None:
    """The lines of one number in flight."""
    for name, times in sides.items():
        print(f"  {in_flight} in flight, {name:15} median {times.median:7.2f}   p99 {times.p99:7.2f}")
    less, more = sides.values()
    print(f"  {in_flight} in flight, {'added':15} median {more.median - less.median:7.2f}   ", end="")
    print(f"p99 {more.p99 - less.p99:7.2f}")


def synced(folder: Path) -> float:
    """The median milliseconds until a few bytes are on disk."""
    took = []
    with (folder / "synced").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(b"a few bytes")
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    sys.exit(main())
