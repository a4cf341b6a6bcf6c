"""Ceilings: upper bounds of changed scenarios from the prices of the relaxation, without solving.

For any prices y of rows, the optimum of a linear program is at most the sum of y times the sides of
its rows plus, column by column, the best that what is left of the objective can earn between the
column's bounds (weak duality). The prices of the relaxation that was solved once are good for every
changed scenario of the same shape, whatever the change.
"""

from __future__ import annotations

import math

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.analysis.study import Study
from channelopt.instance.instance import Instance

SMALL = 1e-9
"""What is left of the objective below this, relative to its size, is noise of the solver."""


class Ceiling:
    """Bounds changed scenarios by the prices of the relaxation."""

    def __init__(self, study: Study) -> None:
        self._study = study

    def above(self, changed: Instance) -> float:
        """Return what no plan of a changed scenario exceeds; inf where that is not known."""
        relaxed, problem = self._study.relaxed, self._study.formulate(changed)
        if relaxed is None or problem is None or problem.A.shape != relaxed.problem.A.shape:
            return math.inf
        return weak_bound(problem, relaxed.row_duals)


def weak_bound(problem: MatrixProblem, duals: Floats) -> float:
    """Return an upper bound of a program (rows of `duals` fit its rows).

    Prices of the wrong sign, which only noise brings, are taken for nothing.
    """
    usable = np.where(duals > 0, np.isfinite(problem.row_upper), np.isfinite(problem.row_lower))
    y = np.where(usable, duals, 0.0)
    left = problem.c - problem.A.T @ y
    size = np.abs(problem.c) + abs(problem.A).T @ np.abs(y)
    sides = np.where(y > 0, problem.row_upper, problem.row_lower)
    rows = float((y[y != 0] * sides[y != 0]).sum())
    ends = np.where(left > 0, problem.upper, problem.lower)
    free = ~np.isfinite(ends)
    if bool((np.abs(left) > SMALL * np.maximum(1.0, size))[free].any()):
        return math.inf
    columns = float((left[~free] * ends[~free]).sum())
    return rows + columns + problem.offset
