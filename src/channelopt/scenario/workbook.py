"""Excel workbooks: every sheet as a grid of checked cells with their addresses."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from channelopt.errors import InputError, Place, Problems
from channelopt.scenario.archive import check_workbook
from channelopt.scenario.columns import (
    MAX_COLUMNS,
    MAX_ROWS,
    Reader,
    check_header,
    is_blank,
    show,
)
from channelopt.scenario.decimals import Decimals
from channelopt.scenario.places import check_number, check_text, fail
from channelopt.scenario.source import RawTable

_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!"}
)
_IGNORED = ("about", "readme")


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet, top left first.

    Attributes:
        sheet: the sheet's name as written.
        cells: rows of values: text, numbers, truth values or None; all rows equally long.
        label: the file's name in messages.
    """

    sheet: str
    cells: Sequence[Sequence[Any]]
    label: str

    @property
    def name(self) -> str:
        """The sheet's name as the name of a section or table."""
        return self.sheet.strip().casefold()

    def place(self, row: int, column: int) -> Place:
        """Return the place of a cell, both counted from 0."""
        from openpyxl.utils import get_column_letter

        return Place(self.label, cell=f"{self.sheet}!{get_column_letter(column + 1)}{row + 1}")


def read_grids(content: bytes, label: str, problems: Problems) -> list[Grid]:
    """Read the sheets of a workbook that hold anything.

    Sheets named `about` or `readme`, and those whose name begins with `_` or `#`, are for people.

    Raises:
        InputError: the file is no workbook that can be read.
    """
    check_workbook(content, label, problems)
    book = _open(content, label, problems, values=False)
    stored = None
    grids = []
    for sheet in book.worksheets:
        name = sheet.title.strip().casefold()
        if name in _IGNORED or name.startswith(("_", "#")):
            continue
        _check_size(sheet, label, problems)
        if stored is None and _has_formula(sheet):
            stored = _open(content, label, problems, values=True)
        grid = _grid(sheet, stored[sheet.title] if stored else None, label, problems)
        if grid is not None:
            _check_look(sheet, grid, problems)
            grids.append(grid)
    problems.stop()
    return grids


def _open(content: bytes, label: str, problems: Problems, *, values: bool) -> Any:
    import warnings

    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(
                io.BytesIO(content), data_only=values, keep_links=False, rich_text=False
            )
    except Exception as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        fail(problems, "E130", f"the workbook is damaged: {reason}", Place(label))


def _check_size(sheet: Any, label: str, problems: Problems) -> None:
    if sheet.max_row > MAX_ROWS + 1 or sheet.max_column > MAX_COLUMNS:
        from openpyxl.utils import get_column_letter

        last = f"{sheet.title}!{get_column_letter(sheet.max_column)}{sheet.max_row}"
        message = f"the sheet reaches further than {MAX_COLUMNS} columns and {MAX_ROWS:,} rows"
        fail(
            problems,
            "E131",
            message,
            Place(label, cell=last),
            "delete what stands there, or keep large tables in CSV files",
        )


def _has_formula(sheet: Any) -> bool:
    return any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def _grid(sheet: Any, stored: Any, label: str, problems: Problems) -> Grid | None:
    rows = [list(row) for row in sheet.iter_rows()]
    cells: list[list[Any]] = []
    grid = Grid(sheet.title, cells, label)
    for index, row in enumerate(rows):
        cells.append([])
        for position, cell in enumerate(row):
            result = stored[cell.coordinate].value if cell.data_type == "f" else cell.value
            place = grid.place(index, position) if _is_odd(cell, result) else None
            cells[-1].append(_cell(cell.data_type, result, place, problems))
    while cells and all(map(is_blank, cells[-1])):
        cells.pop()
    return grid if cells else None


def _is_odd(cell: Any, result: Any) -> bool:
    """Whether anything can be said about the cell, so that its address is needed."""
    if cell.data_type == "f" or not isinstance(result, str | float | int | None):
        return True
    if isinstance(result, str):
        return result in _ERRORS or not (result.isascii() and result.isprintable())
    return result is not None and not abs(result) < 1e12


