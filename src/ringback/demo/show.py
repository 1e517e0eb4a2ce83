"""`ringback demo`: the tour line by line, then everything stays up to be played with."""

import asyncio
from collections.abc import Iterator
from shlex import quote

from rich.text import Text

from ringback.cli.show import Show
from ringback.cli.tables import Column, laid_out
from ringback.demo.record import compare
from ringback.demo.steps import ADA, STEPS
from ringback.demo.tour import Told
from ringback.demo.world import World, running_world
from ringback.errors import Misconfigured
from ringback.serving import Opener, on_signals

FINE, APART = 0, 1
COLUMNS = (Column("mark"), Column("step"), Column("answer", prose=True))
WIDEST = max(len(step.title) for step in STEPS)


async def demo(open_connector: Opener, *, once: bool, port: int, simulator_port: int, as_json: bool) -> int:
    """Run the tour; with `once` on free ports. 1 if ledger and simulator disagree, or the simulator dies."""
    show = Show(as_json=as_json)
    if once:
        port = simulator_port = 0
    code = FINE
    task = asyncio.current_task()
    try:
        with on_signals(task.cancel if task else lambda: None):
            async with running_world(open_connector, port, simulator_port, once=once) as world:
                code = await _toured(show, world)
                if not once:
                    code = await _stay(show, world)
    except asyncio.CancelledError:
        # Ctrl-C is how a demo ends; it is no failure.
        return code
    return code


async def _toured(show: Show, world: World) -> int:
    lines: list[Told] = []
    async for line in world.tour.run(STEPS):
        _tell(show, line, lines)
        if world.simulator.returncode is not None:
            return _simulator_gone(show, world)
    _tell(show, await compare(world.tour, lines, world.twilio), lines)
    agrees = all(line.agrees for line in lines)
    if show.as_json:
        steps = [{"step": line.step.title, "answer": line.answer, "agrees": line.agrees} for line in lines]
        show.data({"agrees": agrees, "steps": steps} | _places(world))
    elif not agrees:
        show.say("Ledger and simulator disagree; see the lines marked ✗.", "bold red")
    return FINE if agrees else APART


def _tell(show: Show, line: Told, lines: list[Told]) -> None:
    lines.append(line)
    if show.as_json:
        return
    mark = Text("✓", style="green") if line.agrees else Text("✗", style="bold red")
    cells = {"mark": mark, "step": Text(line.step.title.ljust(WIDEST)), "answer": Text(line.answer)}
    show.lines(laid_out(COLUMNS, [cells], show.width, header=False))


def _places(world: World) -> dict[str, str]:
    return {
        "url": world.url,
        "key": world.key,
        "simulator": world.tour.simulator.url,
        "database": str(world.settings.database),
    }


async def _stay(show: Show, world: World) -> int:
    if not show.as_json:
        show.lines(Text(line) for line in _where_to_go(world))
    # Ctrl-C cancels this; what ends it otherwise is the simulator's own end.
    await world.simulator.wait()
    return _simulator_gone(show, world)


def _simulator_gone(show: Show, world: World) -> int:
    code = world.simulator.returncode
    show.error(Misconfigured(f"The simulator stopped by itself (exit code {code}). Start the demo again."))
    return APART


def _where_to_go(world: World) -> Iterator[str]:
    settings = world.settings
    yield ""
    yield f"Try every action in the browser  {world.url}/docs"
    yield f"API key                          {world.key}"
    yield f"The simulated Twilio             {world.tour.simulator.url}"
    yield ""
    yield "From another terminal:"
    yield ""
    yield f"curl {world.url}/v1/actions/SendMessage \\"
    yield f"  -H 'Authorization: Bearer {world.key}' -H 'Content-Type: application/json' \\"
    yield f"""  -d '{{"account": "demo", "to": "{ADA}", "body": "Hello from my own terminal"}}'"""
    yield ""
    database, key_file = quote(str(settings.database)), quote(str(settings.key_file))
    yield f"export RINGBACK_DATABASE={database} RINGBACK_KEY_FILE={key_file}"
    yield f"ringback run SendMessage --account demo --to {ADA} --body 'Hello again'"
    yield "ringback jobs list"
    yield ""
    yield "Ctrl-C stops everything."
