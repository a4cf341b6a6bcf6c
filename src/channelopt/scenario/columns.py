"""Raw columns of a table, from whatever file, into a RawTable of text keys and numbers."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from channelopt.errors import Problems, nearest
from channelopt.scenario.decimals import Decimals, Found
from channelopt.scenario.places import LARGEST, check_text
from channelopt.scenario.source import KEYS, PlaceOf, RawTable

MOST_CELLS_SHOWN = 20
MAX_COLUMNS = 256
MAX_ROWS = 200_000

TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_MARKS = ("'=", "'+", "'-", "'@", "'\t")
_LEADING_ZERO = re.compile(r"(^|\n)-?0[0-9]")
_BLANK = " \t\u00a0\u2007\u202f"


@dataclass
class Reader:
    """Turns the columns of one table into a RawTable.

    Attributes:
        table: name of the table; `eligible` holds truth values, every other table numbers.
        place: where a cell was written; row -1 is the header.
        file: the file or sheet, for messages.
        problems: receives what is wrong.
        decimals: how numbers that are text were found to be written.
        texts: numbers written as text are read (CSV), read with a warning (workbooks) or refused.
    """

    table: str
    place: PlaceOf
    file: str
    problems: Problems
    decimals: Decimals
    texts: Literal["read", "warn", "refuse"] = "read"

    def read(self, columns: Mapping[str, Sequence[Any]]) -> RawTable:
        """Return the table; cells that cannot be read are None and recorded as problems."""
        values = {
            name: self._keys(name, cells) if name in KEYS else self._values(name, cells)
            for name, cells in columns.items()
        }
        return RawTable(tuple(columns), values, self.place, self.file, self.decimals.describe())

    def _keys(self, name: str, cells: Sequence[Any]) -> list[str | None]:
        known = {cell: self._key(name, cell, cells) for cell in set(cells)}
        return list(map(known.__getitem__, cells))

    def _key(self, name: str, cell: Any, cells: Sequence[Any]) -> str | None:
        if is_blank(cell):
            return None
        if isinstance(cell, str):
            text = unescape(cell.strip(_BLANK))
            if text.isascii() and text.isprintable():
                return text
            return check_text(text, self.problems, self.place(cells.index(cell), name))
        if _is_whole(cell):
            return str(int(cell))
        what = "the label of a period" if name == "period" else f"the id of a {name}"
        self.problems.add(
            "E125",
            f"expected {what}, found {show(cell)}",
            self.place(cells.index(cell), name),
        )
        return None

    def _values(self, name: str, cells: Sequence[Any]) -> list[Any]:
        if self.table == "eligible":
            return self._each(name, cells, self._truth)
        fast = _plain_numbers(cells) or self._fast(cells)
        if fast is not None:
            return fast
        if self._is_text_column(cells):
            hint = nearest(name, KEYS) or f"key columns are {', '.join(KEYS)}"
            hint = "" if name == "value" else hint
            self.problems.add(
                "E125",
                f"the column '{name}' holds text such as {show(_first(cells))} where numbers are "
                "expected",
                self.place(-1, name),
                hint,
            )
            return [None] * len(cells)
        return self._each(name, cells, self._number)

    def _fast(self, cells: Sequence[Any]) -> list[float | None] | None:
        """Return the numbers where every cell is plain and in range, else None."""
        if self.texts != "read" or set(map(type, cells)) != {str}:
            return None
        joined = "\n".join(cells)
        if self.decimals.comma:
            joined = joined.replace(",", ".")
        if not set(joined) <= set("0123456789.-\n") or _LEADING_ZERO.search(joined):
            return None
        texts = [cell.replace(",", ".") for cell in cells] if self.decimals.comma else cells
        try:
            numbers = [float(text) if text else None for text in texts]
        except ValueError:
            return None
        written = [number for number in numbers if number is not None]
        largest = max((max(written), -min(written))) if written else 0
        return numbers if largest <= LARGEST else None

    def _is_text_column(self, cells: Sequence[Any]) -> bool:
        sample = [c for c in itertools.islice(cells, 1000) if not is_blank(c)]
        return bool(sample) and all(
            isinstance(c, str) and not any(character.isdigit() for character in c) for c in sample
        )

    def _each(
        self, name: str, cells: Sequence[Any], convert: Callable[[Any], tuple[Any, Found | None]]
    ) -> list[Any]:
        values, bad = [], 0
        for row, cell in enumerate(cells):
            value, found = (None, None) if is_blank(cell) else convert(cell)
            values.append(value)
            if found is None:
                continue
            bad += found.code.startswith("E")
            if bad <= MOST_CELLS_SHOWN:
                self.problems.add(found.code, found.message, self.place(row, name), found.hint)
        if bad > MOST_CELLS_SHOWN:
            self.problems.add(
                "E125",
                f"{bad - MOST_CELLS_SHOWN:,} more cells of the column '{name}' cannot be read",
                self.place(-1, name),
            )
        return values

    def _truth(self, cell: Any) -> tuple[bool | None, Found | None]:
        if isinstance(cell, bool):
            return cell, None
        if isinstance(cell, int | float) and cell in (0, 1):
            return bool(cell), None
        value = TRUTH.get(str(cell).strip(_BLANK).lower()) if isinstance(cell, str) else None
        if value is None:
            message = f"expected true or false (or yes, no, 1, 0), found {show(cell)}"
            return None, Found("E125", message)
        return value, None

    def _number(self, cell: Any) -> tuple[float | None, Found | None]:
        if isinstance(cell, str):
            number, found = self.decimals.lone(cell.strip(_BLANK))
            if found is None and self.texts == "refuse":
                return None, Found(
                    "E125",
                    f"expected a number, found the text '{cell}'",
                    "remove the quotation marks",
                )
            if found is None and self.texts == "warn":
                message = f"the number {number:g} is stored as text; it is read as a number"
                found = Found("W131", message)
            return number, found
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return None, Found("E125", f"expected a number, found {show(cell)}")
        if not math.isfinite(cell):
            return None, Found("E109", f"expected a finite number, found {cell}")
        if abs(cell) > LARGEST:
            return None, Found("E109", f"numbers go up to 1e12, found {float(cell):g}")
        return float(cell), None


def _plain_numbers(cells: Sequence[Any]) -> list[float | None] | None:
    """Return the numbers where every cell is one in range, or blank; else None."""
    if not set(map(type, cells)) <= {float, int, type(None)}:
        return None
    written = [cell for cell in cells if cell is not None]
    if not all(map(math.isfinite, written)) or (written and max(map(abs, written)) > LARGEST):
        return None
    return [None if cell is None else float(cell) for cell in cells]


def _is_whole(cell: Any) -> bool:
    """Whether a cell is a whole number, as period labels may be."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return False
    return math.isfinite(cell) and cell == int(cell)


