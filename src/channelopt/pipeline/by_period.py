"""A bound period by period, for large programs whose periods are loosely tied.

Periods hang together by few rows: what opens and closes, what is owned, who is hired. Priced by
their duals in the linear relaxation (Lagrangian relaxation), these rows fall apart, and each
period is an integer program of its own. The bounds of the periods and the priced sides add up to a
bound of the whole, at least as good as that of the relaxation and often far better: yes-or-no
decisions of a period, such as the steps of its staffing, are settled exactly there, instead of in
one search over all periods at once (Geoffrion, Lagrangean relaxation for integer programming,
1974).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Limits, Listener
from channelopt.model.formulate import Model
from channelopt.pipeline.engine import Engine

LEAST_PERIODS = 3
LOOSE = 0.02
"""Share of rows that may tie periods together."""
SHARE_OF_GAP = 0.3
"""Share of the gap asked for that the periods together may leave open."""


@dataclass(frozen=True)
class Periods:
    """A program cut into periods.

    Attributes:
        problem: the whole program.
        of_column: (columns,) the period of each column.
        first: (rows,) first and
        last: (rows,) last period that a row speaks of; a row that ties has two different ones.
    """

    problem: MatrixProblem
    of_column: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of periods."""
        return int(self.of_column.max(initial=-1)) + 1

    @property
    def ties(self) -> NDArray[np.int64]:
        """Positions of the rows that tie periods together."""
        return np.flatnonzero(self.last > self.first)


def cut(model: Model) -> Periods | None:
    """Cut a program into periods; None where it has few, or they hang together too closely."""
    problem = model.problem
    of_column = np.zeros(problem.num_columns, dtype=np.int64)
    for block in model.labels.columns:
        if "period" not in block.index.dims:
            return None
        of_column[block.where] = block.index.code("period")
    matrix = problem.A
    rows = np.repeat(np.arange(problem.num_rows), np.diff(matrix.indptr))
    first = np.full(problem.num_rows, len(model.numbers.periods), dtype=np.int64)
    last = np.full(problem.num_rows, -1, dtype=np.int64)
    np.minimum.at(first, rows, of_column[matrix.indices])
    np.maximum.at(last, rows, of_column[matrix.indices])
    found = Periods(problem, of_column, first, last)
    loose = len(found.ties) <= LOOSE * problem.num_rows
    return found if loose and found.count >= LEAST_PERIODS else None


def bound(
    periods: Periods,
    engine: Engine,
    duals: Floats,
    plan: Floats,
    limits: Limits,
    listen: Listener | None = None,
) -> float:
    """Return an upper bound of the whole program from its periods.

    Args:
        periods: the program, cut.
        engine: solves integer programs.
        duals: (rows,) prices of the linear relaxation, positive where raising a side helps.
        plan: (columns,) a plan, to begin with.
        limits: of all periods together; the gap is that of the whole.
        listen: may interrupt.
    """
    problem = periods.problem
    prices = _prices(periods, duals)
    side = np.where(prices > 0, problem.row_upper, problem.row_lower)
    total = problem.offset + float((prices * np.where(prices != 0, side, 0.0)).sum())
    gains = problem.c - problem.A.T @ prices
    allowed = SHARE_OF_GAP * limits.gap * max(1.0, abs(problem.objective(plan))) / periods.count
    until = None if limits.time_limit is None else time.monotonic() + limits.time_limit
    for t, (columns, part) in enumerate(_parts(periods, gains)):
        start = plan[columns]
        value = max(1.0, abs(part.objective(start)))
        seconds = None
        if until is not None:
            seconds = max(1.0, (until - time.monotonic()) / (periods.count - t))
        once = replace(limits, gap=allowed / value, time_limit=seconds)
        total += engine.solve(part, once, start, listen).bound
        if not np.isfinite(total):
            return np.inf
    return total


def _prices(periods: Periods, duals: Floats) -> Floats:
    """Return (rows,) prices of the ties, of the sign that their sides allow; others are zero."""
    problem = periods.problem
    prices = np.zeros(problem.num_rows)
    prices[periods.ties] = duals[periods.ties]
    wrong = (prices > 0) & ~np.isfinite(problem.row_upper)
    wrong |= (prices < 0) & ~np.isfinite(problem.row_lower)
    prices[wrong] = 0.0
    return prices


def _parts(periods: Periods, gains: Floats) -> Iterator[tuple[NDArray[np.int64], MatrixProblem]]:
    """Yield each period's columns and its program."""
    problem = periods.problem
    alone = periods.first == periods.last
    for t in range(periods.count):
        columns = np.flatnonzero(periods.of_column == t)
        rows = np.flatnonzero(alone & (periods.first == t))
        yield (
            columns,
            MatrixProblem(
                c=gains[columns],
                offset=0.0,
                A=sparse.csr_array(problem.A[rows][:, columns]),
                row_lower=problem.row_lower[rows],
                row_upper=problem.row_upper[rows],
                lower=problem.lower[columns],
                upper=problem.upper[columns],
                integer=problem.integer[columns],
            ),
        )
