"""CSV files into RawTables: columnar, checked, with the row and column of every cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from channelopt.errors import Place, Problems
from channelopt.scenario.columns import (
    MOST_CELLS_SHOWN,
    Reader,
    check_header,
    is_blank,
)
from channelopt.scenario.decimals import Ambiguous, Decimals, detect
from channelopt.scenario.places import fail
from channelopt.scenario.source import KEYS, PlaceOf, RawTable

LIMIT = 64 * 2**20
"""Largest CSV file, in bytes."""
_CHUNK = 8192
_DELIMITERS = (",", ";", "\t", "|")
_BRACKETS = re.compile(r"\[[^\]]*\]")


def read_csv(text: str, table: str, label: str, problems: Problems) -> RawTable:
    """Read a table from the text of a CSV file.

    Args:
        text: the whole file.
        table: name of the table.
        label: name of the file in messages.
        problems: receives what is wrong with single cells.

    Raises:
        InputError: the text is no table (quotes, ragged rows, header, separators).
    """
    body = read_cells(text, label, problems)

    def place(row: int, column: str) -> Place:
        return Place(label, body.header_line if row < 0 else body.lines[row], column or None)

    kept = check_header(
        body.header,
        place,
        problems,
        blank=lambda position: all(map(is_blank, body.cells[position])),
    )
    columns = {name: body.cells[position] for position, name in kept}
    decimals = _decimals(columns, table, body.delimiter, place, problems)
    problems.stop()
    return Reader(table, place, label, problems, decimals).read(columns)


def read_cells(text: str, label: str, problems: Problems) -> CsvCells:
    """Read the cells of a CSV file as text.

    Args:
        text: the whole file.
        label: name of the file in messages.
        problems: receives what is wrong.

    Raises:
        InputError: the text is no table (quotes, ragged rows, header, separators).
    """
    delimiter, skipped = delimiter_of(text, label, problems)
    return _plain_body(text, delimiter, skipped) or _careful_body(
        text, delimiter, skipped, label, problems
    )


@dataclass(frozen=True)
class CsvCells:
    """What a CSV file holds.

    Attributes:
        delimiter: what stands between cells.
        header: the header's cells.
        header_line: the line it stands on, from 1.
        cells: the cells below it, column by column.
        lines: the line on which each row begins.
    """

    delimiter: str
    header: list[str]
    header_line: int
    cells: list[Sequence[str]]
    lines: Sequence[int]


def _plain_body(text: str, delimiter: str, skipped: int) -> CsvCells | None:
    """Return a file of equally long rows, one per line, without building all rows at once."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(islice(reader, skipped + 1))
        if len(rows) <= skipped or not any(rows[-1]):
            return None
        columns: list[list[str]] = [[] for _ in rows[-1]]
        while chunk := list(islice(reader, _CHUNK)):
            if set(map(len, chunk)) != {len(columns)}:
                return None
            for column, cells in zip(columns, zip(*chunk, strict=True), strict=True):
                column.extend(cells)
    except csv.Error:
        return None
    num_rows = len(columns[0])
    if not num_rows or "" in columns[0] or reader.line_num != num_rows + skipped + 1:
        return None
    first = skipped + 2
    return CsvCells(delimiter, rows[-1], skipped + 1, list(columns), range(first, first + num_rows))


def _careful_body(
    text: str, delimiter: str, skipped: int, label: str, problems: Problems
) -> CsvCells:
    """Return any file, or raise what is wrong with its rows."""
    rows, lines = _rows(text, delimiter, label, problems)
    header, header_line, body, lines = _split(rows[skipped:], lines[skipped:], label, problems)
    _check_widths(header, body, lines, label, problems)
    return CsvCells(delimiter, header, header_line, list(zip(*body, strict=True)), lines)


