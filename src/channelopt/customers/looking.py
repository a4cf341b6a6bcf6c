"""Looking at one partition: what is wrong in it, what it comes to, whose ids are suspicious.

Everything here can be pickled, so that partitions in files that all machines see can be looked at
on any of them; `conclude` in `register` puts together what they found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from channelopt.customers.chunks import Chunk, people_of
from channelopt.customers.duplicates import among
from channelopt.customers.faults import SHOWN, BadCell, Fault, cells
from channelopt.customers.luck import Words
from channelopt.customers.people import People
from channelopt.customers.reading import Reading
from channelopt.customers.totals import Totals, totals_of
from channelopt.terms.numbers import Numbers

Check = Callable[[People], Sequence[Fault]]
"""Finds customers who cannot be served; positions count in the People given."""


class Whole(Protocol):
    """A partition of which some rows may be left out."""

    @property
    def bad(self) -> NDArray[np.int64] | None:
        """(k,) positions that are left out, rising; None where all customers are good."""

    def load(self) -> People:
        """Read the good rows."""

    def all(self) -> People:
        """Read all rows; bad ones mean nothing but for id, luck and row."""

    def without(self, bad: NDArray[np.int64]) -> Whole:
        """Return it with other rows left out."""


@dataclass(frozen=True)
class Looking:
    """How partitions are looked at.

    Attributes:
        reading: how the file is read.
        numbers: of the scenario.
        period: position of the period that is decided.
        check: finds customers who cannot be served, or None.
        keeps: whether every bad cell is wanted, not only the first ones.
    """

    reading: Reading
    numbers: Numbers
    period: int
    check: Check | None = None
    keeps: bool = False


@dataclass(frozen=True)
class Seen:
    """What was found in a partition.

    Attributes:
        rows: number of rows, bad ones included.
        last: position in the source of the last row, -1 where there is none.
        bad: (k,) positions of the bad rows, rising.
        kinds: bad cells by kind of fault.
        first: the first bad cells.
        cells: every bad cell by row, where they are wanted.
        totals: what the good rows come to.
    """

    rows: int
    last: int
    bad: NDArray[np.int64]
    kinds: Mapping[str, int]
    first: tuple[BadCell, ...]
    cells: tuple[BadCell, ...]
    totals: Totals


def look(chunk: Chunk, looking: Looking) -> Seen:
    """Look at the rows of a partition."""
    chunk = _checked(chunk, looking)
    kinds: Counter[str] = Counter()
    for fault in chunk.faults:
        kinds[fault.kind] += len(fault.at)
    people = people_of(chunk, looking.reading, chunk.good if chunk.faults else None)
    return Seen(
        rows=len(chunk),
        last=int(chunk.row[-1]) if len(chunk) else -1,
        bad=np.flatnonzero(~chunk.good),
        kinds=kinds,
        first=_cells(chunk, SHOWN)[:SHOWN],
        cells=_cells(chunk, None) if looking.keeps else (),
        totals=totals_of(people, looking.numbers, looking.period),
    )


def _checked(chunk: Chunk, looking: Looking) -> Chunk:
    """Return a partition with the faults that others find in its good rows."""
    if looking.check is None:
        return chunk
    good = np.flatnonzero(chunk.good)
    people = people_of(chunk, looking.reading, chunk.good)
    found = [replace(fault, at=good[fault.at]) for fault in looking.check(people)]
    return replace(chunk, faults=(*chunk.faults, *found))


def _cells(chunk: Chunk, most: int | None) -> tuple[BadCell, ...]:
    found = (cell for f in chunk.faults for cell in cells(f, chunk.row, chunk.ids, most))
    return tuple(sorted(found, key=lambda cell: (cell.row, cell.column)))


def suspects(partition: Whole, hashes: Words) -> tuple[NDArray[np.int64], Any]:
    """Return position in the source and id of the rows whose hash is among some.

    Args:
        partition: the partition.
        hashes: rising.
    """
    import pyarrow as pa

    people = partition.all()
    at = among(people.luck, hashes)
    return people.row[at], people.ids.take(pa.array(at))


def left_out(
    partition: Whole, row: NDArray[np.int64], looking: Looking
) -> tuple[Whole, int, Totals]:
    """Leave more rows out of a partition.

    Args:
        partition: the partition.
        row: (k,) their positions in the source.
        looking: for the totals.

    Returns:
        The partition without them, how many of them were left out before, and its totals.
    """
    at = np.searchsorted(partition.all().row, row)
    known = np.zeros(0, dtype=np.int64) if partition.bad is None else partition.bad
    found = partition.without(np.union1d(at, known))
    totals = totals_of(found.load(), looking.numbers, looking.period)
    return found, len(np.intersect1d(at, known)), totals
