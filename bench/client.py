"""Messages a second and core: our client beside the official SDK, in one run against the same local server.

The server (`fake_api.c`) is compiled into a temporary folder and pinned to one core, the client to another.
The rounds are interleaved and the medians compared, so that a busy machine slows all sides alike.
"""

import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop
from twilio.http.async_http_client import AsyncTwilioHttpClient  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from ringback.twilio import resources
from ringback.twilio.client import Credentials, Twilio
from ringback.twilio.hosts import Hosts
from ringback.twilio.transport import open_transport

SID, TOKEN = "AC" + "0123456789abcdef" * 2, "token"
ADA, SHOP, BODY = "+15005550006", "+15005550001", "Your order 42 has left us and comes on Friday."
IN_FLIGHT = 64
ROUNDS = 5
BARS = {"official async": 3.0, "official sync": 12.0}


def main() -> int:
    """Print the medians and ratios; 1 if a ratio is below its bar."""
    compiler, cores = shutil.which("cc"), sorted(os.sched_getaffinity(0))
    if compiler is None or len(cores) < 2:  # noqa: PLR2004
        print("SKIPPED: bench/client.py needs a C compiler (cc) and two cores.")
        return 0
    with tempfile.TemporaryDirectory() as folder, serving(compiler, Path(folder), cores[1]) as url:
        os.sched_setaffinity(0, cores[:1])
        rates = measure(
            {
                "ringback": lambda: uvloop.run(ours(url, 6000)),
                "official async": lambda: uvloop.run(official_async(url, 1500)),
                "official sync": lambda: official_sync(url, 300),
            }
        )
    return report(rates)


@contextmanager
def serving(compiler: str, folder: Path, core: int, latency: int = 0) -> Iterator[str]:
    """The C server on a free port, pinned to a core of its own; it answers after `latency` milliseconds."""
    program = folder / "fake_api"
    source = Path(__file__).with_name("fake_api.c")
    subprocess.run([compiler, "-O2", "-w", "-o", program, source], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([program, str(port), str(latency)])
    os.sched_setaffinity(server.pid, [core])
    try:
        await_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def await_port(port: int) -> None:
    """Until somebody listens; at most two seconds."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit("The server did not start.")


def measure(sides: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Medians over interleaved rounds, after one round to warm up."""
    rounds = [{name: run() for name, run in sides.items()} for _ in range(ROUNDS + 1)][1:]
    return {name: statistics.median(row[name] for row in rounds) for name in sides}


async def ours(url: str, count: int) -> float:
    """Messages a second through `Twilio.create`."""
    async with open_transport() as transport:
        twilio = Twilio(Credentials(SID, SID, TOKEN), Hosts(base_url=url), transport)

        async def send() -> None:
            created = await twilio.create(resources.messages(), To=ADA, From=SHOP, Body=BODY)
            assert created["status"] == "queued"

        return await rate(send, count)


async def official_async(url: str, count: int) -> float:
    """The same through the SDK's `create_async`."""
    http = AsyncTwilioHttpClient()
    client = Client(SID, TOKEN, http_client=http)
    client.api.base_url = url

    async def send() -> None:
        created = await client.messages.create_async(to=ADA, from_=SHOP, body=BODY)
        assert created.status == "queued"

    try:
        return await rate(send, count)
    finally:
        await http.close()


async def rate(send: Callable[[], Awaitable[None]], count: int) -> float:
    """Messages a second with a fixed number in flight."""
    left = iter(range(count))

    async def sender() -> None:
        for _ in left:
            await send()

    started = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(IN_FLIGHT)))
    return count / (time.perf_counter() - started)


def official_sync(url: str, count: int) -> float:
    """The same through the SDK's `create`, one after the other."""
    client = Client(SID, TOKEN, http_client=TwilioHttpClient())
    client.api.base_url = url
    started = time.perf_counter()
    for _ in range(count):
        assert client.messages.create(to=ADA, from_=SHOP, body=BODY).status == "queued"
    return count / (time.perf_counter() - started)


def report(rates: dict[str, float]) -> int:
    """The table; 1 if a bar is missed."""
    print(f"messages a second on one core, median of {ROUNDS} rounds, {IN_FLIGHT} in flight (sync: 1)")
    for name, per_second in rates.items():
        print(f"  {name:15} {per_second:8,.0f}")
    missed = 0
    for name, bar in BARS.items():
        ratio = rates["ringback"] / rates[name]
        missed += ratio < bar
        print(f"  ringback / {name}: {ratio:.1f}x, bar {bar:g}x: {'met' if ratio >= bar else 'MISSED'}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