def delimiter_of(text: str, label: str, problems: Problems) -> tuple[str, int]:
    """Return what stands between columns and how many rows tell so.

    Args:
        text: the beginning of the file at least.
        label: name of the file in messages.
        problems: receives what is wrong.

    Raises:
        InputError: nobody can tell.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        fail(problems, "E122", "the file is empty", Place(label))
    told = first.strip().strip('"').lower()
    if told.startswith("sep="):
        mark = first.strip().strip('"')[4:5] or "\t"
        if mark not in _DELIMITERS:
            fail(problems, "E123", f"columns cannot be separated by '{mark}'", Place(label, 1))
        return mark, 1
    outside = _BRACKETS.sub("", first)  # a path such as tables.unit_cost[segment=a,channel=b]
    found = [mark for mark in (",", ";") if mark in outside]
    if len(found) == 2:
        message = "the header holds commas and semicolons; one of them separates columns"
        fail(problems, "E123", message, Place(label, 1))
    if not found and "\t" in first:
        message = "columns are separated by tabs, expected commas or semicolons"
        fail(problems, "E123", message, Place(label, 1), "save the file as CSV")
    return (found or [","])[0], 0


def _rows(
    text: str, delimiter: str, label: str, problems: Problems
) -> tuple[list[list[str]], Sequence[int]]:
    """Return the rows and the line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines, begin = [], [], 1
    try:
        for row in reader:
            rows.append(row)
            lines.append(begin)
            begin = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end of data" in str(error) or "field larger" in str(error):
            message = "a quotation mark is opened in this row and never closed"
        else:
            message = f"the row cannot be read: {error}"
        fail(problems, "E126", message, Place(label, begin))
    return rows, lines


def _split(
    rows: list[list[str]], lines: Sequence[int], label: str, problems: Problems
) -> tuple[list[str], int, list[list[str]], Sequence[int]]:
    """Return header, its line, the rows that hold anything, and their lines."""
    full = [any(row) for row in rows]
    if not any(full):
        fail(problems, "E122", "the file is empty", Place(label))
    head = full.index(True)
    header, header_line = rows[head], lines[head]
    body, lines = rows[head + 1 :], lines[head + 1 :]
    if not all(full[head + 1 :]):
        kept = [index for index, row in enumerate(body) if any(map(str.strip, row))]
        body, lines = [body[index] for index in kept], [lines[index] for index in kept]
    if not body:
        message = "the table has a header and no rows"
        fail(
            problems, "E122", message, Place(label, header_line), "add rows, or leave the table out"
        )
    return header, header_line, body, lines


def _check_widths(
    header: list[str],
    body: list[list[str]],
    lines: Sequence[int],
    label: str,
    problems: Problems,
) -> None:
    width = len(header)
    if set(map(len, body)) == {width}:
        return
    ragged = [(line, len(row)) for line, row in zip(lines, body, strict=True) if len(row) != width]
    for line, found in ragged[:MOST_CELLS_SHOWN]:
        message = f"the row has {found} cell{'s' * (found != 1)}, the header has {width}"
        problems.add("E120", message, Place(label, line), _ragged_hint(found, width))
    if len(ragged) > MOST_CELLS_SHOWN:
        message = f"{len(ragged) - MOST_CELLS_SHOWN:,} more rows do not fit the header"
        problems.add("E120", message, Place(label))
    problems.stop()


def _ragged_hint(found: int, width: int) -> str:
    return "put cells that hold the separator in quotation marks" if found > width else ""


def _decimals(
    columns: dict[str, Sequence[str]],
    table: str,
    delimiter: str,
    place: PlaceOf,
    problems: Problems,
) -> Decimals:
    values = {name: cells for name, cells in columns.items() if name not in KEYS}
    if table == "eligible":
        return Decimals(delimiter)
    try:
        found = detect(list(values.values()), delimiter)
    except Ambiguous as ambiguous:
        name, row = _find(values, ambiguous.text)
        fail(
            problems,
            "E124",
            ambiguous.message,
            place(row, name),
            ambiguous.hint,
        )
    if found.seen and found.comma != (delimiter == ";"):
        problems.add("W124", f"read with {found.describe()}", place(-1, ""))
    return found


def _find(values: dict[str, Sequence[str]], text: str) -> tuple[str, int]:
    cells = zip_longest(*values.values())
    for row, line in enumerate(cells):
        for name, cell in zip(values, line, strict=True):
            if cell.strip() == text:
                return name, row
    raise AssertionError(text)
