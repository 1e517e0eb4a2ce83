"""Values as Python source, known ones by the expression that gives them."""

from typing import Any

Names = dict[str, str]
"""Value to expression."""


def quoted(text: str) -> str:
    """A string literal, in double quotes where that needs no escape."""
    shown = repr(text)
    if '"' in text or not shown.startswith("'"):
        return shown
    return '"' + shown[1:-1] + '"'


def literal(value: Any, names: Names) -> str:
    """Any JSON value."""
    if isinstance(value, str):
        return names.get(value) or quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {literal(one, names)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(literal(one, names) for one in value)}]"
    return repr(value)


def arguments(body: dict[str, Any], names: Names) -> str:
    """An object as named arguments."""
    return ", ".join(f"{name}={literal(value, names)}" for name, value in body.items())
