"""Whatever waits on the clock can be kept in a snapshot."""

import ast
from collections.abc import Iterator
from pathlib import Path

import twilio_simulator

SOURCES = sorted(Path(twilio_simulator.__file__).parent.rglob("*.py"))


def planned(file: Path) -> Iterator[ast.expr]:
    """What is passed to `clock.after(delay, kind, subject, act)` in a file."""
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = ast.unparse(node.func.value)
        if node.func.attr == "after" and owner.endswith("clock"):
            yield node.args[3] if len(node.args) > 3 else node.keywords[-1].value


def is_method(expression: ast.expr) -> bool:
    """`self.method` or `partial(self.method, ...)`."""
    if isinstance(expression, ast.Call) and ast.unparse(expression.func) == "partial":
        return isinstance(expression.args[0], ast.Attribute)
    return isinstance(expression, ast.Attribute)


def test_events_are_methods_and_hold_no_closure() -> None:
    found = [(file, act) for file in SOURCES for act in planned(file)]
    wrong = [f"{file.name}:{act.lineno} {ast.unparse(act)}" for file, act in found if not is_method(act)]

    assert len(found) >= 3
    assert wrong == [], "pass a method, or functools.partial of one: a snapshot cannot hold a closure"
