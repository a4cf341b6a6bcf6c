"""Tables of a PDF: as large as the page can hold, cut after forty rows."""

from __future__ import annotations

import re
from typing import Any

from channelopt.report.document import Cell, Column, Grid, Value
from channelopt.report.markdown import visible
from channelopt.report.speech import _, plural_of
from channelopt.report.values import count

ROWS = 40
"""More rows are left to the file."""
SIZES = (8.5, 8.0, 7.5, 7.0, 6.5)
"""Sizes of letters in points, the best first."""
UPRIGHT, FLIPPED = 481.0, 728.0
"""Points between the margins of a page."""
LETTER = 0.53
"""Mean width of a letter by its size."""
PADDING = 8.0
"""Points left and right of a cell, together."""
WIDE = 26
"""A column of words is wide enough with so many letters; more go to another line."""
_LONG = re.compile(r"\S{25,}")
_BREAK = "\u200b"


def soft(text: str) -> str:
    """Return a text in which very long words may break anywhere."""
    return _LONG.sub(lambda word: _BREAK.join(word.group()), text)


def source(files: str) -> str:
    """Return the line that names the files that numbers come from."""
    return _("Source: {source}").format(source=visible(files)) if files else ""


def grid(block: Grid, title: str = "") -> dict[str, Any]:
    """Return a table as data for the template.

    Args:
        block: the table.
        title: stands for an empty one of its own.
    """
    size, flipped = _fitting(block)
    return {
        "kind": "grid",
        "title": soft(visible(block.title or title)),
        "columns": [
            {"title": soft(visible(column.title)), "align": column.align}
            for column in block.columns
        ],
        "rows": [[_cell(cell) for cell in row] for row in block.rows[:ROWS]],
        "foot": [_cell(cell) for cell in block.foot],
        "more": _more(block),
        "source": source(block.source),
        "size": size,
        "flipped": flipped,
    }


def _cell(cell: Cell) -> str:
    """Return a cell; numbers never break."""
    text = visible(str(cell))
    return text.replace(" ", "\u00a0") if isinstance(cell, Value) else soft(text)


def _more(block: Grid) -> str:
    number = len(block.rows) - ROWS
    if number <= 0:
        return ""
    shown = count(number)
    if not block.source:
        return plural_of(
            "{n} more row is not shown.", "{n} more rows are not shown.", number
        ).format(n=shown)
    return plural_of(
        "{n} more row is in {source}.", "{n} more rows are in {source}.", number
    ).format(n=shown, source=visible(block.source))


def _fitting(block: Grid) -> tuple[float, bool]:
    """Return the size of letters, and whether the page is turned for it."""
    widths = [_letters(block, k, column) for k, column in enumerate(block.columns)]
    fits = (
        (size, is_flipped)
        for room, is_flipped in ((UPRIGHT, False), (FLIPPED, True))
        for size in SIZES
        if sum(widths) * LETTER * size + len(widths) * PADDING <= room
    )
    return next(fits, (SIZES[-1], True))


def _letters(block: Grid, position: int, column: Column) -> int:
    """Return how many letters a column needs beside each other."""
    cells = [*block.rows[:ROWS], *((block.foot,) if block.foot else ())]
    texts = [str(row[position]) for row in cells if position < len(row)]
    longest = max(map(len, texts), default=0)
    head = max(map(len, column.title.split()), default=0)
    return max(min(longest, WIDE) if column.align == "left" else longest, min(head, WIDE))
