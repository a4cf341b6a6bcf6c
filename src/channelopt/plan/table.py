"""Table: named columns and rows, and its neutral text form.

Numbers are written so that reading them gives the same number: a point, no grouping, no
exponent games with the locale. Absent values are empty cells, flags are `true` and `false`.
A text cell that a spreadsheet would take for a formula gets a leading `'`, which reading removes.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from channelopt.errors import InputError, Place, Problem

if TYPE_CHECKING:
    import pandas as pd

Cell = str | float | int | bool | None

TEXT = frozenset(
    {
        "period",
        "segment",
        "interaction",
        "channel",
        "group",
        "upgrade",
        "upgrades",
        "metric",
        "policy",
        "stopped_by",
        "known",
        "parameter",
        "title",
        "unit",
        "less_known",
        "more_known",
        "note",
        "frontier",
        "first",
        "second",
        "figure",
        "open_channels",
        "what",
        "verdict",
        "alternative",
        "binding",
        "change",
        "decision",
        "direction",
        "flip_known",
        "flip_parameter",
        "flip_set",
        "futures",
        "name",
        "plan",
        "rule",
        "runner_up",
        "set",
        "statistic",
        "term",
        "then",
        "breaks",
        "event",
        "high_ends",
        "high_known",
        "known_high",
        "known_low",
        "low_ends",
        "low_known",
        "set_high",
        "set_low",
        "with",
        "words",
        "to",
        "repair",
        "kind",
        "from",
        "run",
        "old",
        "new",
        "path",
        "bought_before",
        "bought_after",
        "variation",
        "status",
        "digest",
        "at",
        "axis",
        "from_plan",
        "to_plan",
        "opens",
        "closes",
        "buys",
        "drops",
        "rung",
        "sense",
        "where",
    }
)
"""Columns that hold text."""

FLAGS = frozenset(
    {
        "least",
        "open",
        "owned",
        "bought",
        "disagrees",
        "supported",
        "knee",
        "held_ok",
        "misleads",
        "unique",
        "open_before",
        "open_after",
        "flat",
    }
)
"""Columns that hold true or false; all others hold numbers."""

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_QUOTED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_NUMBERS = re.compile(r"(?:(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)?\n)*+")


@dataclass(frozen=True)
class Table:
    """A table of a plan: `name` is its file's name without suffix."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def column(self, name: str) -> tuple[Cell, ...]:
        """Return the cells of one column."""
        position = self.columns.index(name)
        return tuple(row[position] for row in self.rows)

    def records(self) -> Iterator[dict[str, Cell]]:
        """Yield the rows as dictionaries by column."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))

    def to_pandas(self) -> pd.DataFrame:
        """Return the table as a data frame; absent numbers are nan."""
        import pandas as pd

        frame = pd.DataFrame(list(self.rows), columns=list(self.columns))
        for name in self.columns:
            if name not in TEXT | FLAGS:
                frame[name] = pd.to_numeric(frame[name])
        return frame

    def to_csv(self) -> str:
        """Return the table as CSV text: comma, line feed, quoted where needed."""
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(map(cell_text, self.columns))
        cells = (map(_cell_writer(name), self.column(name)) for name in self.columns)
        writer.writerows(zip(*cells, strict=True))
        return lines.getvalue()


def cell_text(cell: Cell) -> str:
    """Return a cell as it stands in a CSV file."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        return f"'{cell}" if _FORMULA.match(cell) else cell
    return number_text(cell)


def _cell_writer(column: str) -> Callable[[Cell], str]:
    """Return what writes the cells of one column; texts repeat, so they are remembered."""
    if column not in TEXT:
        return cell_text
    return functools.lru_cache(maxsize=None, typed=True)(cell_text)  # some hold numbers and flags


def number_text(number: float) -> str:
    """Return the shortest neutral text that reads back as the same number."""
    plain = neutral(number)
    return "" if plain is None else repr(plain)


