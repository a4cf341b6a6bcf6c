"""Scaling by powers of two: exact, so that nothing is lost, and undone after the solve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelopt.algebra.expr import Matrix
from channelopt.algebra.problem import Flags, Floats, MatrixProblem

WIDEST = 2.0**21
"""Largest ratio of coefficients that a solver's tolerances bear well: 1e6, and a power of two more
because factors are rounded to powers of two."""


FINE = 2.0**16
"""Size of the largest coefficient of the objective: solvers take gains below about 1e-6 for none,
so a large one must not hide small ones."""


@dataclass(frozen=True)
class Scaling:
    """Factors of a scaled problem: x = columns * x', row' = rows * row, value' = factor * value."""

    columns: Floats
    rows: Floats
    factor: float

    def shrink(self, x: Floats) -> Floats:
        """Return a point of the problem as a point of the scaled one."""
        return x / self.columns

    def restore(self, x: Floats) -> Floats:
        """Return a point of the scaled problem as a point of the problem."""
        return x * self.columns


def _power_of_two(values: Floats) -> Floats:
    safe = np.where((values > 0) & np.isfinite(values), values, 1.0)
    return np.exp2(np.round(np.log2(safe)))


def scale(problem: MatrixProblem) -> tuple[MatrixProblem, Scaling]:
    """Bring continuous columns to a range of about one, rows and objective to coefficients of one.

    A column's natural size is its upper bound; an unbounded one takes the typical ratio of the
    other entries of its rows. Whole columns keep their size. All factors are powers of
    two, so scaling rounds nothing.
    """
    if problem.integer.all():  # whole columns with whole coefficients stay exact as they are
        return problem, Scaling(np.ones(problem.num_columns), np.ones(problem.num_rows), 1.0)
    columns = _column_factors(problem)
    matrix, rows = _by_rows(problem, columns)
    costs = problem.c * columns
    top = float(np.abs(costs).max()) if costs.size else 0.0
    factor = float(FINE / _power_of_two(np.array([top]))[0]) if top > 0 else 1.0
    scaled = MatrixProblem(
        c=costs * factor,
        offset=problem.offset * factor,
        A=matrix,
        row_lower=problem.row_lower * rows,
        row_upper=problem.row_upper * rows,
        lower=problem.lower / columns,
        upper=problem.upper / columns,
        integer=problem.integer,
    )
    return scaled, Scaling(columns, rows, factor)


def _by_rows(problem: MatrixProblem, columns: Floats) -> tuple[Matrix, Floats]:
    """Scale the columns, then every row so that its largest coefficient is about one."""
    matrix: Matrix = problem.A.copy()
    matrix.data = matrix.data * columns[matrix.indices]
    entries = np.diff(matrix.indptr)
    largest = np.zeros(problem.num_rows)
    np.maximum.at(largest, np.repeat(np.arange(problem.num_rows), entries), np.abs(matrix.data))
    rows = 1.0 / _power_of_two(largest)
    matrix.data = matrix.data * np.repeat(rows, entries)
    return matrix, rows


def _column_factors(problem: MatrixProblem) -> Floats:
    size = np.where(np.isfinite(problem.upper) & (problem.upper > 0), problem.upper, 1.0)
    factors = _power_of_two(size)
    unbounded = ~np.isfinite(problem.upper) & ~problem.integer
    if unbounded.any() and problem.A.nnz:
        factors = np.where(unbounded, _sizes_from_rows(problem, factors, unbounded), factors)
    factors[problem.integer] = 1.0
    return factors


def _sizes_from_rows(problem: MatrixProblem, factors: Floats, unbounded: Flags) -> Floats:
    """Guess the size of unbounded columns: what the rest of their rows could make of them."""
    entries = problem.A.tocoo()
    row, column = entries.coords
    known = ~unbounded[column]
    reach = np.zeros(problem.num_rows)
    np.maximum.at(reach, row[known], np.abs(entries.data[known]) * factors[column[known]])
    guess = np.zeros(problem.num_columns)
    free = ~known & (entries.data != 0)
    np.maximum.at(guess, column[free], reach[row[free]] / np.abs(entries.data[free]))
    return _power_of_two(np.where(guess > 0, guess, 1.0))


def spread(problem: MatrixProblem) -> float:
    """Return the largest ratio of two coefficients of the matrix, 1 where it has none."""
    return _spread_of(problem.A)


def _spread_of(matrix: Matrix) -> float:
    data = np.abs(matrix.data)
    return float(data.max() / data.min()) if data.size else 1.0
