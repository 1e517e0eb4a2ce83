"""Time until something happens: importing the package, and the command line."""

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 7
SHARE = 0.2
LIMIT = 0.3


def main() -> int:
    """Print the figures; 1 if one is over its bar."""
    own, official = interleaved("import ringback", "from twilio.rest import Client")
    share = own / official
    print(f"import ringback {own * 1000:.0f} ms; from twilio.rest import Client {official * 1000:.0f} ms")
    print(f"  share {share:.2f}, bar {SHARE:g}: {'met' if share < SHARE else 'MISSED'}")
    return int(share >= SHARE) | command_line()


def interleaved(*statements: str) -> list[float]:
    """Median seconds per statement, beyond those of an interpreter that does nothing."""
    runs = [[timed([sys.executable, "-c", code]) for code in ("pass", *statements)] for _ in range(ROUNDS)]
    nothing, *medians = (statistics.median(column) for column in zip(*runs, strict=True))
    return [max(median - nothing, 1e-4) for median in medians]


def command_line() -> int:
    """The wall time of `ringback --version`."""
    program = shutil.which("ringback", path=str(Path(sys.executable).parent)) or shutil.which("ringback")
    if program is None:
        print("SKIPPED: the command `ringback` is not installed here.")
        return 0
    wall = statistics.median(timed([program, "--version"]) for _ in range(ROUNDS))
    print(f"ringback --version {wall:.2f} s, bar {LIMIT:g} s: {'met' if wall < LIMIT else 'MISSED'}")
    return int(wall >= LIMIT)


def timed(command: list[str]) -> float:
    """Wall seconds of a process that must succeed."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
