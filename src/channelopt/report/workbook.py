"""Excel workbooks of tables: real numbers, text that is never a formula, equal bytes each time."""

from __future__ import annotations

import datetime as dt
import functools
import io
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from channelopt.errors import UsageError
from channelopt.plan.table import Cell, Table, neutral
from channelopt.report.line_chart import Lines, add_lines
from channelopt.report.waterfall_chart import Waterfall, add_chart

Kind = Literal["money", "share", "number", "ratio"]

FORMATS: Mapping[str, str] = {
    "money": "#,##0.00",
    "share": "0.0%",
    "number": "#,##0.0",
    "ratio": "0.000",
    "whole": "#,##0",
    "plain": "General",
}
"""Number formats by kind; Excel shows them as the reader's country writes numbers."""

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header."""
LONGEST_TEXT = 32_767
LONGEST_TITLE = 31
WIDTHS = (9, 60)
"""Narrowest and widest column, in characters."""
SAMPLE = 500
"""Rows that are looked at for the width of a column."""
MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""Date that every workbook says it was made on: equal content, equal bytes."""


class Exact(float):
    """A number that is written with every digit, so that it reads back as the same number."""

    def __format__(self, _: str) -> str:
        """Return the shortest text of the number, whatever the file's writer asks for."""
        return repr(float(self))


_REFUSED = re.compile(r"[\[\]:*?/\\]|^'|'$")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Sheet:
    """A table as a sheet.

    Attributes:
        title: of the sheet; shortened and told apart where Excel needs it.
        table: its rows. Where it has a column `unit`, the kinds that stand there decide the number
            format of their rows, for columns without a kind.
        kinds: of columns of numbers; others show as many digits as they have.
    """

    title: str
    table: Table
    kinds: Mapping[str, Kind] = field(default_factory=dict)


@dataclass(frozen=True)
class Book:
    """What a workbook holds.

    Attributes:
        title: of the first sheet's text, and in the properties of the file.
        said: sentences on the first sheet, `Summary`.
        sheets: one for each table, in this order.
        charts: one sheet each, between the summary and the tables.
    """

    title: str
    sheets: Sequence[Sheet]
    said: Sequence[str] = ()
    charts: Sequence[Waterfall | Lines] = ()


def workbook(book: Book) -> bytes:
    """Return a workbook (.xlsx); equal books give equal bytes.

    Raises:
        UsageError: a table has more rows than a sheet.
    """
    import xlsxwriter

    for sheet in book.sheets:
        if len(sheet.table.rows) > MOST_ROWS:
            rows = f"{len(sheet.table.rows):,} rows, a sheet holds {MOST_ROWS:,}"
            raise UsageError(f"{sheet.table.name} does not fit into Excel: {rows}; use the CSV")
    written = io.BytesIO()
    file = xlsxwriter.Workbook(written, {"in_memory": True})
    file.set_properties({"title": plain_text(book.title), "created": MADE, "author": "channelopt"})
    taken: set[str] = set()
    _summary(file, book, taken)
    for chart in book.charts:
        page = file.add_worksheet(sheet_title(chart.title, taken))
        if isinstance(chart, Lines):
            add_lines(file, page, chart)
        else:
            add_chart(file, page, chart)
    styles = {kind: file.add_format({"num_format": code}) for kind, code in FORMATS.items()}
    header = file.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"})
    for sheet in book.sheets:
        page = file.add_worksheet(sheet_title(sheet.title, taken))
        _write(page, sheet, styles, header)
    file.close()
    return written.getvalue()


def sheet_title(wanted: str, taken: set[str]) -> str:
    """Return a title that Excel takes and that no other sheet has, and add it to those taken."""
    base = _REFUSED.sub("_", plain_text(wanted)).strip() or "Sheet"
    number, title = 1, base[:LONGEST_TITLE]
    while title.casefold() in taken or title.casefold() == "history":
        number += 1
        end = f" ({number})"
        title = base[: LONGEST_TITLE - len(end)] + end
    taken.add(title.casefold())
    return title


def _summary(file: Any, book: Book, taken: set[str]) -> None:
    page = file.add_worksheet(sheet_title("Summary", taken))
    page.set_column(0, 0, 110)
    page.hide_gridlines(2)
    heading = file.add_format({"bold": True, "font_size": 14})
    page.write_string(0, 0, plain_text(book.title), heading)
    wrapped = file.add_format({"text_wrap": True, "valign": "top"})
    for row, sentence in enumerate(book.said, start=2):
        page.write_string(row, 0, plain_text(sentence), wrapped)


def _write(page: Any, sheet: Sheet, styles: Mapping[str, Any], header: Any) -> None:
    table = sheet.table
    units = table.column("unit") if "unit" in table.columns else (None,) * len(table.rows)
    for position, name in enumerate(table.columns):
        cells = table.column(name)
        page.write_string(0, position, name, header)
        default = sheet.kinds.get(name)
        usual = "whole" if are_whole(cells) else "plain"
        for row, (cell, unit) in enumerate(zip(cells, units, strict=True), start=1):
            kind = default or (unit if unit in FORMATS else usual)
            put(page, row, position, cell, styles[str(kind)])
        page.set_column(position, position, _width(name, cells))
    page.freeze_panes(1, 0)
    if table.columns:
        page.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)


def put(page: Any, row: int, column: int, cell: Cell, style: Any) -> None:
    """Write a cell as what it is; a text is a text, whatever it begins with."""
    if isinstance(cell, str) and cell:
        page.write_string(row, column, plain_text(cell))
    elif isinstance(cell, bool):
        page.write_boolean(row, column, cell)
    elif isinstance(cell, int | float) and (number := neutral(cell)) is not None:
        page.write_number(row, column, Exact(number), style)


@functools.lru_cache(maxsize=4096)  # titles and ids stand in many rows
def plain_text(text: str) -> str:
    """Return a text without what a workbook cannot hold."""
    return _NOT_XML.sub("", text)[:LONGEST_TEXT]


def numbers_of(cells: Iterable[Cell]) -> list[float]:
    """Return the numbers among cells, flags left out."""
    found = [c for c in cells if isinstance(c, int | float) and not isinstance(c, bool)]
    return [float(number) for number in found if math.isfinite(number)]


def are_whole(cells: Iterable[Cell]) -> bool:
    """Whether the numbers among cells are all whole."""
    return all(number.is_integer() for number in numbers_of(cells))


def _width(name: str, cells: Collection[Cell]) -> float:
    """Return the width of a column: its header with the filter's button, and its longest cell."""
    sample = [cell for _, cell in zip(range(SAMPLE), cells, strict=False)]
    longest = max((len(cell) for cell in sample if isinstance(cell, str)), default=0)
    largest = max((abs(number) for number in numbers_of(sample)), default=0.0)
    digits = len(f"{largest:,.2f}") + 2
    return float(min(max(len(name) + 3, longest + 1, digits, WIDTHS[0]), WIDTHS[1]))