def is_blank(cell: Any) -> bool:
    """Whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip(_BLANK))


def unescape(text: str) -> str:
    """Take away the apostrophe that our CSV files put before = + - @ and TAB."""
    return text[1:] if text.startswith(_MARKS) else text


def show(cell: Any) -> str:
    """Return a cell as messages show it."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime | date | time | timedelta):
        return f"the date or time {cell}"
    if isinstance(cell, str):
        return f"'{cell}'" if len(cell) <= 40 else f"'{cell[:40]}...'"
    return str(cell)[:60]


def _first(cells: Sequence[Any]) -> Any:
    return next(cell for cell in cells if not is_blank(cell))


def check_header(
    names: Sequence[str], place: PlaceOf, problems: Problems, *, blank: Callable[[int], bool]
) -> list[tuple[int, str]]:
    """Return position and trimmed name of each column that is read.

    Args:
        names: the header cells as text.
        place: where a cell was written, row -1 is the header.
        problems: receives columns without a name or with a name that is there already.
        blank: whether nothing stands in the column at a position; then it may go without a name.
    """
    kept: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for position, raw in enumerate(names):
        name = check_text(unescape(raw.strip(_BLANK)), problems, place(-1, raw))
        if not name:
            if not blank(position):
                message = f"column {position + 1} has no name, yet something stands in it"
                hint = "name it or clear it; a name that begins with # makes it a note"
                problems.add("E121", message, place(-1, ""), hint)
        elif name in seen:
            message = f"two columns are named '{name}', number {seen[name]} and {position + 1}"
            problems.add("E121", message, place(-1, name), "rename or remove one of them")
        else:
            seen[name] = position + 1
            kept.append((position, name))
    if len(kept) > MAX_COLUMNS:
        message = f"at most {MAX_COLUMNS} columns are read, found {len(kept)}"
        problems.add("E121", message, place(-1, ""), "use the long form with a column 'value'")
    return kept
