"""Tables of a PDF: as large as the page can hold; those of more than forty rows are cut."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from channelopt.plan.markup import visible
from channelopt.report import below
from channelopt.report.document import Cell, Grid, Value

ROWS = 40
"""Longer tables are left to their file."""
BEGIN = 15
"""Rows that are shown of those: the first say what matters, the file has them all."""
UPRIGHT = tuple((size, 481.0) for size in (8.5, 8.0, 7.5, 7.0))
FLIPPED = tuple((size, 728.0) for size in (8.5, 8.0, 7.5, 7.0, 6.5, 6.0))
"""Sizes of letters, the best first, and the points between the margins of the page."""
LETTER, DIGIT = 0.54, 0.59
"""Mean width of a letter of a word and of a number, by its size."""
PADDING = 9.0
"""Points left and right of a cell, together."""
NARROW, FINE, WIDE = 18, 36, 60
"""Letters that a column of words needs at least, and with which it reads well; more than the last
do not count."""
HEAD = 14
"""Longer words in heads of columns are hyphenated."""
_LONG = re.compile(r"[^\s\u200b]{32,}")
_JOINT = re.compile(r"(?<=\w[_/])(?=\w)")
_BREAK = "\u200b"


def soft(text: str) -> str:
    """Return a text in which names break after `_` and `/`, very long words anywhere."""
    return _LONG.sub(lambda word: _BREAK.join(word.group()), _JOINT.sub(_BREAK, text))


def tied(text: str) -> str:
    """Return a text in which no line begins with a per cent sign."""
    return text.replace(" %", "\u00a0%")


def source(files: str) -> str:
    """Return the line that names the files that numbers come from."""
    return below.source(visible(files))


def grid(block: Grid, title: str = "") -> dict[str, Any]:
    """Return a table as data for the template.

    Args:
        block: the table.
        title: stands for an empty one of its own.
    """
    size, flipped, widths = _fitting(block)
    return {
        "kind": "grid",
        "title": soft(visible(block.title or title)),
        "columns": [
            {
                "title": soft(visible(column.title)),
                "align": column.align,
                "hyphenate": any(len(word) > HEAD for word in column.title.split()),
            }
            for column in block.columns
        ],
        "rows": [[_cell(cell) for cell in row] for row in _shown(block)],
        "foot": [_cell(cell) for cell in block.foot],
        "more": _more(block),
        "source": source(block.source),
        "widths": widths,
        "size": size,
        "flipped": flipped,
    }


def _cell(cell: Cell) -> str:
    """Return a cell; numbers never break."""
    text = visible(str(cell))
    return text.replace(" ", "\u00a0") if isinstance(cell, Value) else soft(text)


def _shown(block: Grid) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows that are printed."""
    most = BEGIN if block.source and len(block.rows) > ROWS else ROWS
    return tuple(block.rows[:most])


def _more(block: Grid) -> str:
    return below.rest(len(block.rows) - len(_shown(block)), visible(block.source))


def _fitting(block: Grid) -> tuple[float, bool, list[_Width]]:
    """Return the size of letters, whether the page is turned, and the widths of the columns."""
    columns = [_Lengths.of(block, k) for k in range(len(block.columns))]
    tries = (
        *((FINE, *fit) for fit in UPRIGHT[:3]),
        *((NARROW, *fit) for fit in (*UPRIGHT, *FLIPPED)),
    )
    fits = (
        (size, room)
        for letters, size, room in tries
        if sum(column.least(size, letters) for column in columns) <= room
    )
    size, room = next(fits, FLIPPED[-1])
    is_roomy = sum(column.natural(size) for column in columns) <= room
    widths = ["auto" if is_roomy else column.width(size) for column in columns]
    return size, room > UPRIGHT[0][1], widths


_Width = float | str | dict[str, int]
"""Points, `auto`, or a share of what the others leave."""


@dataclass(frozen=True)
class _Lengths:
    """How many letters a column has.

    Attributes:
        is_number: whether it is one of numbers, which never break.
        longest: of its longest cell.
        word: of the longest word of its cells.
        head: that its head needs in three lines.
        title: of its head.
    """

    is_number: bool
    longest: int
    word: int
    head: int
    title: int

    @classmethod
    def of(cls, block: Grid, position: int) -> _Lengths:
        """Return those of a column of a table, as far as it is shown."""
        column = block.columns[position]
        rows = [*_shown(block), *((block.foot,) if block.foot else ())]
        texts = [visible(str(row[position])) for row in rows if position < len(row)]
        words = (len(word) for text in texts for word in re.split(r"[\s_]", text))
        heads = [len(word) for word in column.title.split()]
        return cls(
            is_number=column.align == "right" and max(map(len, texts), default=0) < NARROW + 2,
            longest=max(map(len, texts), default=0),
            word=min(max(words, default=0), 24),
            head=min(max([*heads, math.ceil(len(column.title) / 3)], default=0), HEAD),
            title=len(column.title),
        )

    def least(self, size: float, letters: int = NARROW) -> float:
        """Return the points without which it cannot be read; words want so many letters."""
        if self.is_number:
            return max(self.longest, self.head) * DIGIT * size + PADDING
        wanted = max(self.word, min(self.longest, letters), self.head)
        return wanted * LETTER * size + PADDING

    def natural(self, size: float) -> float:
        """Return the points with which neither a cell nor its head has a second line."""
        letters = max(self.longest, self.title)
        return letters * (DIGIT if self.is_number else LETTER) * size + PADDING

    def width(self, size: float) -> _Width:
        """Return its width where not every column can have its natural one."""
        if self.is_number or self.longest <= NARROW:
            return self.least(size)
        return {"share": min(self.longest, WIDE)}
