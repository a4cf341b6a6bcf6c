"""Reads assignment.parquet, .csv or a folder of parts in stretches, never whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from channelopt.errors import InputError, Place, Problem

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 1 << 17
"""Rows that are read at once."""

NAME = "assignment"

_TEXT = ("customer_id", "segment", "decision", "option", "runner_up", "previous", "moved")
"""Columns that are text in a CSV file; all others are numbers."""


class Rows:
    """The rows of a list, in their order, handed out in stretches of any length."""

    def __init__(self, folder: Path) -> None:
        """Open the rows.

        Args:
            folder: of the list.

        Raises:
            InputError: there are none, or they cannot be read.
        """
        self.place = _place(folder)
        self._parts = _parts(self.place)
        self._batches = self._read()
        self._left: pa.Table | None = None
        self.columns = self._first()

    def take(self, count: int) -> pa.Table | None:
        """Return the next `count` rows, fewer at the end, None where there are none."""
        import pyarrow as pa

        held, num = [], 0
        if self._left is not None:
            held, num = [self._left], self._left.num_rows
            self._left = None
        while num < count and (more := next(self._batches, None)) is not None:
            held.append(more)
            num += more.num_rows
        if not held:
            return None
        table = self._joined(held) if len(held) > 1 else held[0]
        if not isinstance(table, pa.Table):
            table = pa.Table.from_batches([table])
        if num > count:
            self._left = table.slice(count)
        return table.slice(0, count) if num else None

    def rest(self) -> int:
        """Return how many rows are left, and leave them."""
        left: int = 0 if self._left is None else self._left.num_rows
        self._left = None
        left += sum(int(batch.num_rows) for batch in self._batches)
        return left

    def _first(self) -> tuple[str, ...]:
        """Read ahead to learn the names of the columns."""
        self._left = next(self._batches, None)
        return () if self._left is None else tuple(self._left.schema.names)

    def _joined(self, tables: list[Any]) -> pa.Table:
        import pyarrow as pa

        try:
            return pa.concat_tables(tables)
        except pa.ArrowInvalid as error:
            _refuse("E908", f"its parts have different columns: {_said(error)}", self.place)

    def _read(self) -> Iterator[pa.Table]:
        import pyarrow as pa

        for path in self._parts:
            try:
                yield from _parquet(path) if path.suffix == ".parquet" else _csv(path)
            except (OSError, pa.ArrowException) as error:
                _refuse("E908", f"damaged: {_said(error)}", path)


def _place(folder: Path) -> Path:
    found = [
        path
        for path in (folder / f"{NAME}.parquet", folder / f"{NAME}.csv", folder / NAME)
        if path.exists()
    ]
    if not found:
        _refuse("E907", "the file is missing; not a complete list", folder / f"{NAME}.parquet")
    if len(found) > 1:
        _refuse("E908", f"{found[1].name} stands beside it; which of them is the list?", found[0])
    return found[0]


def _parts(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    parts = sorted(place.iterdir())
    names = [path.name for path in parts]
    suffix = parts[0].suffix if parts else ""
    if not parts or names != [f"part-{k:05d}{suffix}" for k in range(len(parts))]:
        _refuse("E907", "parts are missing, or files that are no parts stand there", place)
    return parts


def _parquet(path: Path) -> Iterator[pa.Table]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH):
            yield pa.Table.from_batches([batch])


def _csv(path: Path) -> Iterator[pa.Table]:
    import pyarrow as pa
    import pyarrow.csv as pc

    names = _header(path)
    types = {name: pa.string() if name in _TEXT else pa.float64() for name in names}
    options = pc.ConvertOptions(
        column_types=types, strings_can_be_null=False, null_values=[""], include_columns=names
    )
    whole = pc.ReadOptions(block_size=1 << 24)
    parse = pc.ParseOptions(newlines_in_values=True)
    with pc.open_csv(path, whole, parse, options) as reader:
        for batch in reader:
            yield _without_marks(pa.Table.from_batches([batch]))


def _header(path: Path) -> list[str]:
    import csv

    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def _without_marks(table: pa.Table) -> pa.Table:
    """Remove the mark that keeps a spreadsheet from taking text for a formula."""
    import pyarrow.compute as pc

    for k, name in enumerate(table.schema.names):
        if name in ("customer_id", "segment", "option", "runner_up", "previous"):
            plain = pc.replace_substring_regex(
                table[name], pattern=r"^'('*[=+\-@\t\r])", replacement=r"\1", max_replacements=1
            )
            table = table.set_column(k, name, plain)
    return table


def _said(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))[:200]


def _refuse(code: str, message: str, path: Path) -> NoReturn:
    raise InputError([Problem(code, message, Place(str(path)))])
