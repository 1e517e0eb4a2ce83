"""How the command line shows things: sentences and tables for people, JSON for scripts."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ringback.errors import InvalidInput, RingbackError
from ringback.outcome import Outcome, Timeline

DONE, REFUSED, BAD_INPUT, OPEN = 0, 1, 2, 3

EXIT_BY_STATE = {"done": DONE, "refused": REFUSED, "not_sent": REFUSED, "withdrawn": REFUSED}

STYLES = {
    "done": "green",
    "refused": "red",
    "not_sent": "red",
    "withdrawn": "yellow",
    "unknown": "bold yellow",
    "waiting": "cyan",
    "running": "cyan",
}


def exit_code(outcome: Outcome) -> int:
    """0 done, 1 refused, not_sent, withdrawn or a wrong code, 3 unknown or still on its way."""
    if outcome.result is not None and outcome.result.get("verified") is False:
        return OPEN if outcome.state == "unknown" else REFUSED
    return EXIT_BY_STATE.get(outcome.state, OPEN)


class Show:
    """Writes answers to standard output and errors to standard error."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self._out = Console(file=sys.stdout, highlight=False, soft_wrap=not sys.stdout.isatty())
        self._err = Console(file=sys.stderr, highlight=False, soft_wrap=not sys.stderr.isatty())

    def say(self, text: str) -> None:
        """A sentence for people; scripts do not see it."""
        if not self.as_json:
            self._out.print(Text(text))

    def data(self, value: Any) -> None:
        """Anything as JSON."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")

    def facts(self, given: Mapping[str, Any] | BaseModel) -> None:
        """Names and values, one a line."""
        facts = given.model_dump(mode="json") if isinstance(given, BaseModel) else given
        if self.as_json:
            self.data(facts)
            return
        grid = Table.grid(padding=(0, 2))
        for name, value in _lines(facts):
            grid.add_row(Text(name, style="dim"), Text(value))
        self._out.print(grid)

    def rows(
        self, columns: Sequence[str], rows: Iterable[Mapping[str, Any] | BaseModel], nothing: str
    ) -> None:
        """A table; `nothing` says in a sentence that it is empty."""
        listed = [row.model_dump(mode="json") if isinstance(row, BaseModel) else row for row in rows]
        if self.as_json:
            self.data(listed)
        elif not listed:
            self._out.print(Text(nothing))
        else:
            table = Table(box=None, pad_edge=False, header_style="dim")
            for name in columns:
                table.add_column(name, overflow="fold")
            for row in listed:
                table.add_row(*(_cell(name, row.get(name)) for name in columns))
            self._out.print(table)

    def outcome(self, outcome: Outcome) -> int:
        """A job and what came of it; the exit code."""
        if self.as_json:
            self.data(outcome.model_dump(mode="json"))
        else:
            self._job(outcome)
        return exit_code(outcome)

    def timeline(self, job: Timeline) -> int:
        """A job with its history; the exit code."""
        if self.as_json:
            self.data(job.model_dump(mode="json"))
            return exit_code(job)
        self._job(job)
        self._out.print()
        self.facts(job.input)
        self._out.print()
        history = [{**event, "detail": plain(event["detail"])} for event in job.events]
        self.rows(("at", "kind", "who", "detail"), history, "Nothing happened yet.")
        return exit_code(job)

    def error(self, error: RingbackError) -> int:
        """An error with its remedy; the exit code."""
        if self.as_json:
            self.data(error.problem())
        elif isinstance(error, InvalidInput):
            grid = Table.grid(padding=(0, 2))
            for bad in error.errors:
                grid.add_row(Text(bad.field, style="bold red"), Text(bad.message))
            self._err.print(grid)
        else:
            self._err.print(Text(error.message, style="red"))
            for line in explained(error.problem()):
                self._err.print(Text(line))
        return BAD_INPUT if error.status not in (202, 422) or isinstance(error, InvalidInput) else REFUSED

    def _job(self, outcome: Outcome) -> None:
        state = outcome.state.value
        name = f"{outcome.id}  " if outcome.id else ""
        self._out.print(Text(name) + Text(state, style=STYLES[state]) + Text(f"  {outcome.action}"))
        message = outcome.message.model_dump(exclude_none=True) if outcome.message else {}
        result = {key: value for key, value in (outcome.result or {}).items() if key not in ("sid", "status")}
        self.facts({**(message or outcome.result or {}), **result})
        for line in explained(outcome.error or {}):
            self._out.print(Text(line, style="red"))
        for note in outcome.notes:
            self._out.print(Text(f"Note: {note}", style="yellow"))


def explained(error: Mapping[str, Any]) -> list[str]:
    """What an error says for people: message and code, cause, remedy."""
    code = f" (Twilio {error['code']})" if error.get("code") else ""
    lines = [f"{error['message']}{code}"] if error.get("message") else []
    lines += [f"Why: {error['cause']}"] if error.get("cause") else []
    return lines + ([f"Do: {error['remedy']}"] if error.get("remedy") else [])


def plain(value: Any) -> str:
    """A value as text without the noise of JSON."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {plain(inner)}" for key, inner in value.items() if inner is not None)
    if isinstance(value, list | tuple):
        return ", ".join(plain(inner) for inner in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _lines(facts: Mapping[str, Any], indent: str = "") -> Iterator[tuple[str, str]]:
    """Names and values, what is within a value indented under its name."""
    for name, value in facts.items():
        if value in (None, [], {}):
            continue
        if isinstance(value, Mapping):
            yield indent + name, ""
            yield from _lines(value, f"{indent}  ")
        elif isinstance(value, list) and isinstance(value[0], Mapping):
            yield from ((indent + name if place == 0 else "", plain(one)) for place, one in enumerate(value))
        else:
            yield indent + name, plain(value)


def _cell(name: str, value: Any) -> Text:
    text = "" if value is None else plain(value)
    return Text(text, style=STYLES.get(text, "") if name == "state" else "")
