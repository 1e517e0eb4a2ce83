"""Takes a world apart into its state and puts a state in its place."""

import sys
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

import orjson

from twilio_simulator import __version__
from twilio_simulator.clock import Due
from twilio_simulator.sids import Sids
from twilio_simulator.snapshots.graph import ForeignError, Reader, Writer, name_of
from twilio_simulator.world.state import STANDING

if TYPE_CHECKING:
    from twilio_simulator.simulator import Simulator

FORMAT = "twilio_simulator world 1"
PACKAGE, WORLD = "twilio_simulator.", "twilio_simulator.world."
State = dict[str, Any]


def kinds() -> dict[str, type]:
    """The classes that a snapshot may hold: those of the world, and our dataclasses and named tuples."""
    found: dict[str, type] = {name_of(Due): Due, name_of(Sids): Sids}
    for name, module in list(sys.modules.items()):
        if name.startswith(PACKAGE):
            own = (one for one in vars(module).values() if isinstance(one, type) and one.__module__ == name)
            found.update({name_of(one): one for one in own if name.startswith(WORLD) or _is_data(one)})
    return found


def _is_data(kind: type) -> bool:
    return is_dataclass(kind) or (issubclass(kind, tuple) and hasattr(kind, "_fields"))


def parts(simulator: "Simulator") -> dict[str, object]:
    """What stands in every simulator, by name: a snapshot points to it instead of holding it."""
    ours = {name: one for name, one in vars(simulator).items() if type(one).__module__.startswith(PACKAGE)}
    del ours["account"]
    return {"simulator": simulator, "clock": simulator.world.clock, "log": simulator.world.log, **ours}


def _stateful(simulator: "Simulator") -> dict[str, object]:
    return {"world": simulator.world, "faults": simulator.faults, "webhooks": simulator.webhooks}


def capture(simulator: "Simulator") -> State:
    """The state as it is, its objects those in use: to be written at once, or before a reset leaves them."""
    standing = {id(part) for part in parts(simulator).values()}
    state: State = {
        "clock": simulator.world.clock.state(),
        "log": simulator.world.log.state(),
        "account": simulator.account,
    }
    for name, part in _stateful(simulator).items():
        left_out = getattr(part, "RUNTIME", STANDING)
        state[name] = {
            key: value
            for key, value in vars(part).items()
            if id(value) not in standing and key not in left_out
        }
    return state


def apply(simulator: "Simulator", state: State) -> None:
    """Put a state in place of the present one, whose pending work is called off."""
    simulator.stop()
    simulator.world.clock.clear()
    for name, part in _stateful(simulator).items():
        for key, value in state[name].items():
            setattr(part, key, value)
    simulator.account = state["account"]
    simulator.world.log.restore(state["log"])
    simulator.world.clock.restore(state["clock"])
    simulator.webhooks.take_up()


def written(simulator: "Simulator") -> bytes:
    """The present state as JSON.

    Raises:
        UnkeepableError: something in it has no form on paper.
    """
    known = kinds()
    writer = Writer(known, parts(simulator))
    root = writer.write(capture(simulator))
    return orjson.dumps(
        {"format": FORMAT, "version": __version__, "root": root, "rows": writer.rows},
        option=orjson.OPT_NON_STR_KEYS,
    )


def read(simulator: "Simulator", text: bytes) -> State:
    """A state as `written` wrote it; nothing of the simulator changes.

    Raises:
        ForeignError: it is something else.
    """
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ForeignError(f"it is not JSON ({error})") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ForeignError(f"it is not of the format '{FORMAT}'")
    known = kinds()
    rows = content.get("rows")
    if not isinstance(rows, list):
        raise ForeignError("it has no rows")
    state = Reader(rows, known, parts(simulator)).read(content.get("root"))
    return _checked(simulator, state)


def _checked(simulator: "Simulator", state: Any) -> State:
    present = capture(simulator)
    if not isinstance(state, dict) or set(state) != set(present):
        raise ForeignError("it does not hold a whole world")
    if type(state["account"]) is not type(present["account"]):
        raise ForeignError("it holds no account")
    for account in state["world"]["accounts"].values():
        # Requests that were under way are not brought back.
        account.in_flight = 0
    return dict(state)
