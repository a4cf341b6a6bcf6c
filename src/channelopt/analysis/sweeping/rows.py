"""Rows of a sweep: a CSV file in which every row is a point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

from channelopt.analysis.sweeping.axes import VARIATION, bare, cell_of, check_count, point
from channelopt.analysis.sweeping.point import Axis, Grid
from channelopt.errors import InputError, Place, Problem, Problems
from channelopt.plan.table import Cell, neutral
from channelopt.scenario.changes import assignment
from channelopt.scenario.columns import MOST_CELLS_SHOWN, check_header, is_blank, unescape
from channelopt.scenario.decimals import Ambiguous, Decimals, detect
from channelopt.scenario.tables import LIMIT, CsvCells, read_cells
from channelopt.scenario.text import decode, read_bytes
from channelopt.scenario.yaml import read_value

_BLANK = " \t\u00a0\u2007\u202f"


def read_rows(file: Path, problems: Problems, most: int) -> Grid:
    """Read the points of a sweep.

    The header holds paths as `--set` takes them (`path`, `path*`, `path+`), or `variation`; a
    column whose name begins with `#` is a note. Each row is a point, what is blank leaves the
    scenario alone. Columns are separated and decimals are marked as in every other CSV file.

    Args:
        file: the CSV file.
        problems: receives what is wrong.
        most: points.

    Returns:
        A grid that is not crossed.

    Raises:
        InputError: the file cannot be read, or some of it has no meaning.
    """
    label = str(file)
    text = decode(read_bytes(file, label, LIMIT, problems), label, problems)
    body = read_cells(text, label, problems)
    columns = _columns(body, label, problems)
    problems.stop()
    decimals = _decimals(body, columns, label, problems)
    reader = _Reader(body, label, decimals, problems)
    values = [reader.column(position, name) for position, name in columns]
    check_count(len(body.lines), most, problems)
    problems.stop()
    given = tuple(
        Axis(name, _distinct(cells)) for (_, name), cells in zip(columns, values, strict=True)
    )
    rows = enumerate(zip(*values, strict=True), start=1)
    return Grid(given, tuple(point(number, given, cells) for number, cells in rows), crossed=False)


def _columns(body: CsvCells, label: str, problems: Problems) -> list[tuple[int, str]]:
    """Return position and name of each column that is no note."""

    def place(row: int, column: str) -> Place:
        return Place(label, body.header_line if row < 0 else body.lines[row], column or None)

    def blank(position: int) -> bool:
        return all(map(is_blank, body.cells[position]))

    kept = check_header(body.header, place, problems, blank=blank)
    columns = [(position, name) for position, name in kept if not name.startswith("#")]
    if not columns:
        problems.add("E170", "no column names a path", place(-1, ""), _HINT)
    seen: set[str] = set()
    for _, name in columns:
        for found in _faults(name):
            problems.add(found.code, found.message, place(-1, name), found.hint)
        if bare(name) in seen:
            problems.add("E171", f"two columns change '{bare(name)}'", place(-1, name))
        seen.add(bare(name))
    return columns


def _distinct(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Return each value once; true is not 1."""
    known = {(isinstance(cell, bool), cell): cell for cell in cells if cell is not None}
    return tuple(known.values())


_HINT = "write paths such as channels.phone.unit_cost into the header"


def _faults(name: str) -> tuple[Problem, ...]:
    """Return what is wrong with the form of a path in a header."""
    if name == VARIATION:
        return ()
    if name.count("[") != name.count("]"):
        hint = "put a path that holds the separator into quotation marks"
        return (Problem("E170", f"a bracket of '{name}' is not closed", None, hint),)
    found = Problems()
    if "=" in name.partition("[")[0]:
        found.add("E170", f"expected a path, found '{name}'", None, _HINT)
    else:
        assignment(f"{name}=0", found)
    return tuple(found.errors)


def _decimals(
    body: CsvCells, columns: Sequence[tuple[int, str]], label: str, problems: Problems
) -> Decimals:
    cells = [body.cells[position] for position, name in columns if name != VARIATION]
    try:
        return detect(cells, body.delimiter)
    except Ambiguous as ambiguous:
        problems.add("E124", ambiguous.message, Place(label), ambiguous.hint)
        raise InputError(problems.errors) from None


class _Reader:
    """Reads the cells of a file, each text once."""

    def __init__(self, body: CsvCells, label: str, decimals: Decimals, problems: Problems) -> None:
        self._body = body
        self._label = label
        self._decimals = decimals
        self._problems = problems
        self._value = cache(self._read)

    def column(self, position: int, name: str) -> list[Cell]:
        """Return the cells of one column; what cannot be read is recorded."""
        read = _text if name == VARIATION else self._value
        cells = self._body.cells[position]
        return list(self._each(cells, name, read))

    def _each(
        self, cells: Iterable[str], name: str, read: Callable[[str], tuple[Cell, Problem | None]]
    ) -> Iterable[Cell]:
        bad = 0
        for row, raw in enumerate(cells):
            text = unescape(raw.strip(_BLANK))
            if not text:
                yield None
                continue
            value, fault = read(text)
            yield value
            bad += fault is not None
            if fault is not None and bad <= MOST_CELLS_SHOWN:
                place = Place(self._label, self._body.lines[row], name)
                self._problems.add(fault.code, fault.message, place, fault.hint)
        if bad > MOST_CELLS_SHOWN:
            more = f"{bad - MOST_CELLS_SHOWN:,} more cells of '{name}' cannot be read"
            self._problems.add("E125", more, Place(self._label))

    def _read(self, text: str) -> tuple[Cell, Problem | None]:
        number, fault = self._decimals.number(text)
        if number is not None:
            return neutral(number), None
        if fault is not None and fault.code != "E125":
            return None, Problem(fault.code, fault.message, None, fault.hint)
        try:
            return cell_of(read_value(text, Place(""), Problems())), None
        except InputError as error:
            message = f"'{text[:60]}' is no value: {error.problems[0].message}"
            return None, Problem("E125", message)


def _text(text: str) -> tuple[Cell, Problem | None]:
    return text, None
