"""Strict mode: a parameter that Twilio does not have, or a value of the wrong kind, is refused loudly.

Twilio itself ignores unknown parameters (20001 is a warning there), so a misspelt one goes unnoticed.
"""

import re
from typing import Any

import orjson

from twilio_simulator.exchange import Form, Request
from twilio_simulator.facts import Fact
from twilio_simulator.ledger import RefusalError

_CHECKS = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "boolean": r"(?i)true|false"}


def check_parameters(fact: Fact, request: Request) -> None:
    """Hold the names and values against the facts table.

    Raises:
        RefusalError: 20001, naming the parameter.
    """
    given = {**request.query, **_sent(request)}
    for name in fact.unknown(list(given)):
        raise RefusalError(20001, problem=f"{fact.name} has no parameter '{name}'.{_guess(name, fact)}")
    for name, values in given.items():
        for value in values:
            problem = _problem(value, fact.parameters[name])
            if problem is not None:
                raise RefusalError(20001, problem=f"{fact.name}: parameter '{name}' {problem}.")


def _sent(request: Request) -> Form:
    """The names in the body; of a JSON body, which only Content takes, the handler reads the values."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return request.form
    try:
        content = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return {}
    return {name: [] for name in content} if isinstance(content, dict) else {}


def _guess(name: str, fact: Fact) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - slow to import, needed by mistakes only

    close = get_close_matches(name, fact.parameters, n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def _problem(value: str, kind: dict[str, Any]) -> str | None:
    if not value:
        return None
    allowed = kind.get("enum")
    if allowed is not None and value not in allowed:
        return f"must be one of {', '.join(allowed)}"
    pattern = kind.get("pattern") or _CHECKS.get(kind.get("type", ""))
    if pattern is not None and re.fullmatch(pattern.strip("^$"), value) is None:
        return f"must be {kind.get('type')} like {pattern}"
    return None
