"""How the command line shows things: sentences and tables for people, JSON for scripts."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from pydantic import BaseModel
from rich.console import Console
from rich.text import Text

from ringback.cli.tables import Column, fitting, laid_out, wrapped
from ringback.cli.wording import explained, lines_of, plain
from ringback.errors import Failure, InvalidInput, OutcomeUnknown, RingbackError, Unavailable

DONE, REFUSED, BAD_INPUT, OPEN = 0, 1, 2, 3
FAULT = 70  # EX_SOFTWARE of sysexits.h: the program itself is wrong
AWAY = 75  # EX_TEMPFAIL: the database, for now
INTERRUPTED = 130  # 128 + SIGINT, as shells count it
WHOLE = ("command", "input")
"""The fields of a mistake that no single option is to blame for."""

STYLES = {
    "done": "green",
    "refused": "red",
    "not_sent": "red",
    "withdrawn": "yellow",
    "unknown": "bold yellow",
    "waiting": "cyan",
    "running": "cyan",
}
NAMES = (Column("name"), Column("value", prose=True))


class Paper(Console):
    """A console that falls silent when whoever read it has gone, as `| head -1` does."""

    def on_broken_pipe(self) -> None:
        """Say no more, and let the command keep its exit code."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())
        os.close(nowhere)


def paper(file: IO[str]) -> Paper:
    """A console on a stream; lines are broken here and never by it."""
    return Paper(file=file, highlight=False, soft_wrap=True, emoji=False, markup=False)


class Show:
    """Writes answers to standard output and errors to standard error."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.out = paper(sys.stdout)
        self.err = paper(sys.stderr)

    @property
    def width(self) -> int | None:
        """How many cells a line has; None in a file or a pipe, where nothing is broken."""
        return _width(self.out)

    def say(self, text: str, style: str = "") -> None:
        """A sentence for people; scripts do not see it."""
        if not self.as_json:
            self.lines(wrapped(Text(text, style=style), self.width))

    def done(self, facts: Mapping[str, Any], sentence: str) -> None:
        """What was done: facts for scripts, a sentence for people."""
        if self.as_json:
            self.data(facts)
        else:
            self.say(sentence, "green")

    def lines(self, lines: Iterable[Text]) -> None:
        """Lines as they are, for people."""
        for line in lines:
            self.out.print(line)

    def data(self, value: Any) -> None:
        """Anything as one line of JSON."""
        # A stream that is not Unicode would put question marks into the data.
        plain_ascii = not (sys.stdout.encoding or "").lower().startswith("utf")
        self.out.out(json.dumps(value, ensure_ascii=plain_ascii, default=str), highlight=False)

    def facts(self, given: Mapping[str, Any] | BaseModel) -> None:
        """Names and values, one a line."""
        facts = given.model_dump(mode="json") if isinstance(given, BaseModel) else given
        if self.as_json:
            self.data(facts)
        else:
            self.pairs((Text(name, style="dim"), Text(value)) for name, value in lines_of(facts))

    def pairs(self, pairs: Iterable[tuple[Text, Text]]) -> None:
        """Two columns without a header."""
        rows = [{"name": name, "value": value} for name, value in pairs]
        if rows:
            self.lines(laid_out(NAMES, rows, self.width, header=False))

    def rows(
        self, columns: Sequence[Column], rows: Iterable[Mapping[str, Any] | BaseModel], nothing: str
    ) -> None:
        """A table; `nothing` says in a sentence that it is empty."""
        listed = [row.model_dump(mode="json") if isinstance(row, BaseModel) else row for row in rows]
        if self.as_json:
            self.data(listed)
        elif not listed:
            self.say(nothing)
        else:
            self._table(columns, [{one.name: _cell(one.name, row) for one in columns} for row in listed])

    def error(self, error: RingbackError, hint: str | None = None) -> int:
        """An error with its remedy; the exit code."""
        if self.as_json:
            self.data(error.problem())
        elif isinstance(error, InvalidInput):
            self._mistakes(error)
        else:
            self.complain(*(explained(error.problem()) or [error.message]))
        if hint and not self.as_json:
            self.complain(hint, style="")
        return _exit_code(error)

    def fault(self, sentence: str) -> int:
        """A mistake of our own; the exit code."""
        if self.as_json:
            self.data({"type": "about:blank", "title": "Internal error", "status": 500, "detail": sentence})
        else:
            self.complain(sentence)
        return FAULT

    def complain(self, *lines: str, style: str = "red") -> None:
        """Sentences on standard error, the first in colour."""
        for place, line in enumerate(lines):
            for part in wrapped(Text(line, style=style if place == 0 else ""), _width(self.err)):
                self.err.print(part)

    def _mistakes(self, error: InvalidInput) -> None:
        self.complain(*(bad.message for bad in error.errors if bad.field in WHOLE))
        rows = [
            {"name": Text(option(bad.field), style="bold red"), "value": Text(plain(bad.message))}
            for bad in error.errors
            if bad.field not in WHOLE
        ]
        for line in laid_out(NAMES, rows, _width(self.err), header=False):
            self.err.print(line)

    def _table(self, columns: Sequence[Column], rows: list[dict[str, Text]]) -> None:
        kept = fitting(columns, rows, self.width)
        self.lines(laid_out(kept, rows, self.width))
        everything = fitting(columns, rows, None)
        if hidden := [column.name for column in everything if column not in kept]:
            self.say(f"No room here for: {', '.join(hidden)}. A wider terminal or --json shows all.", "dim")


def _width(console: Console) -> int | None:
    return console.width if console.is_terminal else None


def option(field: str) -> str:
    """A field as it is written on the command line: `media_urls.0` is `--media-urls.0`."""
    name, dot, rest = field.partition(".")
    return f"--{name.replace('_', '-')}{dot}{rest}"


def _exit_code(error: RingbackError) -> int:
    if isinstance(error, OutcomeUnknown):
        return OPEN
    if isinstance(error, Unavailable):
        return AWAY
    return REFUSED if isinstance(error, Failure) else BAD_INPUT


def _cell(name: str, row: Mapping[str, Any]) -> Text:
    text = plain(row.get(name)).replace("\n", " ")
    return Text(text, style=STYLES.get(text, "") if name == "state" else "")
