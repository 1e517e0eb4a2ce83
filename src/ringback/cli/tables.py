"""Columns that fit the terminal: an id is never broken, whole columns give way instead."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

GAP = 2
NARROWEST = 24  # cells; below this, prose is left to the terminal to break
HEADER = "dim"

Row = Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; the highest `rank` gives way first. Prose is wrapped, and stands last."""

    name: str
    rank: int = 0
    prose: bool = False


def fitting(columns: Sequence[Column], rows: Sequence[Row], width: int | None) -> list[Column]:
    """The columns that say anything and have room, in their order; None is room for all."""
    filled = [column for column in columns if any(row[column.name].plain for row in rows)]
    if width is None:
        return filled
    kept: list[Column] = []
    room = width + GAP
    for column in sorted(filled, key=lambda one: one.rank):
        needed = _needed(column, rows)
        if needed <= room or not kept:
            kept.append(column)
            room -= needed
    return [column for column in filled if column in kept]


def laid_out(
    columns: Sequence[Column], rows: Sequence[Row], width: int | None, *, header: bool = True
) -> Iterator[Text]:
    """Lines of aligned cells, nothing trailing."""
    if not rows:
        return
    titles = [{column.name: Text(column.name, style=HEADER) for column in columns}] if header else []
    wide = [max(cell_len(row[column.name].plain) for row in [*titles, *rows]) for column in columns]
    indent = sum(wide[:-1]) + GAP * len(wide[:-1])
    for row in [*titles, *rows]:
        cells = [row[column.name] for column in columns]
        start = Text().join(_padded(cell, size + GAP) for cell, size in zip(cells[:-1], wide, strict=False))
        for place, line in enumerate(wrapped(cells[-1], None if width is None else width - indent)):
            ahead = start if place == 0 else Text(" " * indent)
            yield _stripped(ahead + line)


def wrapped(text: Text, width: int | None) -> list[Text]:
    """A text in lines of at most `width`, broken between words only, so that ids and URLs can be copied."""
    lines = text.plain.splitlines() or [""]
    if width is not None and width >= NARROWEST:
        lines = [part for line in lines for part in _words(line, width) or [""]]
    return [Text(line, style=text.style) for line in lines]


def _words(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)


def _needed(column: Column, rows: Sequence[Row]) -> int:
    widest = max((cell_len(row[column.name].plain) for row in rows), default=0)
    if column.prose:
        widest = min(widest, NARROWEST)
    return max(widest, cell_len(column.name)) + GAP


def _padded(cell: Text, width: int) -> Text:
    padded = cell.copy()
    padded.append(" " * (width - cell_len(cell.plain)))
    return padded


def _stripped(line: Text) -> Text:
    line.rstrip()
    return line
