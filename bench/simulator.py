"""How fast and how large the simulator is, beside its peers, in one run.

    python bench/simulator.py [--seconds 2] [--rounds 3] [--messages 100000] [--peers FOLDER]

What is measured has one core, this client the other. Bars: ready within 0.7 s, under 80 MB idle, 6,000
creates a second of a core with callbacks off, 1,200 with three callbacks each. Whatever else the machine does
slows the clock on the wall, so the best of some rounds counts, and creates are told for a second of processor
time too.

Peers are measured when they are in a folder that you name; nothing is installed (docs/simulator/speed.md).
"""

import argparse
import asyncio
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.load import Load, Pace, Receiver, memory, processor_time, put_on, request
from bench.programs import DidNotStartError, Program, Running, peers, running, simulator

START_BAR, MEMORY_BAR, PLAIN_BAR, CALLBACK_BAR = 0.7, 80.0, 6000.0, 1200.0
CALLBACKS = 3
QUIET = 3.0
"""Seconds without a callback after which no further one is expected; messages take one to be delivered."""
LONGEST = 60.0
"""Seconds after which filling a program with messages ends."""


@dataclass
class Figures:
    """What was measured of one program."""

    name: str
    ready: float
    idle: float
    pace: Pace
    filled: int
    full: float
    with_callbacks: Pace | None = None
    callbacks: float = 0.0


async def measured(program: Program, wanted: argparse.Namespace, cores: list[int]) -> Figures:
    """The figures of one program."""
    starts = []
    for _ in range(wanted.rounds):
        with running(program, cores[0], cores[-1]) as it:
            starts.append((it.ready, memory(it.pid)))
    with running(program, cores[0], cores[-1]) as it:
        pace, filled, full = await loaded(program, it, wanted)
    figures = Figures(program.name, min(starts)[0], min(idle for _, idle in starts), pace, filled, full)
    if program.callbacks:
        with running(program, cores[0], cores[-1]) as it:
            figures.with_callbacks, figures.callbacks = await called_back(program, it, wanted)
    return figures


async def loaded(program: Program, it: Running, wanted: argparse.Namespace) -> tuple[Pace, int, float]:
    """The best pace of some rounds; then so many messages as were wanted, and the memory."""
    create = request(program.sid, program.token, program.form())
    if program.most is not None:
        pace = await put_on(Load(create, LONGEST, most=program.most), it.port, it.pid)
        return pace, pace.created, memory(it.pid)
    paces = [await put_on(Load(create, wanted.seconds), it.port, it.pid) for _ in range(wanted.rounds)]
    made = sum(pace.created for pace in paces)
    if made < wanted.messages:
        made += (await put_on(Load(create, LONGEST, most=wanted.messages - made), it.port, it.pid)).created
    best = max(paces, key=lambda pace: pace.per_core)
    return replace(best, refused=sum(pace.refused for pace in paces)), made, memory(it.pid)


