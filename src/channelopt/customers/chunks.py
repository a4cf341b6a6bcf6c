"""Chunks: rows of a file that are understood, good and bad, on their way into a partition."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.faults import Fault
from channelopt.customers.luck import Words, luck_of
from channelopt.customers.people import Floats, People
from channelopt.customers.reading import Field, Reading, Slot
from channelopt.customers.understand import read_ids, understand
from channelopt.errors import InputError, Place, Problem
from channelopt.scenario.decimals import Decimals


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file.

    Attributes:
        ids: (n,) pyarrow array.
        luck: (n,) hashes of the ids.
        row: (n,) position in the source.
        columns: (n,) each; one for each field of the reading but the id, in their order.
        faults: what is wrong.
    """

    ids: Any
    luck: Words
    row: NDArray[np.int64]
    columns: tuple[NDArray[Any], ...]
    faults: tuple[Fault, ...]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.row)

    @property
    def good(self) -> NDArray[np.bool_]:
        """(n,) rows without a fault."""
        good = np.ones(len(self), dtype=bool)
        for fault in self.faults:
            good[fault.at] = False
        return good


def read_chunk(
    batch: Any, row: NDArray[np.int64], reading: Reading, decimals: Decimals, seed: int
) -> Chunk:
    """Understand a batch of rows.

    Args:
        batch: pyarrow RecordBatch that has the columns of the reading.
        row: (n,) position in the source of each row.
        reading: how it is read.
        decimals: how numbers are written where they are text.
        seed: of the luck.
    """
    names = batch.schema.names
    arrays = [batch.column(names.index(field.column)) for field in reading.fields]
    with _text_of(reading, reading.fields[0]):
        ids, faults = read_ids(reading.fields[0], arrays[0])
    columns = []
    for field, array in zip(reading.fields[1:], arrays[1:], strict=True):
        with _text_of(reading, field):
            column, wrong = understand(field, array, decimals)
        columns.append(column)
        faults += wrong
    return Chunk(ids, luck_of(ids, seed), row, tuple(columns), tuple(faults))


@contextlib.contextmanager
def _text_of(reading: Reading, field: Field) -> Iterator[None]:
    """Say in words that what should be text is none.

    Raises:
        InputError: bytes are no UTF-8.
    """
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        message = f"the column '{field.column}' holds text that is no UTF-8"
        raise InputError([Problem("E102", message, Place(reading.file))]) from error


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """Return chunks as one."""
    if len(chunks) == 1:
        return chunks[0]
    import pyarrow as pa

    starts = np.cumsum([0, *map(len, chunks)]).tolist()
    return Chunk(
        ids=pa.concat_arrays([chunk.ids for chunk in chunks]),
        luck=np.concatenate([chunk.luck for chunk in chunks]),
        row=np.concatenate([chunk.row for chunk in chunks]),
        columns=tuple(
            np.concatenate(parts) for parts in zip(*(c.columns for c in chunks), strict=True)
        ),
        faults=tuple(
            fault.moved(start)
            for start, chunk in zip(starts, chunks, strict=False)
            for fault in chunk.faults
        ),
    )


def people_of(chunk: Chunk, reading: Reading, keep: NDArray[np.bool_] | None = None) -> People:
    """Return the customers of a chunk.

    Args:
        chunk: the rows.
        reading: how they were read.
        keep: (n,) the rows that are kept; None for all.
    """
    arrays = dict(zip(stored_names(reading), stored_columns(chunk, reading), strict=True))
    people = assembled(chunk.ids, chunk.luck, chunk.row, arrays, reading.slots)
    return people if keep is None or keep.all() else kept(people, keep)


def stored_names(reading: Reading) -> tuple[str, ...]:
    """Return the names of the columns of a partition without id, luck and row."""
    return ("segment", *dict.fromkeys(map(stored_name, reading.slots)))


def stored_name(slot: Slot) -> str:
    """Return the column of a partition that holds an array of People."""
    return f"{slot.part}:{'+'.join(map(str, slot.fields))}"


def stored_columns(chunk: Chunk, reading: Reading) -> list[NDArray[Any]]:
    """Return the columns of a partition, in the order of their names."""
    merged = {stored_name(slot): slot for slot in reading.slots}
    return [chunk.columns[0], *(_merged(chunk, slot) for slot in merged.values())]


def _merged(chunk: Chunk, slot: Slot) -> NDArray[Any]:
    """Return what several columns say together."""
    first, *others = (chunk.columns[at - 1] for at in slot.fields)
    for other in others:
        if slot.part == "eligible":
            first = first & other
        else:
            first = np.where(np.isnan(first), other, first)
    return first


def assembled(
    ids: Any,
    luck: Words,
    row: NDArray[np.int64],
    arrays: Mapping[str, NDArray[Any]],
    slots: Sequence[Slot],
) -> People:
    """Return People of stored columns; nothing is copied."""
    by: dict[str, dict[Any, Any]] = {}
    for slot in slots:
        array = arrays[stored_name(slot)]
        flags = slot.part == "eligible"
        by.setdefault(slot.part, {})[slot.key] = array.view(np.bool_) if flags else array
    margin: Floats | None = by.get("margin", {}).get(None)
    return People(
        ids=ids,
        luck=luck,
        row=row,
        segment=arrays["segment"],
        contacts=by.get("contacts", {}),
        margin=margin,
        preferred=by.get("preferred", {}).get(None),
        current=by.get("current", {}),
        satisfaction=by.get("satisfaction", {}),
        contact_value=by.get("contact_value", {}),
        eligible=by.get("eligible", {}),
    )


def kept(people: People, keep: NDArray[np.bool_]) -> People:
    """Return some of the customers."""
    import pyarrow as pa

    at = np.flatnonzero(keep)
    taken: dict[int, Any] = {}

    def take(array: Any) -> Any:
        """Take each array once, though several keys may share it."""
        if array is None:
            return None
        if id(array) not in taken:
            taken[id(array)] = (array[at], array)
        return taken[id(array)][0]

    def each(arrays: Mapping[Any, Any]) -> dict[Any, Any]:
        return {key: take(array) for key, array in arrays.items()}

    return People(
        ids=people.ids.take(pa.array(at)),
        luck=people.luck[at],
        row=people.row[at],
        segment=people.segment[at],
        contacts=each(people.contacts),
        margin=take(people.margin),
        preferred=take(people.preferred),
        current=each(people.current),
        satisfaction=each(people.satisfaction),
        contact_value=each(people.contact_value),
        eligible=each(people.eligible),
    )
