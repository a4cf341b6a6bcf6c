"""Parquet: a file, or a folder of files that are read in the order of their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from channelopt.customers.reading import Reading
from channelopt.customers.sources.base import (
    ROWS,
    FileRecord,
    Piece,
    Ragged,
    counted,
    record,
    refuse,
)
from channelopt.scenario.decimals import Decimals

SUFFIXES = (".parquet", ".pq")
_BUFFER = 2**20
"""Bytes that are read of each column at a time."""


class ParquetSource:
    """Customers in Parquet.

    Args:
        paths: the files, in order.
        name: in messages.

    Raises:
        InputError: a file is no Parquet, or files have columns of different types.
    """

    ragged: Sequence[Ragged] = ()

    def __init__(self, paths: Sequence[Path], name: str) -> None:
        self.paths, self.name = tuple(paths), name
        self._schemas = [_schema(path) for path in self.paths]
        self.names = tuple(self._schemas[0].names)

    def schema(self, columns: Sequence[str]) -> Any:
        """Return the schema that all files can be read with."""
        import pyarrow as pa

        found = []
        for path, schema in zip(self.paths, self._schemas, strict=True):
            for column in columns:
                if column not in schema.names:
                    refuse(path.name, "E310", f"there is no column '{column}' in this file")
            found.append(pa.schema([_wanted(schema.field(column)) for column in columns]))
        try:
            return pa.unify_schemas(found, promote_options="permissive")
        except pa.ArrowException as error:
            refuse(self.name, "E312", f"the files have columns of different types: {error}")

    def decimals(self, numbers: Sequence[str]) -> Decimals:  # noqa: ARG002
        """Return how numbers are written as text: with a point."""
        return Decimals()

    def pieces(self, columns: Sequence[str], codes: Sequence[str]) -> Iterator[Piece]:
        """Read some columns of all rows, in order."""
        schema = self.schema(columns)
        return counted(b for path in self.paths for b in self._batches(path, schema, codes))

    def _batches(self, path: Path, schema: Any, codes: Sequence[str]) -> Iterator[Any]:
        file = open_file(str(path), codes)
        try:
            for batch in file.iter_batches(batch_size=ROWS, columns=list(schema.names)):
                yield fitted(batch, schema)
        except (OSError, ValueError) as error:
            refuse(path.name, "E302", f"the file is damaged: {_first_line(error)}")
        finally:
            file.close()

    def files(self) -> tuple[FileRecord, ...]:
        """Return size and hash of every file."""
        return tuple(record(path) for path in self.paths)

    def groups(self) -> Iterator[tuple[str, int, int]]:
        """Yield file, row group and number of rows of every row group."""
        import pyarrow.parquet as pq

        for path in self.paths:
            metadata = pq.read_metadata(path)
            for group in range(metadata.num_row_groups):
                yield str(path), group, metadata.row_group(group).num_rows


def open_file(path: str, codes: Sequence[str]) -> Any:
    """Open a Parquet file; columns of few texts come as dictionaries."""
    import pyarrow.parquet as pq

    return pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False, read_dictionary=list(codes))


def read_groups(spans: Sequence[tuple[str, tuple[int, ...]]], reading: Reading) -> list[Any]:
    """Read some row groups in batches; there is one at least."""
    import pyarrow as pa

    columns = reading.columns
    schemas = [
        pa.schema([_wanted(_schema(Path(path)).field(c)) for c in columns]) for path, _ in spans
    ]
    schema = pa.unify_schemas(schemas, promote_options="permissive")
    batches = []
    for path, groups in spans:
        with open_file(path, reading.codes) as file:
            found = file.iter_batches(
                batch_size=ROWS, row_groups=list(groups), columns=list(columns)
            )
            batches += [fitted(batch, schema) for batch in found]
    return batches or [pa.RecordBatch.from_pylist([], schema)]


def fitted(batch: Any, schema: Any) -> Any:
    """Return a batch with the columns and types of a schema; dictionaries stay."""
    import pyarrow as pa

    names = batch.schema.names
    columns = []
    for field in schema:
        column = batch.column(names.index(field.name))
        kept = pa.types.is_dictionary(column.type) and column.type.value_type == field.type
        columns.append(column if kept or column.type == field.type else column.cast(field.type))
    return pa.RecordBatch.from_arrays(columns, names=schema.names)


def _wanted(field: Any) -> Any:
    """Return a column as it is unified over files: dictionaries as their values."""
    import pyarrow as pa

    kind = field.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.field(field.name, kind)


def _schema(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_schema(path)
    except (OSError, pa.ArrowException) as error:
        refuse(path.name, "E302", f"this is no Parquet file: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
