"""From lines to the shared rows of the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy

from channelopt.lists.lines import Line
from channelopt.lists.tables import Entering, Scene
from channelopt.priced.units import Floats, Rows

Matrix = scipy.sparse.csr_array[Any, tuple[int, int]]
Labels = tuple[tuple[str, str], ...]


def rows_of(lines: Sequence[Line], enter: Entering, scene: Scene) -> tuple[Rows, Labels]:
    """Return the shared rows, and the staff group and channel of each other column.

    Other columns are hours of staff groups on channels that several groups serve, the lowest
    means of policies on fairness, and at last a one for what stands already.

    Args:
        lines: the limits.
        enter: how options enter the cells.
        scene: what the tables are made from.
    """
    n = scene.own.numbers
    serving = sorted({key for line in lines for key in line.hours})
    lowest = sorted({name for line in lines for name in line.lowest})
    standing = any(line.constant for line in lines)
    width = len(serving) + len(lowest) + standing
    others = np.zeros((len(lines), width))
    for row, line in enumerate(lines):
        for key, amount in line.hours.items():
            others[row, serving.index(key)] = amount
        for name, amount in line.lowest.items():
            others[row, len(serving) + lowest.index(name)] = amount
        if standing:
            others[row, -1] = line.constant
    bounds = np.zeros((2, width))
    bounds[1, : len(serving)] = [_hours(g, lines, scene) for g, _ in serving]
    bounds[:, len(serving) : len(serving) + len(lowest)] = _means(scene)[:, None]
    bounds[:, width - standing :] = 1.0
    rows = Rows(
        names=tuple(line.limit.name for line in lines),
        uses=_uses(lines, enter, scene),
        lower=np.array([line.lower for line in lines], dtype=np.float64),
        upper=np.array([line.upper for line in lines], dtype=np.float64),
        others=scipy.sparse.csr_array(others),
        others_gain=np.zeros(width),
        others_lower=bounds[0],
        others_upper=bounds[1],
    )
    groups = [(n.groups[g], n.channels[c]) for g, c in serving]
    return rows, (*groups, *[("", "")] * (width - len(serving)))


def _hours(group: int, lines: Sequence[Line], scene: Scene) -> float:
    """Return the most hours of a staff group: what its limit says, which may be set by hand."""
    n = scene.own.numbers
    named = [
        line.upper
        for line in lines
        if line.limit.name == f"hours:{n.groups[group]}" and np.isfinite(line.upper)
    ]
    return float(min(named, default=n.hours_per_fte[group, 0] * n.min_fte[group, 0]))


def _means(scene: Scene) -> Floats:
    """Return bounds that every mean satisfaction keeps: (2,)."""
    points = scene.own.cells.points
    own = 1.0 if scene.own.felt else 0.0
    return np.array([points.min(initial=0.0) - own, points.max(initial=0.0) + own])


def _uses(lines: Sequence[Line], enter: Entering, scene: Scene) -> Matrix:
    """Return (R, M * N * O) what a unit of each measure uses of every row."""
    size = enter.contacts.shape[0]
    if not lines:
        return scipy.sparse.csr_array((0, enter.contacts.shape[1]))
    cells = scipy.sparse.csr_array(np.array([line.cells.reshape(-1) for line in lines]))
    uses = cells @ enter.contacts
    if any(line.felt is not None for line in lines) and scene.own.measures.points:
        nothing = np.zeros(size)
        felt = [nothing if line.felt is None else line.felt.reshape(-1) for line in lines]
        uses = uses + scipy.sparse.csr_array(np.array(felt)) @ enter.points
    kept = np.array([line.kept for line in lines])
    if kept.any():
        uses = uses + scipy.sparse.csr_array(kept[:, None]) @ _kept(enter, scene)
    found: Matrix = scipy.sparse.csr_array(uses)
    _, kinds, options = enter.shape
    for row, line in enumerate(lines):
        if line.among is not None:
            part = slice(found.indptr[row], found.indptr[row + 1])
            found.data[part] *= line.among[found.indices[part] // options % kinds]
    found.eliminate_zeros()
    found.sort_indices()
    return found


def _kept(enter: Entering, scene: Scene) -> Matrix:
    """Return (1, M * N * O) kept margin, and what else a return on cost counts."""
    amounts = enter.kept.copy()
    if scene.own.measures.worth:
        amounts[scene.own.measures.of_earned] = np.where(enter.allowed, 1.0, 0.0)
    return scipy.sparse.csr_array(amounts.reshape(1, -1))