async def called_back(program: Program, it: Running, wanted: argparse.Namespace) -> tuple[Pace, float]:
    """The pace with callbacks, and how many came for each create."""
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
    form = program.form(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/status")
    sid, token, rate = program.sid, program.token, None
    if program.callbacks == CALLBACKS:
        # Through a Messaging Service a message has three callbacks: queued, sent, delivered.
        facts = await made_account(it.port)
        sid, token, rate = facts["account_sid"], facts["auth_token"], CALLBACK_BAR * 1.02
        form["MessagingServiceSid"] = facts["messaging_service"]
        del form["From"]
    best, each = None, 0.0
    for _ in range(wanted.rounds):
        Receiver.count, before = 0, processor_time(it.pid)
        load = Load(request(sid, token, form), wanted.seconds * 2, rate, program.most)
        pace = await put_on(load, it.port, it.pid)
        await called(load.sent * program.callbacks)
        # What is still to be called back when the last create is answered is work, too.
        pace = replace(pace, processor=processor_time(it.pid) - before)
        if best is None or pace.per_core > best.per_core:
            best, each = pace, Receiver.count / max(1, load.sent)
        if program.most is not None:
            break
    server.close()
    assert best is not None
    return best, each


async def called(times: int) -> None:
    """Until so many callbacks have come, or no more come."""
    before = -1
    while before < Receiver.count < times:
        before = Receiver.count
        await asyncio.sleep(QUIET)


async def made_account(port: int) -> dict[str, str]:
    """An account with a Messaging Service."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b'{"messaging_services": ["Bench"]}'
    head = f"POST /_sim/accounts HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.read()
    writer.close()
    facts: dict[str, str] = orjson.loads(answer.partition(b"\r\n\r\n")[2])
    return facts


def against_bars(ours: Figures) -> bool:
    """Print our figures beside their bars; whether all are met."""
    slow = ours.with_callbacks
    assert slow is not None
    creates, with_callbacks = ours.pace.per_core, slow.per_core
    rows = [
        ("ready after, s", ours.ready, START_BAR, ours.ready <= START_BAR),
        ("idle memory, MB", ours.idle, MEMORY_BAR, ours.idle <= MEMORY_BAR),
        ("creates/s of a core", creates, PLAIN_BAR, creates >= PLAIN_BAR and not ours.pace.refused),
        ("the same, 3 callbacks each", with_callbacks, CALLBACK_BAR, with_callbacks >= CALLBACK_BAR),
        ("callbacks per create", ours.callbacks, CALLBACKS * 0.98, ours.callbacks >= CALLBACKS * 0.98),
    ]
    for name, figure, bar, met in rows:
        print(f"{name:28} {figure:10.2f}   bar {bar:8.1f}   {'met' if met else 'MISSED'}")
    return all(met for *_, met in rows)


def beside_peers(all_figures: list[Figures]) -> None:
    """Print everybody's figures, ours first, and how ours compare."""
    print("\n" + f"{'':28}" + "".join(f"{one.name:>18}" for one in all_figures))
    rows: dict[str, list[float | None]] = {
        "ready after, s": [one.ready for one in all_figures],
        "idle memory, MB": [one.idle for one in all_figures],
        "creates/s of a core": [one.pace.per_core for one in all_figures],
        "creates/s on the wall": [one.pace.per_second for one in all_figures],
        "messages then made": [float(one.filled) for one in all_figures],
        "memory then, MB": [one.full for one in all_figures],
        "creates/s with callbacks": [
            one.with_callbacks.per_core if one.with_callbacks else None for one in all_figures
        ],
        "callbacks per create": [one.callbacks for one in all_figures],
    }
    for name, figures in rows.items():
        print(f"{name:28}" + "".join(f"{'none' if one is None else f'{one:,.2f}':>18}" for one in figures))
    ours, *others = all_figures
    for other in others:
        print(
            f"creates/s of a core, simulator to {other.name}: {ours.pace.per_core / other.pace.per_core:.1f}x"
        )


async def measure(wanted: argparse.Namespace) -> bool:
    """Measure and print all; whether the bars are met."""
    cores = sorted(os.sched_getaffinity(0))
    all_figures = [await measured(simulator(), wanted, cores)]
    met = against_bars(all_figures[0])
    if wanted.peers is None:
        print(
            "ABSENT: no peer was measured; --peers FOLDER takes them from a folder (docs/simulator/speed.md)."
        )
    for peer in () if wanted.peers is None else peers(wanted.peers):
        try:
            all_figures.append(await measured(peer, wanted, cores))
        except DidNotStartError:
            print(f"ABSENT: {peer.name} did not start.")
    beside_peers(all_figures)
    return met


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=2, help="how long a round is (default: 2)")
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts (default: 3)")
    parser.add_argument("--messages", type=int, default=100_000, help="when to look at the memory again")
    parser.add_argument("--peers", type=lambda text: Path(text).resolve(), help="a folder of peers")
    sys.exit(0 if uvloop.run(measure(parser.parse_args())) else 1)
