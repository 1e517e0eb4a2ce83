"""Values and errors in words."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

# What a stranger wrote in a text message must not steer the terminal that shows it.
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"))
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


def plain(value: Any) -> str:
    """A value as text without the noise of JSON."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {plain(inner)}" for key, inner in value.items() if inner is not None)
    if isinstance(value, list | tuple):
        return ", ".join(plain(inner) for inner in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return harmless(str(value))


def harmless(text: str) -> str:
    """A text without the control characters that steer a terminal; line breaks stay."""
    return CONTROLS.sub("�", text.replace("\r\n", "\n").replace("\t", " "))


def lines_of(facts: Mapping[str, Any], indent: str = "") -> Iterator[tuple[str, str]]:
    """Names and values, what is within a value indented under its name; what is empty is left out."""
    for name, value in facts.items():
        if value in (None, [], {}, ""):
            continue
        if isinstance(value, Mapping):
            yield indent + name, ""
            yield from lines_of(value, f"{indent}  ")
        elif isinstance(value, list) and isinstance(value[0], Mapping):
            yield from ((indent + name if place == 0 else "", plain(one)) for place, one in enumerate(value))
        else:
            yield indent + name, plain(value)


def explained(error: Mapping[str, Any]) -> list[str]:
    """What an error says for people: message with Twilio's code, cause, remedy."""
    code = f" (Twilio {error['code']})" if error.get("code") else ""
    lines = [f"{error['message']}{code}"] if error.get("message") else []
    lines += [f"Why: {error['cause']}"] if error.get("cause") else []
    return lines + ([f"Do:  {error['remedy']}"] if error.get("remedy") else [])


def age(milliseconds: int) -> str:
    """How long ago, in one unit: 12s, 5m, 3h, 2d."""
    for size, unit in UNITS:
        if milliseconds >= size:
            return f"{milliseconds // size}{unit}"
    return "now"


def local(instant: str) -> datetime:
    """An ISO 8601 instant in the time zone of this machine."""
    return datetime.fromisoformat(instant).astimezone()


def when(instant: str) -> str:
    """An instant as people write it, with its time zone."""
    return local(instant).strftime("%Y-%m-%d %H:%M:%S %Z")
