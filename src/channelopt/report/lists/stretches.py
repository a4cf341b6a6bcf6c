"""The rows of a list in stretches of whole customers, without the customers' ids."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from channelopt.lists.folder import DEFUSED

if TYPE_CHECKING:
    import pyarrow as pa

CUSTOMERS = 60_000
"""At once."""
_TEXTS = ("segment", "decision")
_FIGURES = frozenset({"value", "worse_by"})
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Stretch:
    """Rows of whole customers, one for each decision.

    Attributes:
        rows: of the file.
        decisions: of each customer, in the order of their rows.
    """

    rows: pa.Table
    decisions: tuple[str, ...]

    @property
    def paid(self) -> list[str]:
        """Return the columns that say what is paid."""
        return [name for name in self.rows.schema.names if name.startswith("paid_")]

    def figures(self, column: str) -> Floats:
        """Return (customers, decisions) numbers; nan where there is none."""
        found: Floats = self.rows[column].to_numpy().astype(np.float64)
        return found.reshape(-1, len(self.decisions))

    def segments(self) -> tuple[Codes, list[str]]:
        """Return (customers,) positions of segments, and the segments.

        Raises:
            ValueError: the rows are not those of whole customers in the order of decisions.
        """
        decided, decisions = _codes(self.rows["decision"], self.decisions)
        segment, names = _codes(self.rows["segment"], self.decisions)
        if decisions != [*self.decisions] or (decided != np.arange(len(self.decisions))).any():
            msg = f"every customer must have the rows {', '.join(self.decisions)}, in this order"
            raise ValueError(msg)
        return segment[:, 0], names


def stretches(file: Path, decisions: tuple[str, ...]) -> Iterator[Stretch]:
    """Yield the rows of a file of a list.

    Raises:
        KeyError: a column is missing.
        ValueError: the last customer lacks rows.
    """
    import pyarrow as pa

    wanted, left = CUSTOMERS * len(decisions), 0
    held: list[pa.RecordBatch] = []
    for batch in _batches(file, wanted):
        held.append(batch)
        left += batch.num_rows
        while left >= wanted:
            table = pa.Table.from_batches(held)
            yield Stretch(table.slice(0, wanted), decisions)
            held, left = table.slice(wanted).to_batches(), left - wanted
    if left % len(decisions):
        msg = f"the last customer has no {len(decisions)} rows"
        raise ValueError(msg)
    if left:
        yield Stretch(pa.Table.from_batches(held), decisions)


def _batches(file: Path, size: int) -> Iterator[pa.RecordBatch]:
    if file.suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetFile(file) as opened:
            names = [name for name in opened.schema_arrow.names if _is_read(name)]
            yield from opened.iter_batches(size, columns=names)
        return
    import pyarrow.csv as pc

    with file.open(encoding="utf-8", newline="") as lines:
        names = [name for name in next(csv.reader(lines), []) if _is_read(name)]
    blocks, parse = pc.ReadOptions(block_size=1 << 24), pc.ParseOptions(newlines_in_values=True)
    with pc.open_csv(file, blocks, parse, _as_read(names)) as reader:
        yield from reader


def _as_read(names: Sequence[str]) -> Any:
    import pyarrow as pa
    import pyarrow.csv as pc

    types = {name: pa.string() if name in _TEXTS else pa.float64() for name in names}
    return pc.ConvertOptions(column_types=types, null_values=[""], include_columns=names)


def _is_read(name: str) -> bool:
    return name in _FIGURES or name in _TEXTS or name.startswith("paid_")


def _codes(column: Any, decisions: Sequence[str]) -> tuple[Codes, list[str]]:
    """Return (customers, decisions) positions of texts, and the texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    packed = pc.dictionary_encode(pc.cast(column, pa.string())).combine_chunks()
    if isinstance(packed, pa.ChunkedArray):
        packed = packed.chunk(0)
    names = [re.sub(DEFUSED, r"\1", text) for text in packed.dictionary.to_pylist()]
    codes: Codes = packed.indices.to_numpy().astype(np.int64)
    return codes.reshape(-1, len(decisions)), names
