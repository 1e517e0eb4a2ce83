"""What ten thousand texts of a slow sender hold up: texts of other senders, and a code of its own.

The ledger is embedded, the server answers at once. Ten other senders have ten texts each, at ten a second,
so one second is the least that they can take.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a program, it is not found as a package

from bench.client import serving
from bench.installation import BODY, SENDER, accept, connected

from ringback.connector import Connector
from ringback.outcome import Outcome

TEXTS = 10_000
OTHERS, EACH = 10, 10
WITHIN, SLOTS = 5.0, 2.0  # seconds; the slow sender's slots, of a second each


def main() -> int:
    """Print both figures; 1 if one is over its bar."""
    compiler, cores = shutil.which("cc"), sorted(os.sched_getaffinity(0))
    if compiler is None or len(cores) < 2:  # noqa: PLR2004
        print("SKIPPED: bench/pacing.py needs a C compiler (cc) and two cores.")
        return 0
    with tempfile.TemporaryDirectory() as folder, serving(compiler, Path(folder), cores[1]) as url:
        others, code = uvloop.run(measured(Path(folder) / "ledger", url))
    print(f"beside {TEXTS:,} texts of a sender of one a second")
    print(f"  {OTHERS * EACH} texts of {OTHERS} others done after {others:.1f} s, bar {WITHIN:g}")
    print(f"  a code of its own left after {code:.1f} slots, bar {SLOTS:g}")
    return int(others > WITHIN or code > SLOTS)


async def measured(folder: Path, url: str) -> tuple[float, float]:
    """Seconds until the others' texts were done, and until a code of the slow sender was."""
    async with connected(folder, url) as connector:
        await connector.set_throughput("shop", SENDER, 1)
        for number in range(OTHERS):
            await connector.set_throughput("shop", f"Shop{number}", EACH)
        await accept(connector, TEXTS)
        connector.start()
        others = [send(connector, f"Shop{number}", "normal") for number in range(OTHERS) for _ in range(EACH)]
        taken = await timed(asyncio.gather(*others))
        return taken, await timed(send(connector, SENDER, "one_time_code"))


async def send(connector: Connector, sender: str, priority: str) -> Outcome:
    """One text, to a country in which names may send."""
    text = {"to": "+447400123456", "body": BODY, "sender": sender, "priority": priority}
    outcome = await connector.run("SendMessage", text, account="shop", wait=60)
    assert outcome.done, outcome
    return outcome


async def timed(work: Awaitable[object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
