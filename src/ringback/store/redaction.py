"""What redaction leaves of a job's texts: SIDs, states, numbers of segments, and nothing of any person.

Inputs and results lose every text that is not known to be harmless, so that an action of tomorrow gives
nothing away. Sentences about what went wrong stay readable: they lose what was asked for, numbers and mail
addresses.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

ERASED = "[redacted]"
HARMLESS = frozenset(
    {
        "channel",
        "expires_at",
        "locale",
        "matched_by",
        "outcome",
        "priority",
        "risk_check",
        "scheduled_by",
        "send_at",
        "sender",
        "status",
    }
)
"""Names whose texts say nothing of a person; the sender is the account's own."""
WORDS = frozenset({"proved_by", "state", "status"})
"""Names of what the ledger itself says, in an error or an event."""

SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
NUMBER = re.compile(r"(?<![\w-])\+?\d[\d ().-]{5,}\d(?![\w-])")
MAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.\w+")
SHORTEST = 4  # letters; a shorter text would tear holes into any sentence


def without_texts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """An input or a result with its harmless values alone; each other one is marked as redacted."""
    return {name: value if _is_harmless(name, value) else _marked(value) for name, value in facts.items()}


def texts_of(facts: Mapping[str, Any]) -> list[str]:
    """The texts that `without_texts` takes away, longest first."""
    lost = (value for name, value in facts.items() if not _is_harmless(name, value))
    return sorted({text for text in _texts(lost) if len(text) >= SHORTEST}, key=len, reverse=True)


def scrubbed(detail: Any, private: Iterable[str]) -> Any:
    """An error or the detail of an event, whose sentences lose private texts, numbers and mail addresses."""
    match detail:
        case str():
            return _scrubbed_text(detail, private)
        case Mapping():
            return {name: _kept(name, value, private) for name, value in detail.items()}
        case list():
            return [scrubbed(value, private) for value in detail]
    return detail


def _kept(name: str, value: Any, private: Iterable[str]) -> Any:
    """What stands under a name: a status stays one, also where somebody's text was that very word."""
    return value if name in WORDS else scrubbed(value, private)


def redacted_job(row: Any) -> tuple[dict[str, str | None], list[str]]:
    """The columns of a job's row as they remain, and the texts that are private to it."""
    wanted, result = orjson.loads(row["input"]), _loaded(row["result"])
    private = texts_of(wanted | (result or {}))
    remains = {
        "input": _dumped(without_texts(wanted)),
        "result": _dumped(without_texts(result)) if result is not None else None,
        "error": scrubbed_json(row["error"], private),
    }
    return remains, private


def scrubbed_json(detail: str | None, private: Iterable[str]) -> str | None:
    """The same for a column that holds JSON or nothing."""
    return _dumped(scrubbed(orjson.loads(detail), private)) if detail is not None else None


def _is_harmless(name: str, value: Any) -> bool:
    if isinstance(value, str):
        return name in HARMLESS or SID.fullmatch(value) is not None
    return value is None or isinstance(value, bool | int | float)


def _marked(value: Any) -> Any:
    return [ERASED for _ in value] if isinstance(value, list) else ERASED


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _texts(value.values())
        elif isinstance(value, list):
            yield from _texts(value)


def _scrubbed_text(text: str, private: Iterable[str]) -> str:
    if SID.fullmatch(text):
        return text
    for value in private:
        text = text.replace(value, ERASED)
    return MAIL.sub(ERASED, NUMBER.sub(ERASED, text))


def _loaded(column: str | None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = orjson.loads(column) if column is not None else None
    return found


def _dumped(value: Any) -> str:
    return orjson.dumps(value).decode()
