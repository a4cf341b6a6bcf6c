"""CSV: comma or semicolon between columns, decimal point or comma, plain or compressed (.gz)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.sources.base import FileRecord, Piece, Ragged, record, refuse
from channelopt.errors import Place, Problems
from channelopt.scenario.decimals import Ambiguous, Decimals, detect
from channelopt.scenario.places import fail
from channelopt.scenario.tables import delimiter_of

_SAMPLE = 2**20
"""Bytes at the beginning of a file that tell how it is written."""
_BLOCK = 2**23
_OPEN = "a quotation mark is opened and never closed"
_SAVE = "save it as UTF-8 (in Excel: 'CSV UTF-8')"


class CsvSource:
    """Customers in CSV files with the same columns; every cell is text.

    Args:
        paths: the files, in order.
        name: in messages.

    Raises:
        InputError: a file is empty, no UTF-8, or no table.
    """

    def __init__(self, paths: Sequence[Path], name: str) -> None:
        self.paths, self.name = tuple(paths), name
        self.ragged: list[Ragged] = []
        self._heads = [_Head(path) for path in self.paths]
        self.names = self._heads[0].names
        for path, head in zip(self.paths, self._heads, strict=True):
            if head.names != self.names:
                first = self.paths[0].name
                refuse(path.name, "E313", f"the file has other columns than {first}")

    def schema(self, columns: Sequence[str]) -> Any:
        """Return the schema of some columns: text."""
        import pyarrow as pa

        return pa.schema([(column, pa.string()) for column in columns])

    def decimals(self, numbers: Sequence[str]) -> Decimals:
        """Find out how numbers are written.

        Raises:
            InputError: nobody can tell.
        """
        found = [head.decimals(numbers) for head in self._heads]
        seen = [one for one in found if one.seen]
        if len({one.comma for one in seen}) > 1:
            refuse(self.name, "E124", "some files have a decimal comma, others a decimal point")
        return seen[0] if seen else found[0]

    def pieces(self, columns: Sequence[str], codes: Sequence[str]) -> Iterator[Piece]:  # noqa: ARG002
        """Read some columns of all rows, in order."""
        start = 0
        self.ragged.clear()
        for head in self._heads:
            reader = _Reader(head, columns, start)
            yield from reader.pieces()
            self.ragged += reader.ragged
            start = reader.next_row

    def files(self) -> tuple[FileRecord, ...]:
        """Return size and hash of every file."""
        return tuple(record(path) for path in self.paths)


class _Head:
    """The beginning of a file: how it is written and what its columns are called."""

    def __init__(self, path: Path) -> None:
        self.path = path
        text, self.whole = _beginning(path)
        problems = Problems()
        self.delimiter, self.skipped = delimiter_of(text, path.name, problems)
        self._text = text
        rows = (row for row in self._rows() if row)
        self.names = tuple(next(rows))
        self.is_empty = self.whole and next(rows, None) is None

    def _rows(self) -> Iterator[list[str]]:
        lines = io.StringIO(self._text, newline="")
        try:
            yield from islice(csv.reader(lines, delimiter=self.delimiter), self.skipped, None)
        except csv.Error:
            refuse(self.path.name, "E126", _OPEN)

    def decimals(self, numbers: Sequence[str]) -> Decimals:
        """Find out how the numbers of some columns are written."""
        at = [self.names.index(name) for name in numbers]
        width = len(self.names)
        rows = [row for row in self._rows() if len(row) == width][1:]
        cells = [[row[position] for row in rows] for position in at]
        try:
            found = detect(cells, self.delimiter)
        except Ambiguous as error:
            place = Place(self.path.name)
            fail(Problems(), "E124", error.message, place, error.hint)
        if found.seen:
            return found
        return Decimals(self.delimiter, comma=self.delimiter == ";")


def _beginning(path: Path) -> tuple[str, bool]:
    """Return the text of the first whole lines, and whether that is the whole file."""
    try:
        with _open(path) as stream:
            content = stream.read(_SAMPLE)
            whole = not stream.read(1)
    except (OSError, ValueError) as error:
        refuse(path.name, "E302", f"the file cannot be read: {error}")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content:
        refuse(path.name, "E102", "the file is no UTF-8", _SAVE)
    if not whole:
        content = content[: content.rfind(b"\n") + 1] or content
    if not content.removeprefix(b"\xef\xbb\xbf").strip():
        refuse(path.name, "E303", "the file is empty")
    try:
        return content.decode("utf-8-sig"), whole
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        refuse(path.name, "E102", f"the file is no UTF-8: see line {line}", _SAVE)


def _open(path: Path) -> Any:
    import pyarrow as pa

    return pa.input_stream(str(path), compression="gzip" if path.suffix == ".gz" else None)


class _Reader:
    """Reads one file; attributes: ragged, and next_row after the last row."""

    def __init__(self, head: _Head, columns: Sequence[str], start: int) -> None:
        self._head, self._columns, self._start = head, columns, start
        self._skipped: list[int] = []
        self.ragged: list[Ragged] = []
        self.next_row = start

    def pieces(self) -> Iterator[Piece]:
        """Yield the rows that fit the header with their positions."""
        if self._head.is_empty:
            return
        import pyarrow as pa

        good = 0
        try:
            with _open(self._head.path) as stream:
                for batch in self._batches(stream):
                    row = self._positions(good, batch.num_rows)
                    good += batch.num_rows
                    yield Piece(batch, row + self._start)
        except pa.ArrowInvalid as error:
            self._explain(error)
        except (OSError, EOFError) as error:
            refuse(self._head.path.name, "E302", f"the file is damaged: {error}")
        rows = good + len(self._skipped)
        self._check_marks(rows)
        self.next_row = self._start + rows

    def _check_marks(self, rows: int) -> None:
        """Refuse a file whose last cell is opened and never closed: it has swallowed rows.

        A single mark within a cell, as in 5" tube, swallows none: every line is a row then.
        """
        marks, lines = 0, 1
        with _open(self._head.path) as stream:
            while content := stream.read(_SAMPLE):
                marks += content.count(b'"')
                lines += content.count(b"\n")
        if marks % 2 and lines > rows + 2 + self._head.skipped:
            refuse(self._head.path.name, "E126", _OPEN)

    def _batches(self, stream: Any) -> Any:
        import pyarrow as pa
        from pyarrow import csv as arrow

        return arrow.open_csv(
            stream,
            read_options=arrow.ReadOptions(
                use_threads=False, block_size=_BLOCK, skip_rows=self._head.skipped
            ),
            parse_options=arrow.ParseOptions(
                delimiter=self._head.delimiter,
                newlines_in_values=True,
                invalid_row_handler=self._note,
            ),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(self._columns, pa.string()),
                include_columns=list(self._columns),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )

    def _note(self, row: Any) -> str:
        """Note a row that does not fit the header, and go on."""
        at = row.number - 2 - self._head.skipped
        self._skipped.append(at)
        text = row.text if isinstance(row.text, str) else ""
        self.ragged.append(Ragged(self._start + at, row.actual_columns, row.expected_columns, text))
        return "skip"

    def _positions(self, good: int, count: int) -> NDArray[np.int64]:
        """Return the positions in the file of the next rows that fit."""
        among = np.arange(good, good + count, dtype=np.int64)
        skipped = np.array(self._skipped, dtype=np.int64)
        before = skipped - np.arange(len(skipped))
        return among + np.searchsorted(before, among, side="right")

    def _explain(self, error: Exception) -> None:
        text, name = str(error), self._head.path.name
        if "UTF8" in text or "utf-8" in text.lower():
            refuse(name, "E102", "the file is no UTF-8", _SAVE)
        if "straddling" in text or "quote" in text.lower():
            refuse(name, "E126", _OPEN)
        refuse(name, "E126", f"the file cannot be read: {text.splitlines()[0][:200]}")
