"""Units that each take one option, and the rows that they share, as plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Matrix = scipy.sparse.csr_array[Any, tuple[int, int]]

T = TypeVar("T")


@dataclass(frozen=True)
class Block:
    """A stretch of units; each takes exactly one option (doing nothing is an option).

    Attributes:
        kind: (n,) int32, the class of each unit, a row of the tables.
        weights: (K, n) measures with one number per unit, for example its contacts; the first is 1.
        each: (D, n, O) measures with one number per unit and option, for example satisfaction
            points where customers have their own; D may be 0.
        barred: (n, O) options that this unit may not take beyond those of its class, or None.
        luck: (n,) uint64, seeded hash of the id: tells equal units apart, never their order.
    """

    kind: NDArray[np.int32]
    weights: Floats
    each: Floats
    barred: Flags | None
    luck: NDArray[np.uint64]

    def __len__(self) -> int:
        """Return the number of units."""
        return int(self.kind.shape[0])


class Source(Protocol):
    """Units in blocks, gone through as often as needed; nobody holds them all."""

    @property
    def units(self) -> int:
        """Number of units in all blocks."""

    def map(self, work: Callable[[Block], T]) -> Iterator[T]:
        """Apply `work` to every block, in any place, and yield what comes back in their order.

        `work` can be pickled, changes nothing and returns little: it may run in threads, or on
        other machines, and again where a machine was lost.
        """


@dataclass(frozen=True)
class Tables:
    """What options gain, by class. M = K + D measures: the weights, then those of each option.

    A unit u of class n gains, with option o: sum over k of weights[k, u] * gain[k, n, o] + sum over
    d of each[d, u, o] * gain[K + d, n, o].

    Attributes:
        gain: (M, N, O).
        allowed: (N, O) options of a class; every class has one.
    """

    gain: Floats
    allowed: Flags

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of measures, classes and options."""
        measures, kinds, options = self.gain.shape
        return measures, kinds, options


@dataclass(frozen=True)
class Rows:
    """Rows that units share: lower <= sum of uses + others @ z <= upper.

    Attributes:
        names: (R,) of the rows, unique.
        uses: (R, M * N * O) what one unit of each measure uses, columns in C order of (M, N, O).
        lower: (R,), -inf for none.
        upper: (R,), inf for none.
        others: (R, Z) columns that belong to no unit, for example how hours are split.
        others_gain: (Z,) objective.
        others_lower: (Z,) bounds, finite or infinite.
        others_upper: (Z,).
    """

    names: tuple[str, ...]
    uses: Matrix
    lower: Floats
    upper: Floats
    others: Matrix
    others_gain: Floats
    others_lower: Floats
    others_upper: Floats

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.names)


@dataclass(frozen=True)
class Task:
    """Maximise the gain of all units plus that of the other columns, within the rows."""

    tables: Tables
    rows: Rows
    source: Source
