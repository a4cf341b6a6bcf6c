"""Partitions: customers that are understood, set down where they are read again quickly."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.chunks import (
    Chunk,
    assembled,
    joined,
    kept,
    people_of,
    read_chunk,
    stored_columns,
    stored_name,
    stored_names,
)
from channelopt.customers.people import People
from channelopt.customers.reading import Reading, Slot
from channelopt.scenario.decimals import Decimals

_ID, _LUCK, _ROW = "id", "luck", "row"


def without(people: People, bad: NDArray[np.int64] | None) -> People:
    """Return people without some positions (k,); None: all of them."""
    if bad is None:
        return people
    keep = np.ones(len(people), dtype=bool)
    keep[bad] = False
    return kept(people, keep)


@dataclass(frozen=True)
class Staged:
    """A partition in a file of its own (Arrow IPC), mapped into memory and not copied.

    Attributes:
        file: where it is.
        slots: arrays of People and the columns that hold them.
        bad: (k,) positions that are left out; None where all customers are good.
    """

    file: Path
    slots: tuple[Slot, ...]
    bad: NDArray[np.int64] | None = None

    def load(self) -> People:
        """Read it."""
        return without(self.all(), self.bad)

    def all(self) -> People:
        """Read all its rows, those that are left out included."""
        batch = _batch(self.file)
        stored = (stored_name(slot) for slot in self.slots)
        arrays = {name: _array(batch, name) for name in ("segment", *stored)}
        luck, row = _array(batch, _LUCK), _array(batch, _ROW)
        return assembled(batch.column(_ID), luck, row, arrays, self.slots)

    def without(self, bad: NDArray[np.int64]) -> Staged:
        """Return it with other rows left out."""
        return replace(self, bad=bad if len(bad) else None)

    def compact(self) -> Staged:
        """Return it without the rows that are left out, in a file of its own beside it."""
        if self.bad is None:
            return self
        import pyarrow as pa

        batch = _batch(self.file)
        keep = np.ones(batch.num_rows, dtype=bool)
        keep[self.bad] = False
        file = self.file.with_name(f"good-{self.file.name}")
        _write(batch.filter(pa.array(keep)), file)
        with contextlib.suppress(
            OSError
        ):  # some systems keep what is mapped; the folder goes later
            self.file.unlink()
        return Staged(file, self.slots)


def stage(chunk: Chunk, reading: Reading, file: Path) -> Staged:
    """Set a chunk down in a file.

    Args:
        chunk: the rows, bad ones included.
        reading: how they were read.
        file: where; replaced where it exists.
    """
    columns: Mapping[str, Any] = dict(
        zip(stored_names(reading), stored_columns(chunk, reading), strict=True)
    )
    import pyarrow as pa

    everything = {_ID: chunk.ids, _LUCK: chunk.luck, _ROW: chunk.row, **columns}
    arrays = [pa.array(c) if isinstance(c, np.ndarray) else c for c in everything.values()]
    _write(pa.record_batch(arrays, names=list(everything)), file)
    bad = np.flatnonzero(~chunk.good)
    return Staged(file, reading.slots, bad if len(bad) else None)


def _batch(file: Path) -> Any:
    """Return the batch of a file; it stays mapped as long as anything uses it."""
    import pyarrow as pa

    with pa.memory_map(str(file)) as mapped:
        return pa.ipc.open_file(mapped).get_batch(0)


def _write(batch: Any, file: Path) -> None:
    """Write one uncompressed batch."""
    import pyarrow as pa

    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def _array(batch: Any, name: str) -> NDArray[Any]:
    column: NDArray[Any] = batch.column(name).to_numpy(zero_copy_only=True)
    return column


@dataclass(frozen=True)
class RowGroups:
    """A partition that is read from Parquet again whenever it is needed, on any machine.

    Attributes:
        spans: file and row groups of it, in order.
        first: position in the source of the first row.
        reading: how it is read.
        seed: of the luck.
        bad: (k,) positions that are left out; None where all customers are good.
    """

    spans: tuple[tuple[str, tuple[int, ...]], ...]
    first: int
    reading: Reading
    seed: int
    bad: NDArray[np.int64] | None = None

    def load(self) -> People:
        """Read it; rows that nobody has looked at yet may have faults, see `chunk`."""
        return without(self.all(), self.bad)

    def all(self) -> People:
        """Read all its rows, those that are left out included."""
        return people_of(self.chunk(), self.reading)

    def without(self, bad: NDArray[np.int64]) -> RowGroups:
        """Return it with other rows left out."""
        return replace(self, bad=bad if len(bad) else None)

    def chunk(self) -> Chunk:
        """Read all its rows with what is wrong in them."""
        from channelopt.customers.sources.base import counted
        from channelopt.customers.sources.parquet import read_groups

        pieces = counted(iter(read_groups(self.spans, self.reading)), self.first)
        reading, decimals = self.reading, Decimals()
        return joined([read_chunk(p.batch, p.row, reading, decimals, self.seed) for p in pieces])
