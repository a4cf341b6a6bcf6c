"""Tables at prices: what options are worth to a class, and how much that may change in a box."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.priced.kernels import LIMB
from channelopt.priced.units import Flags, Floats, Matrix, Rows, Tables

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Reduced:
    """Gain less uses at prices.

    Attributes:
        table: (N, M, O) per unit of a measure.
        base: (N, O) 0, or -inf where a class may not take an option.
    """

    table: Floats
    base: Floats


@dataclass(frozen=True)
class Box:
    """Prices within some distance of the ones at hand.

    Attributes:
        radius: (N, M, O) how much the worth of an option may change per unit of a measure; for
            weights measured from the median option, as what all options use alike decides nothing.
        most: (N, K) bound of the change between any two options; (0, 0) where measures by option
            are used too, so that there is no quick bound.
        rest: (N,) what rounding may do to a difference.
    """

    radius: Floats
    most: Floats
    rest: Floats


def reduce(tables: Tables, rows: Rows, prices: Floats) -> Reduced:
    """Return the tables at prices (R,)."""
    spent = np.asarray(rows.uses.T @ prices).reshape(tables.shape)
    table = np.ascontiguousarray((tables.gain - spent).transpose(1, 0, 2))
    return Reduced(table, np.where(tables.allowed, 0.0, -np.inf))


@dataclass(frozen=True)
class Extent:
    """What is known of all units before any price is.

    Attributes:
        weights: K, the number of measures that do not depend on the option.
        counts: (N,) units by class.
        largest: (N, M) largest size of every measure by class.
        totals: (N, K, 2) sums of the weights, each clipped: whole numbers, and parts of 2**31.
    """

    weights: int
    counts: NDArray[np.int64]
    largest: Floats
    totals: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0, 2), np.int64))

    @property
    def units(self) -> int:
        """Number of all units."""
        return int(self.counts.sum())

    @property
    def scale(self) -> Floats:
        """(M,) quanta in one unit of a measure, a power of two: the largest is below a limb."""
        _, exponent = np.frexp(self.largest.max(axis=0, initial=0.0))
        return np.asarray(np.ldexp(LIMB, -exponent))


def swing(tables: Tables, rows: Rows, weights: int) -> Matrix:
    """Return (R, M * N * O) the size of what units use of a row.

    Uses by the first `weights` measures are taken from the median option of a class: what all
    options use alike decides nothing.
    """
    sizes = []
    for row in range(rows.count):
        uses = rows.uses[[row], :].toarray().reshape(tables.shape)
        uses[:weights] -= _middle(uses[:weights], tables.allowed)
        sizes.append(scipy.sparse.csr_array(np.abs(uses * tables.allowed).reshape(1, -1)))
    if not sizes:
        return rows.uses
    return scipy.sparse.csr_array(scipy.sparse.vstack(sizes, format="csr"))


def box(tables: Tables, sizes: Matrix, reduced: Reduced, half: Floats, extent: Extent) -> Box:
    """Return what may change when prices move by up to `half` (R,), both ways.

    `sizes` (R, M * N * O) are those of `swing`.
    """
    weights = extent.weights
    change = np.asarray(sizes.T @ half).reshape(tables.shape)
    radius = np.ascontiguousarray(change.transpose(1, 0, 2))
    size = np.abs(reduced.table).max(axis=2) + radius.max(axis=2)
    rest = 64.0 * EPS * (size * extent.largest).sum(axis=1)
    quick = not radius[:, weights:].any()
    most = 2.0 * radius[:, :weights].max(axis=2) if quick else np.zeros((0, 0))
    return Box(radius, np.ascontiguousarray(most), rest)


def _middle(uses: Floats, allowed: Flags) -> Floats:
    """Return (K, N, 1) the median use among the options of a class."""
    middle = np.zeros((*uses.shape[:2], 1))
    some = np.nonzero(uses.any(axis=2))
    among = np.sort(np.where(allowed[some[1]], uses[some], np.inf), axis=1)
    place = (allowed.sum(axis=1)[some[1]] - 1) // 2
    middle[some] = np.take_along_axis(among, place[:, np.newaxis], axis=1)
    return middle
