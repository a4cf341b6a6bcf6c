"""Files of rows: Parquet or CSV, written batch by batch, hashed on the way, flushed at the end."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from channelopt.customers.people import Partition
from channelopt.lists.sheet import Sheet
from channelopt.lists.totals import Totals

if TYPE_CHECKING:
    import pyarrow as pa

_FORMULA = r"^('*[=+\-@\t\r])"
"""Texts that a spreadsheet would take for a formula, and those that look like defused ones."""


class _Hashed(io.RawIOBase):
    """A new file that knows the SHA-256 of what was written to it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self._hash = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def write(self, data: Any) -> int:
        self._hash.update(data)
        return self._file.write(data)

    def finish(self) -> str:
        """Flush everything to the disk and return the hash."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._hash.hexdigest()

    def close(self) -> None:
        self._file.close()
        super().close()


class RowFile:
    """A file that batches of rows are written to; its suffix says whether it is CSV."""

    def __init__(self, path: Path) -> None:
        self._as_csv = path.suffix == ".csv"
        self._file = _Hashed(path)
        self._writer: Any = None
        self.digest = ""

    def __enter__(self) -> Self:
        return self

    def write(self, rows: pa.RecordBatch) -> None:
        """Append rows; all batches have the columns of the first."""
        if self._as_csv:
            rows = _for_spreadsheets(rows)
        if self._writer is None:
            self._writer = self._begin(rows.schema)
        self._writer.write_batch(rows.cast(self._schema))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the file; `digest` is then its SHA-256 (hex)."""
        try:
            if kind is None:
                self._end()
            else:
                with contextlib.suppress(OSError):  # the error that is on its way says more
                    self._end()
        finally:
            self._file.close()

    def _end(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self.digest = self._file.finish()

    def _begin(self, schema: pa.Schema) -> Any:
        import pyarrow.csv as pc
        import pyarrow.parquet as pq

        self._schema = schema
        if self._as_csv:
            return pc.CSVWriter(self._file, schema)
        words = [one.name for one in schema if _is_words(one.type)]
        return pq.ParquetWriter(self._file, schema, compression="zstd", use_dictionary=words)


def write_part(sheet: Sheet, partition: Partition, path: Path) -> tuple[Totals, str]:
    """Write the rows of one partition to a file of their own, on any machine.

    Returns:
        What the partition adds up to, and the SHA-256 (hex) of the file.
    """
    page = sheet(partition)
    with RowFile(path) as file:
        file.write(page.rows)
    return page.totals, file.digest


def _is_words(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_dictionary(kind))


def _for_spreadsheets(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Return rows with plain texts, none of which a spreadsheet takes for a formula."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = {}
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        if _is_words(column.type):
            words = pa.DictionaryArray.from_arrays(column.indices, _defused(column.dictionary))
            columns[name] = pc.cast(words, pa.string())
        elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            columns[name] = _defused(column)
        else:
            columns[name] = column
    return pa.RecordBatch.from_pydict(columns)


def _defused(texts: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    return pc.replace_substring_regex(texts, _FORMULA, r"'\1")
