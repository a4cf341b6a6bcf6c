"""Marking: classes told apart by the option that units had before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.priced.units import Block, Floats, Matrix, Source, Tables, Task

T = TypeVar("T")

Options = NDArray[np.int16]
Before = Callable[[Block], Options]
"""Says which option each unit (n,) had before, -1 for none; can be pickled."""


@dataclass(frozen=True)
class Marking:
    """Tells classes apart by the option before.

    Attributes:
        before: the options that units had.
        place: (N, O + 1) int32, the new class of a class and an option before (first: none); -1
            where there are no such units.
        kinds: (N',) the class of every new class.
        options: (N',) the option before of every new class, -1 for none.
    """

    before: Before
    place: NDArray[np.int32]
    kinds: NDArray[np.int64]
    options: NDArray[np.int64]

    def __call__(self, block: Block) -> Block:
        """Return a block in the new classes."""
        had = within(self.before(block), self.place.shape[1] - 1)
        return replace(block, kind=self.place[block.kind, had + 1])


@dataclass(frozen=True)
class Marked:
    """A source whose units stand in the new classes."""

    source: Source
    marking: Marking

    @property
    def units(self) -> int:
        """Number of units in all blocks."""
        return self.source.units

    def map(self, work: Callable[[Block], T]) -> Iterator[T]:
        """Apply `work` to every block in the new classes."""
        return self.source.map(Through(self.marking, work))


@dataclass(frozen=True)
class Through:
    """Work on a block in the new classes."""

    marking: Marking
    work: Callable[[Block], Any]

    def __call__(self, block: Block) -> Any:
        """Mark the block and work on it."""
        return self.work(self.marking(block))


@dataclass(frozen=True)
class Meeting:
    """Work on a block: count units by class and option before."""

    before: Before
    kinds: int
    options: int

    def __call__(self, block: Block) -> NDArray[np.int64]:
        """Return (N, O + 1) units."""
        had = within(self.before(block), self.options)
        place = block.kind.astype(np.int64) * (self.options + 1) + had + 1
        count = np.bincount(place, minlength=self.kinds * (self.options + 1))
        return count.reshape(self.kinds, self.options + 1)


def within(option: Options, options: int) -> Options:
    """Return options, -1 for what is none of them."""
    return np.where((option >= 0) & (option < options), option, np.int16(-1))


def marking_of(task: Task, before: Before) -> Marking:
    """Return new classes for every class and option before that there is."""
    _, kinds, options = task.tables.shape
    met = np.zeros((kinds, options + 1), dtype=np.int64)
    for some in task.source.map(Meeting(before, kinds, options)):
        met += some
    old, had = np.nonzero(met)
    place = np.full(met.shape, -1, dtype=np.int32)
    place[old, had] = np.arange(old.size)
    return Marking(before, place, old, had - 1)


def marked(task: Task, marking: Marking) -> Task:
    """Return a task in new classes, with one row more that counts what is kept and has no sides."""
    shape, rows = task.tables.shape, task.rows
    measures, kinds, options = shape
    chosen = np.ix_(np.arange(measures), marking.kinds, np.arange(options))
    column = np.arange(measures * kinds * options).reshape(shape)[chosen]
    had = np.flatnonzero(marking.options >= 0)
    kept = np.zeros(column.shape)
    kept[0, had, marking.options[had]] = 1.0
    uses = rows.uses[:, column.ravel()]
    more = replace(
        rows,
        names=(*rows.names, "\0kept"),
        uses=_below(uses, kept.reshape(1, -1)),
        lower=np.append(rows.lower, -np.inf),
        upper=np.append(rows.upper, np.inf),
        others=_below(rows.others, np.zeros((1, rows.others.shape[1]))),
    )
    tables = Tables(
        np.ascontiguousarray(task.tables.gain[:, marking.kinds]),
        np.ascontiguousarray(task.tables.allowed[marking.kinds]),
    )
    return Task(tables, more, Marked(task.source, marking))


def _below(matrix: Matrix, row: Floats) -> Matrix:
    return scipy.sparse.csr_array(
        scipy.sparse.vstack([matrix, scipy.sparse.csr_array(row)], format="csr")
    )