def _cell(kind: str, value: Any, place: Place | None, problems: Problems) -> Any:
    """Return the cell's value, None after recording why it cannot be read."""
    if place is None:
        return int(value) if isinstance(value, float) and value.is_integer() else value
    if kind == "f" and value is None:
        hint = "open the file in Excel, save it, or replace the formula by its result"
        problems.add("E132", "the formula has no stored result", place, hint)
    elif value in _ERRORS:
        problems.add("E133", f"the cell shows the error {value}", place)
    elif isinstance(value, str):
        return check_text(value, problems, place)
    elif isinstance(value, bool):
        return value
    elif isinstance(value, int | float):
        number = check_number(value, f"{float(value):g}", problems, place)
        return int(number) if isinstance(number, float) and number.is_integer() else number
    elif isinstance(value, dt.date | dt.time | dt.timedelta):
        hint = "give the cell the format 'Text' or 'General' and type it again"
        problems.add("E135", f"expected a number or text, found {show(value)}", place, hint)
    else:
        problems.add("E125", f"expected a number or text, found a {type(value).__name__}", place)
    return None


def _check_look(sheet: Any, grid: Grid, problems: Problems) -> None:
    """Record merged cells in the data, and warn of what is hidden."""
    for merged in sheet.merged_cells.ranges:
        if merged.min_row <= len(grid.cells):
            place = Place(grid.label, cell=f"{grid.sheet}!{merged.coord}")
            problems.add("E134", "merged cells cannot be read", place, "unmerge them")
    if sheet.sheet_state != "visible":
        place = Place(grid.label, cell=grid.sheet)
        problems.add("W130", "the sheet is hidden; it is read like any other", place)
    hidden = [row for row, shape in sheet.row_dimensions.items() if shape.hidden]
    hidden = [row for row in hidden if row <= len(grid.cells)]
    if hidden:
        place = Place(grid.label, cell=f"{grid.sheet}!{hidden[0]}:{hidden[0]}")
        message = f"{len(hidden)} rows are hidden or filtered; they are read like any other"
        if len(hidden) == 1:
            message = "a row is hidden or filtered; it is read like any other"
        problems.add("W130", message, place)
    columns = [letter for letter, shape in sheet.column_dimensions.items() if shape.hidden]
    if columns:
        place = Place(grid.label, cell=f"{grid.sheet}!{columns[0]}:{columns[0]}")
        problems.add("W130", "a column is hidden; it is read like any other", place)


def body(grid: Grid) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield position and cells of each row below the header that holds anything."""
    for row in range(header_row(grid) + 1, len(grid.cells)):
        if not all(map(is_blank, grid.cells[row])):
            yield row, grid.cells[row]


def header_row(grid: Grid) -> int:
    """Return the position of the first row that holds anything."""
    return next(i for i, row in enumerate(grid.cells) if not all(map(is_blank, row)))


def header(grid: Grid, problems: Problems) -> list[tuple[int, str]]:
    """Return position and name of each column; columns that begin with `#` are comments."""
    top = header_row(grid)
    names = ["" if cell is None else str(cell) for cell in grid.cells[top]]
    rows = list(body(grid))

    def place(row: int, column: str) -> Place:  # noqa: ARG001 - the header is one row
        return grid.place(top, names.index(column) if column in names else 0)

    found = Problems()
    kept = check_header(
        names, place, found, blank=lambda position: all(is_blank(r[position]) for _, r in rows)
    )
    problems.errors.extend(found.errors)
    return [(position, name) for position, name in kept if not name.startswith("#")]


def read_table(grid: Grid, problems: Problems) -> RawTable:
    """Read a sheet as a table.

    Raises:
        InputError: the sheet has no rows below its header.
    """
    columns = header(grid, problems)
    rows = list(body(grid))
    top = header_row(grid)
    if not rows:
        message = "the table has a header and no rows"
        found = Problems()
        fail(found, "E122", message, grid.place(top, 0), "add rows, or delete the sheet")
    positions = {name: position for position, name in columns}

    def place(row: int, column: str) -> Place:
        return grid.place(top if row < 0 else rows[row][0], positions.get(column, 0))

    reader = Reader(
        grid.name, place, f"{grid.label}:{grid.sheet}", problems, Decimals(), texts="warn"
    )
    return reader.read({name: [row[position] for _, row in rows] for position, name in columns})


def read_tables(grids: Sequence[Grid], problems: Problems) -> dict[str, RawTable]:
    """Read sheets as tables by name, recording what is wrong with each."""
    tables = {}
    for grid in grids:
        try:
            tables[grid.name] = read_table(grid, problems)
        except InputError as error:
            problems.errors.extend(error.problems)
    return tables
