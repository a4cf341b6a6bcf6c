"""Undo the rounding of a solver that prints its answer with few digits."""

from __future__ import annotations

import numpy as np

from channelopt.algebra.problem import Flags, Floats, MatrixProblem
from channelopt.backends.inspect import whole

NEAR = 1e-6
"""A row or bound that is met within this relative distance was meant to be met exactly."""
ROUNDS = 3


def refined(problem: MatrixProblem, x: Floats) -> Floats:
    """Return a point near `x` (columns,) that meets exactly what `x` nearly meets.

    CBC writes 8 digits: with volumes of 1e6 its rows are 0.01 contacts off. Columns at a bound and
    whole numbers are set; the others move, in proportion to their size, by least squares. The
    result is `x` itself where that does not help.
    """
    best = whole(problem, x)
    for _ in range(ROUNDS):
        moved = _moved(problem, best)
        if problem.violation(moved) >= problem.violation(best):
            return best
        best = moved
    return best


def _moved(problem: MatrixProblem, x: Floats) -> Floats:
    from scipy import sparse
    from scipy.sparse.linalg import lsqr

    x, free = _set_at_bounds(problem, x)
    side, active = _meant(problem, x)
    if not bool(active.any()) or not bool(free.any()):
        return x
    size = np.maximum(np.abs(x[free]), 1e-6)
    matrix = problem.A[np.flatnonzero(active)][:, np.flatnonzero(free)] @ sparse.diags_array(size)
    missing = side[active] - (problem.A @ x)[active]
    step = lsqr(matrix, missing, atol=1e-15, btol=1e-15, conlim=0.0)[0]
    moved = x.copy()
    moved[free] += size * step
    return np.asarray(np.clip(moved, problem.lower, problem.upper))


def _set_at_bounds(problem: MatrixProblem, x: Floats) -> tuple[Floats, Flags]:
    """Return the point with columns put on bounds they nearly meet, and which are free to move."""
    at_lower = np.abs(x - problem.lower) <= 1e-7 * np.maximum(1e-2, np.abs(x))
    at_upper = np.abs(x - problem.upper) <= 1e-7 * np.maximum(1e-2, np.abs(x))
    put = np.where(at_lower, problem.lower, np.where(at_upper, problem.upper, x))
    return put, ~(at_lower | at_upper | problem.integer)


def _meant(problem: MatrixProblem, x: Floats) -> tuple[Floats, Flags]:
    """Return the side of each row that `x` nearly meets, (rows,), and which rows have one."""
    activity = problem.A @ x
    room = NEAR * np.maximum(1e-3, abs(problem.A) @ np.abs(x))
    at_lower = np.abs(activity - problem.row_lower) <= room
    at_upper = np.abs(activity - problem.row_upper) <= room
    side = np.where(at_lower, problem.row_lower, problem.row_upper)
    return side, at_lower | at_upper
