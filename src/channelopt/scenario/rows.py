"""Tables written in place, as lists of rows."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from channelopt.errors import Place, Problems
from channelopt.scenario.columns import Reader
from channelopt.scenario.decimals import Decimals
from channelopt.scenario.places import Node, fail, plain
from channelopt.scenario.source import PlaceOf, RawTable


def read_rows(
    rows: Sequence[Any],
    table: str,
    place: PlaceOf,
    problems: Problems,
    file: str,
) -> RawTable:
    """Read a table from rows with named cells.

    Args:
        rows: one mapping from column to value per row; a column that a row lacks is blank.
        table: name of the table.
        place: where the value (row, column) was written; row -1 is the table itself.
        problems: receives what is wrong with single cells.
        file: the file, for messages.

    Raises:
        InputError: the table has no rows, or what stands there are no rows.
    """
    found = Problems()
    if not rows:
        message = f"the table '{table}' has no rows"
        fail(found, "E122", message, place(-1, ""), "add rows, or leave the table out")
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            message = "expected a row such as {channel: branch, value: 0.86}"
            found.add("E114", message, place(index, ""))
    found.stop()
    names = dict.fromkeys(itertools.chain.from_iterable(rows))
    columns: dict[str, list[Any]] = {}
    for key in names:
        cells = [row.get(key) for row in rows]
        name = _column(key)
        if name in columns:
            message = f"the column '{name}' is written in two ways"
            found.add("E121", message, place(-1, name), "write its name alike in all rows")
        columns[name] = cells
        if not set(map(type, cells)).isdisjoint({dict, list, tuple}):
            index = next(i for i, cell in enumerate(cells) if isinstance(cell, dict | list | tuple))
            found.add("E114", "expected one value in a cell", place(index, name))
    found.stop()
    reader = Reader(table, place, file, problems, Decimals(), texts="refuse")
    return reader.read(columns)


def _column(key: Any) -> str:
    return key.strip() if isinstance(key, str) else str(key)


def _first_place(node: Node, column: str) -> Place:
    """Return where the first row names a column, the table's place where none does."""
    for item in node.value:
        for key, cell in item.value.items() if item.is_mapping else ():
            if _column(key) == column:
                place: Place = cell.place
                return place
    return node.place


def read_node(node: Node, table: str, problems: Problems) -> RawTable:
    """Read a table from a list of rows in a scenario file; errors as in `read_rows`."""
    items: list[Node] = node.value

    def place(row: int, column: str) -> Place:
        if row < 0:
            return _first_place(node, column)
        item = items[row]
        cells = item.value.items() if item.is_mapping else ()
        found: Node = next((cell for key, cell in cells if _column(key) == column), item)
        return found.place

    return read_rows([plain(item) for item in items], table, place, problems, node.place.file)
