"""Customers in memory: an Arrow table, dataset or reader, a DuckDB relation, a pandas frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from channelopt.customers.sources.base import ROWS, FileRecord, Piece, Ragged, counted, refuse
from channelopt.scenario.decimals import Decimals


class MemorySource:
    """Customers that some library hands over as Arrow batches.

    Args:
        name: in messages.
        schema: pyarrow schema of all columns.
        read: returns the batches of some columns.
    """

    ragged: Sequence[Ragged] = ()

    def __init__(
        self, name: str, schema: Any, read: Callable[[Sequence[str]], Iterator[Any]]
    ) -> None:
        self.name, self._schema, self._read = name, schema, read
        self.names = tuple(schema.names)

    def schema(self, columns: Sequence[str]) -> Any:
        """Return the schema of some columns."""
        import pyarrow as pa

        return pa.schema([self._schema.field(column) for column in columns])

    def decimals(self, numbers: Sequence[str]) -> Decimals:  # noqa: ARG002
        """Return how numbers are written as text: with a point."""
        return Decimals()

    def pieces(self, columns: Sequence[str], codes: Sequence[str]) -> Iterator[Piece]:  # noqa: ARG002
        """Read some columns of all rows, in order."""
        return counted(self._read(columns))

    def files(self) -> tuple[FileRecord, ...]:
        """Return that nothing was read from a file."""
        return (FileRecord(self.name, 0, ""),)


def from_table(table: Any) -> MemorySource:
    """Return a pyarrow table as a source."""

    def read(columns: Sequence[str]) -> Iterator[Any]:
        yield from table.select(list(columns)).to_batches(max_chunksize=ROWS)

    return MemorySource("table", table.schema, read)


def from_dataset(dataset: Any) -> MemorySource:
    """Return a pyarrow dataset as a source."""

    def read(columns: Sequence[str]) -> Iterator[Any]:
        return dataset.to_batches(columns=list(columns), batch_size=ROWS)  # type: ignore[no-any-return]

    return MemorySource("dataset", dataset.schema, read)


def from_reader(reader: Any, name: str = "reader") -> MemorySource:
    """Return a pyarrow RecordBatchReader as a source; it is read once."""

    def read(columns: Sequence[str]) -> Iterator[Any]:
        for batch in reader:
            yield batch.select(list(columns))

    return MemorySource(name, reader.schema, read)


def from_pandas(frame: Any) -> MemorySource:
    """Return a pandas data frame as a source; NaN, None and NaT are blank.

    Raises:
        InputError: a column has no name.
    """
    import pyarrow as pa

    names = [name for name in frame.columns if isinstance(name, str)]
    if len(names) != len(frame.columns):
        strange = next(name for name in frame.columns if not isinstance(name, str))
        refuse("DataFrame", "E311", f"names of columns are text, found {strange!r}")
    columns = [_column(frame.iloc[:, at]) for at in range(len(names))]
    return from_table_named(pa.Table.from_arrays(columns, names=names), "DataFrame")


def from_table_named(table: Any, name: str) -> MemorySource:
    """Return a pyarrow table as a source with a name."""
    source = from_table(table)
    source.name = name
    return source


def _column(series: Any) -> Any:
    """Return a column as Arrow; where values are of several kinds, as text."""
    import pyarrow as pa

    try:
        return pa.Array.from_pandas(series)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        blank = series.isna().to_numpy()
        values = [None if b else str(v) for v, b in zip(series.tolist(), blank, strict=True)]
        return pa.array(values, pa.string())
