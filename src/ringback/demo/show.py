"""`ringback demo`: the tour as a table, then everything stays up to be played with."""

import asyncio
import json
import sys

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ringback.demo.record import compare
from ringback.demo.tour import ADA, Told
from ringback.demo.world import World, running_world
from ringback.serving import Opener, stopping_on_signals

FINE, APART = 0, 1


async def demo(open_connector: Opener, *, once: bool, port: int, simulator_port: int, as_json: bool) -> int:
    """Run the tour; with `once` on free ports, and 0 only if ledger and simulator agree."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=not sys.stdout.isatty())
    if once:
        port = simulator_port = 0
    async with running_world(open_connector, port, simulator_port, once=once) as world:
        with stopping_on_signals(world.server):
            lines = await _toured(console, world, quiet=as_json)
            agrees = all(line.agrees for line in lines)
            if as_json:
                _print_json(lines, agrees=agrees)
            elif not agrees:
                console.print(
                    Text("Ledger and simulator disagree; see the lines marked ✗.", style="bold red")
                )
            if not once and not world.server.should_exit:
                await _stay(console, world)
    return FINE if agrees else APART


async def _toured(console: Console, world: World, *, quiet: bool) -> list[Told]:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("", "step", "what came of it"):
        table.add_column(column, overflow="fold")
    lines: list[Told] = []
    with Live(table, console=console, auto_refresh=False, transient=quiet) as live:
        async for told in world.tour.run():
            _add(table, told, lines)
            live.refresh()
            if world.server.should_exit:
                return lines
        _add(table, await compare(world.tour, world.twilio), lines)
        live.refresh()
    return lines


def _add(table: Table, told: Told, lines: list[Told]) -> None:
    lines.append(told)
    mark = Text("✓", style="green") if told.agrees else Text("✗", style="bold red")
    table.add_row(mark, Text(told.step), Text(told.answer))


def _print_json(lines: list[Told], *, agrees: bool) -> None:
    steps = [{"step": line.step, "answer": line.answer, "agrees": line.agrees} for line in lines]
    sys.stdout.write(json.dumps({"agrees": agrees, "steps": steps}, ensure_ascii=False) + "\n")


async def _stay(console: Console, world: World) -> None:
    curl = (
        f"curl {world.url}/v1/actions/SendMessage \\\n"
        f"  -H 'Authorization: Bearer {world.key}' -H 'Content-Type: application/json' \\\n"
        f"""  -d '{{"account": "demo", "to": "{ADA}", "body": "Hello from my own terminal"}}'"""
    )
    console.print()
    console.print(Text(f"Try every action in the browser  {world.url}/docs"))
    console.print(Text(f"API key                          {world.key}"))
    console.print(Text(f"The simulated Twilio             {world.tour.simulator.url}"))
    console.print(Text(f"The ledger                       {world.settings.database}"))
    console.print()
    console.print(Text(curl), soft_wrap=True)
    console.print()
    console.print(Text("Ctrl-C stops both.", style="dim"))
    while not world.server.should_exit:  # noqa: ASYNC110 - uvicorn offers a flag, not an event
        await asyncio.sleep(0.1)
