"""Rows that only split units could satisfy: found by integer programs over everything."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Outcome, Reason
from channelopt.priced.answer import Conflict
from channelopt.priced.units import Floats, Rows

Run = Callable[[MatrixProblem], Outcome]


def indivisible(
    problem: MatrixProblem, size: Floats, rows: Rows, run: Run, ends: float
) -> Conflict:
    """Return rows that no list of whole units satisfies though split units might.

    Args:
        problem: over all columns of all units; its first rows are the shared ones.
        size: (R,) what these were multiplied by.
        rows: of the task.
        run: solves an integer program in a while.
        ends: monotonic time from which on no further row is left out on trial.
    """
    needed = np.isfinite(rows.lower) | np.isfinite(rows.upper)
    plain = problem.with_(c=np.zeros_like(problem.c), offset=0.0)
    for row in np.flatnonzero(needed):
        if time.monotonic() > ends:
            break
        needed[row] = False
        if run(_without(plain, needed)).termination.reason is not Reason.INFEASIBLE:
            needed[row] = True
    kept = np.flatnonzero(needed)
    return Conflict(kept.astype(np.int64), _short(plain, size, kept, run), whole=True)


def _without(problem: MatrixProblem, needed: NDArray[np.bool_]) -> MatrixProblem:
    out = np.zeros(problem.num_rows, np.bool_)
    out[: needed.size] = ~needed
    return problem.with_(
        row_lower=np.where(out, -np.inf, problem.row_lower),
        row_upper=np.where(out, np.inf, problem.row_upper),
    )


def _short(problem: MatrixProblem, size: Floats, kept: NDArray[np.intp], run: Run) -> Floats:
    """Return what rows miss in the list that misses least, by size; see `Conflict.short`."""
    needed = np.zeros(size.size, np.bool_)
    needed[kept] = True
    problem = _without(problem, needed)
    count = kept.size
    ones = np.ones(count)
    place = scipy.sparse.csr_array(
        (np.concatenate([ones, -ones]), (np.tile(kept, 2), np.arange(2 * count))),
        shape=(problem.num_rows, 2 * count),
    )
    outcome = run(
        MatrixProblem(
            c=np.concatenate([problem.c, -np.ones(2 * count)]),
            offset=0.0,
            A=scipy.sparse.csr_array(scipy.sparse.hstack([problem.A, place])),
            row_lower=problem.row_lower,
            row_upper=problem.row_upper,
            lower=np.concatenate([problem.lower, np.zeros(2 * count)]),
            upper=np.concatenate([problem.upper, np.full(2 * count, np.inf)]),
            integer=np.concatenate([problem.integer, np.zeros(2 * count, np.bool_)]),
        )
    )
    if outcome.x is None:
        return np.full(count, np.nan)
    little, much = outcome.x[problem.num_columns :].reshape(2, count)
    return np.asarray((little - much) / size[kept])