def neutral(number: float | None) -> float | int | None:
    """Return a number for machine files: whole numbers without a point, nan and inf as None."""
    if number is None or not math.isfinite(number):
        return None
    value = float(number)
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def read_csv(text: str, name: str, columns: tuple[str, ...], file: str) -> Table:
    """Read a table from CSV text.

    Args:
        text: content of the file.
        name: name of the table.
        columns: the columns it must have, in this order.
        file: for messages.

    Returns:
        The table.

    Raises:
        InputError: naming every cell that cannot be read.
    """
    try:
        lines = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise InputError([Problem("E901", f"not a CSV file: {error}", Place(file))]) from error
    if lines and not text.endswith(("\n", "\r")):
        cut = "the last line is not complete; the file is cut off"
        raise InputError([Problem("E908", cut, Place(file, len(lines)))])
    if not lines or tuple(lines[0]) != columns:
        found = ", ".join(lines[0]) if lines else "nothing"
        message = f"the header must be {', '.join(columns)}, found {found}"
        raise InputError([Problem("E902", message, Place(file, 1))])
    problems = list(_ragged(lines, len(columns), file))
    if problems:
        raise InputError(problems)
    cells = zip(*lines[1:], strict=True) if len(lines) > 1 else ((),) * len(columns)
    parsed = [
        list(_read_column(column, texts, file, problems))
        for column, texts in zip(columns, cells, strict=True)
    ]
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.place or Place(file)))
    return Table(name, columns, tuple(zip(*parsed, strict=True)))


def read_any(text: str, name: str, file: str, words: frozenset[str] = TEXT) -> Table:
    """Read a table whose columns are not known: its header says them.

    A column that is neither known to hold text nor flags holds numbers if all its cells do, else
    text: the columns of a sweep are named by what is varied.

    Args:
        text: content of the file.
        name: name of the table.
        file: for messages.
        words: columns that are known to hold text.

    Raises:
        InputError: the text is no table, or a cell cannot be read.
    """
    try:
        lines = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise InputError([Problem("E901", f"not a CSV file: {error}", Place(file))]) from error
    if not lines:
        raise InputError([Problem("E902", "the file is empty", Place(file, 1))])
    problems = list(_ragged(lines, len(lines[0]), file))
    if problems:
        raise InputError(problems)
    columns = tuple(map(str, map(_read_text, lines[0])))
    cells = zip(*lines[1:], strict=True) if len(lines) > 1 else ((),) * len(columns)
    parsed = [_read_guessed(*pair, words) for pair in zip(columns, cells, strict=True)]
    return Table(name, columns, tuple(zip(*parsed, strict=True)))


def _read_guessed(column: str, texts: Iterable[str], words: frozenset[str]) -> list[Cell]:
    found = list(texts)
    if column not in words:
        with contextlib.suppress(ValueError):
            return [(_read_flag if column in FLAGS else _read_number)(text) for text in found]
    return [_read_text(text) for text in found]


def _ragged(lines: list[list[str]], width: int, file: str) -> Iterator[Problem]:
    for number, cells in enumerate(lines, start=1):
        if len(cells) != width:
            message = f"{len(cells)} cells where {width} are expected"
            yield Problem("E903", message, Place(file, number))


def _read_column(
    column: str, texts: Iterable[str], file: str, problems: list[Problem]
) -> Iterator[Cell]:
    if column not in TEXT | FLAGS:
        texts = list(texts)
        numbers = _read_numbers(texts)
        if numbers is not None:
            yield from numbers
            return
    parse: Callable[[str], Cell] = _read_flag if column in FLAGS else _read_number
    if column in TEXT:
        parse = functools.cache(_read_text)
    for line, text in enumerate(texts, start=2):
        try:
            yield parse(text)
        except ValueError as error:
            problems.append(Problem("E904", str(error), Place(file, line, column)))


def _read_text(text: str) -> Cell:
    return text[1:] if _QUOTED.match(text) else text


def _read_number(text: str) -> Cell:
    if text == "":
        return None
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        msg = f"expected a number with a decimal point, found '{text[:40]}'"
        raise ValueError(msg)
    return neutral(float(text))


def _read_numbers(texts: list[str]) -> list[Cell] | None:
    """Return a whole column of numbers at once; None where any cell is none."""
    joined = "\n".join([*texts, ""])
    if joined.count("\n") != len(texts) or not _NUMBERS.fullmatch(joined):
        return None
    numbers = [float(text) if text else None for text in texts]
    if math.inf in numbers or -math.inf in numbers:
        return None
    return [
        int(number) if number is not None and number.is_integer() and abs(number) < 1e15 else number
        for number in numbers
    ]


def _read_flag(text: str) -> Cell:
    known: Mapping[str, bool | None] = {"true": True, "false": False, "": None}
    if text not in known:
        msg = f"expected true or false, found '{text[:40]}'"
        raise ValueError(msg)
    return known[text]


def as_number(cell: Any) -> float:
    """Return a cell as a number; absent is nan."""
    return math.nan if cell is None else float(cell)
