"""Sides of rows moved to what whole units can reach: multiples of the least that a row counts by.

A row that counts contacts of customers who have one, two or three each never comes to 7.4. Its
side may as well be 7, and the bound at the prices is then as much better (integer rounding,
Chvatal 1973).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy

from channelopt.priced.types import Types
from channelopt.priced.units import Floats, Rows, Tables

FINEST = 256.0
"""What a row counts by is worth a look where the largest use is at most so many times as much."""
EXACT = 1e-12
"""A number is a multiple where it misses one by no more than this, in parts of itself."""
SPARE = 1e-6
"""Sums may be off by so much of what a row counts by."""


def reachable(rows: Rows, tables: Tables, types: Types) -> Rows:
    """Return the rows with their sides moved inward to what whole units can reach.

    No list of whole units is lost. Rows stay as they are where other columns use them, where units
    use them by no common measure, or where nothing could reach both sides.

    Args:
        rows: of the task.
        tables: of the task.
        types: all units there are.
    """
    lower, upper = rows.lower.copy(), rows.upper.copy()
    alone = np.asarray(abs(rows.others).sum(axis=1)).ravel() == 0.0
    known: dict[tuple[int, int], float] = {}
    for row in np.flatnonzero(alone):
        step = _step(rows.uses[[row], :].tocoo(), tables, types, known)
        if step > 0.0:  # neither 0 nor nan
            low = (np.ceil(lower[row] / step - SPARE) - SPARE) * step
            high = (np.floor(upper[row] / step + SPARE) + SPARE) * step
            if low <= high:
                lower[row], upper[row] = max(low, lower[row]), min(high, upper[row])
    return replace(rows, lower=lower, upper=upper)


def shifted(rows: Rows, closer: Rows, prices: Floats) -> Floats:
    """Return (R,) by how much the sides moved that prices are paid for."""
    side = np.where(prices > 0.0, rows.upper, rows.lower)
    other = np.where(prices > 0.0, closer.upper, closer.lower)
    moved = np.zeros(rows.count)
    paid = np.flatnonzero(prices)
    moved[paid] = np.abs(side[paid] - other[paid])
    return moved


def _step(
    uses: scipy.sparse.coo_array, tables: Tables, types: Types, known: dict[tuple[int, int], float]
) -> float:
    """Return the largest number of which all that units use of a row are multiples, or 0."""
    measure, kind, _ = np.unravel_index(uses.coords[1], tables.shape)
    factors: dict[tuple[int, int], list[float]] = {}
    for m, n, factor in zip(measure.tolist(), kind.tolist(), uses.data.tolist(), strict=True):
        if factor:
            factors.setdefault((m, n), []).append(factor)
    if not factors or measure.max() >= types.block.weights.shape[0]:
        return 0.0
    parts = []
    for (m, n), found in factors.items():
        if (m, n) not in known:
            known[m, n] = common(types.block.weights[m][types.block.kind == n])
        if np.isnan(known[m, n]):
            return 0.0
        parts.append(np.array(found) * known[m, n])
    return common(np.concatenate(parts))


def common(numbers: Floats) -> float:
    """Return the largest number of which all are multiples.

    0 where all are 0, nan where there is none that is worth a look.
    """
    sizes = np.unique(np.abs(numbers))
    sizes = sizes[sizes > 0.0]
    if not sizes.size:
        return 0.0
    step, largest = float(sizes[0]), float(sizes[-1])
    for size in sizes.tolist():
        step = _divisor(size, step)
        if step * FINEST < largest:
            return float("nan")
    times = sizes / step
    off = np.abs(times - np.round(times))
    return step if bool((off <= EXACT * times).all()) else float("nan")


def _divisor(large: float, small: float) -> float:
    """Return the largest common divisor (Euclid), as far as numbers are exact."""
    finest = 1e-9 * large
    while True:
        rest = abs(large - round(large / small) * small)
        if rest <= finest:
            return small
        large, small = small, rest
