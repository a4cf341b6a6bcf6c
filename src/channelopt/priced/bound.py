"""The dual bound: no list gains more than its rows' sides cost and its units keep at prices."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits
from channelopt.priced.aims import Solve
from channelopt.priced.tables import EPS, Extent
from channelopt.priced.units import Floats, Rows, Tables


def sides(prices: Floats, rows: Rows) -> Floats:
    """Return (R,) what the active side of every row is worth at prices of the right sign."""
    active = np.where(prices > 0.0, rows.upper, np.where(prices < 0.0, rows.lower, 0.0))
    return np.asarray(prices * active)


def others_best(prices: Floats, rows: Rows) -> Floats:
    """Return (Z,) the most that other columns can keep at prices; inf where unbounded."""
    reduced = rows.others_gain - rows.others.T @ prices
    bounds = np.where(reduced > 0.0, rows.others_upper, rows.others_lower)
    return np.asarray(np.where(reduced == 0.0, 0.0, reduced * np.where(reduced == 0, 0.0, bounds)))


def bound(prices: Floats, rows: Rows, tables: Tables, extent: Extent, kept: Floats) -> float:
    """Return an upper bound of what any list gains, rounding included.

    Args:
        prices: (R,) of the right sign.
        rows: of the task, other columns bounded.
        tables: of the task.
        extent: of all units.
        kept: amounts whose sum is what units keep that take their best option at the prices.
    """
    parts = [kept, sides(prices, rows), others_best(prices, rows)]
    total = math.fsum(np.concatenate(parts))
    return total + rounding(prices, rows, tables, extent)


def rounding(prices: Floats, rows: Rows, tables: Tables, extent: Extent) -> float:
    """Return what rounding may have taken off a bound: all terms by their size."""
    size = np.abs(tables.gain) + np.asarray(abs(rows.uses).T @ np.abs(prices)).reshape(tables.shape)
    units = (size.max(axis=2).T * extent.largest).sum(axis=1) @ extent.counts
    spent = np.abs(sides(prices, rows)).sum()
    others = np.abs(others_best(prices, rows)).sum()
    operations = 16.0 + tables.shape[0] + rows.count
    return float(EPS * operations * (units + spent + others))


def unbounded(rows: Rows, solve: Solve) -> bool:
    """Say whether other columns can earn without end, whatever units do."""
    ray_up, ray_down = np.isinf(rows.others_upper), np.isinf(rows.others_lower)
    if not (ray_up & (rows.others_gain > 0.0) | ray_down & (rows.others_gain < 0.0)).any():
        return False
    outcome = solve(
        MatrixProblem(
            c=rows.others_gain,
            offset=0.0,
            A=rows.others,
            row_lower=np.where(np.isfinite(rows.lower), 0.0, -np.inf),
            row_upper=np.where(np.isfinite(rows.upper), 0.0, np.inf),
            lower=np.where(ray_down, -1.0, 0.0),
            upper=np.where(ray_up, 1.0, 0.0),
            integer=np.zeros(rows.others_gain.size, np.bool_),
        ),
        Limits(),
    )
    size = np.abs(rows.others_gain).max(initial=0.0)
    return outcome.objective is not None and outcome.objective > 1e-7 * size


def bounded(rows: Rows, tables: Tables, extent: Extent) -> Rows:
    """Return rows whose other columns have the finite bounds that the rows imply, where they do."""
    lower, upper = rows.others_lower.copy(), rows.others_upper.copy()
    if np.isfinite(lower).all() and np.isfinite(upper).all():
        return rows
    least, most = _units(rows, tables, extent)
    for _ in range(3):
        for row in range(rows.count):
            _tighten(row, rows, (least[row], most[row]), (lower, upper))
    return replace(rows, others_lower=lower, others_upper=upper)


def _units(rows: Rows, tables: Tables, extent: Extent) -> tuple[Floats, Floats]:
    """Return the least and the most that all units could use of every row, generously."""
    least, most = np.zeros(rows.count), np.zeros(rows.count)
    size = extent.largest * extent.counts[:, np.newaxis]
    for row in range(rows.count):
        uses = rows.uses[[row], :].toarray().reshape(tables.shape)
        if not uses.any():
            continue
        reach = (np.abs(uses).max(axis=2).T * size).sum() * (1.0 + 1e-9)
        least[row], most[row] = -reach, reach
    return least, most


def _tighten(
    row: int, rows: Rows, units: tuple[float, float], bounds: tuple[Floats, Floats]
) -> None:
    """Bound the other columns of one row by its sides and what all else can come to."""
    lower, upper = bounds
    start, stop = rows.others.indptr[row], rows.others.indptr[row + 1]
    place, factor = rows.others.indices[start:stop], rows.others.data[start:stop]
    low = np.minimum(factor * lower[place], factor * upper[place])
    high = np.maximum(factor * lower[place], factor * upper[place])
    for at in range(place.size):
        if factor[at] == 0.0:
            continue
        rest = np.arange(place.size) != at
        most = rows.upper[row] - units[0] - low[rest].sum()
        least = rows.lower[row] - units[1] - high[rest].sum()
        ends = sorted((least / factor[at], most / factor[at]))
        slack = 1e-9 * max(1.0, *(abs(end) for end in ends if np.isfinite(end)), 1.0)
        lower[place[at]] = max(lower[place[at]], ends[0] - slack)
        upper[place[at]] = min(upper[place[at]], ends[1] + slack)
