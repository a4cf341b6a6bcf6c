"""The master program: the best prices within a box, from the units whose choice is open there.

Everything is measured from the prices in the middle: what an option costs is how much worse it is
there, and the duals are how far prices move. So numbers stay of one size however small the box.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Reason
from channelopt.priced.aims import Solve
from channelopt.priced.columns import Columns
from channelopt.priced.units import Flags, Floats, Matrix, Rows

MISS = 1e-7
"""A row misses its sides where it does by more than this, on the scale of the program."""


@dataclass(frozen=True)
class Middle:
    """Prices, the box around them, and what all units use when each takes its best option.

    Attributes:
        prices: (R,).
        half: (R,) how far each may move, both ways; 0 leaves a row without a price out.
        activity: (R,) of units alone.
    """

    prices: Floats
    half: Floats
    activity: Floats


@dataclass(frozen=True)
class Moved:
    """The best prices in a box.

    Attributes:
        prices: (R,).
        taken: (C,) units in each column.
        others: (Z,).
        edge: (R,) rows that would move their price further.
    """

    prices: Floats
    taken: Floats
    others: Floats
    edge: Flags


@dataclass(frozen=True)
class Master:
    """The program: units in columns, other columns, activities, misses at the edges of the box.

    Attributes:
        rows: of the task.
        middle: prices in the middle.
        cols: other options that units may take.
        uses: (R, C) what they change.
    """

    rows: Rows
    middle: Middle
    cols: Columns
    uses: Matrix

    @cached_property
    def active(self) -> NDArray[np.intp]:
        """Rows whose price may move."""
        return np.flatnonzero(self.middle.half > 0.0)

    @cached_property
    def unit(self) -> float:
        """Currency that counts as one: a usual loss, or what the box makes of one."""
        if not len(self.cols):
            return 1.0
        reach = abs(self.uses).T @ self.middle.half
        return max(float(np.median(self.cols.loss)), float(np.median(reach))) or 1.0

    @cached_property
    def size(self) -> Floats:
        """(A,) what the active rows are multiplied by, so that each dual lies in -1..1."""
        return np.asarray(self.middle.half[self.active] / self.unit)

    @cached_property
    def others(self) -> Matrix:
        """(A, Z) other columns in the active rows, as scaled as these."""
        return scipy.sparse.csr_array(
            scipy.sparse.diags_array(self.size) @ self.rows.others[self.active, :]
        )

    @cached_property
    def stretch(self) -> Floats:
        """(Z,) what other columns are multiplied by, so that their coefficients are at most 1."""
        if not self.others.shape[0] or not self.others.shape[1]:
            return np.ones(self.others.shape[1])
        largest = abs(self.others).max(axis=0).toarray().ravel()
        return np.where(largest > 0.0, 1.0 / np.where(largest > 0.0, largest, 1.0), 1.0)

    def solve(self, solve: Solve, limits: Limits) -> Moved | None:
        """Return the best prices in the box; None where the solver finds none."""
        if not self.active.size:
            return self._unmoved()
        outcome = solve(self.program(), limits)
        if outcome.termination.reason is not Reason.OPTIMAL or outcome.x is None:
            return None
        return None if outcome.row_duals is None else self._moved(outcome.x, outcome.row_duals)

    def program(self) -> MatrixProblem:
        """Return it as arrays: columns are units, others, activities, misses below, above."""
        rows, middle, active = self.rows, self.middle, self.active
        count = active.size
        one = scipy.sparse.eye_array(count)
        scaled = scipy.sparse.diags_array(self.size) @ self.uses[active, :]
        others = self.others @ scipy.sparse.diags_array(self.stretch)
        convex = convexity(self.cols)
        matrix = scipy.sparse.block_array(
            [[scaled, others, -one, one, -one], [convex.matrix, None, None, None, None]]
            if convex.most.size
            else [[scaled, others, -one, one, -one]],
            format="csr",
        )
        least, most, cost = self._activities()
        price = (rows.others_gain - rows.others.T @ middle.prices) * self.stretch / self.unit
        side = -middle.activity[active] * self.size
        free = np.full(count, np.inf)
        return MatrixProblem(
            c=np.concatenate(
                [-self.cols.loss / self.unit, price, cost, -np.ones(count), -np.ones(count)]
            ),
            offset=0.0,
            A=scipy.sparse.csr_array(matrix),
            row_lower=np.concatenate([side, np.full(convex.most.size, -np.inf)]),
            row_upper=np.concatenate([side, convex.most]),
            lower=np.concatenate(
                [
                    np.zeros(len(self.cols)),
                    rows.others_lower / self.stretch,
                    least,
                    np.zeros(2 * count),
                ]
            ),
            upper=np.concatenate(
                [self.cols.most, rows.others_upper / self.stretch, most, free, free]
            ),
            integer=np.zeros(matrix.shape[1], np.bool_),
        )

    def _activities(self) -> tuple[Floats, Floats, Floats]:
        """Return bounds and gain of the activities: at a side where no price in the box is 0."""
        price, half = self.middle.prices[self.active], self.middle.half[self.active]
        lower, upper = self.rows.lower[self.active], self.rows.upper[self.active]
        least = np.where(price > half, upper, lower) * self.size
        most = np.where(price < -half, lower, upper) * self.size
        return least, most, np.where(np.abs(price) > half, 0.0, price / half)

    def _moved(self, x: Floats, duals: Floats) -> Moved:
        count, columns, others = self.active.size, len(self.cols), self.stretch.size
        prices = self.middle.prices.copy()
        prices[self.active] += np.clip(duals[:count], -1.0, 1.0) * self.middle.half[self.active]
        missed = x[columns + others + count :].reshape(2, count).sum(axis=0)
        edge = np.zeros(prices.size, np.bool_)
        side = np.abs(self.middle.activity[self.active]) * self.size
        edge[self.active] = missed > MISS * np.maximum(1.0, side * 1e-3)
        return Moved(
            signed(prices, self.rows),
            x[:columns],
            x[columns : columns + others] * self.stretch,
            edge,
        )

    def _unmoved(self) -> Moved:
        prices = self.middle.prices
        reduced = self.rows.others_gain - self.rows.others.T @ prices
        others = resting(self.rows, reduced)
        return Moved(prices, np.zeros(len(self.cols)), others, np.zeros(prices.size, np.bool_))


def signed(prices: Floats, rows: Rows) -> Floats:
    """Return prices with no wrong sign: none above 0 without an upper side, and so on."""
    least = np.where(np.isfinite(rows.lower), -np.inf, 0.0)
    most = np.where(np.isfinite(rows.upper), np.inf, 0.0)
    return np.asarray(np.clip(prices, least, most) + 0.0)


def resting(rows: Rows, reduced: Floats) -> Floats:
    """Return (Z,) other columns at the bound that earns most at reduced gains; 0 if unbounded."""
    best = np.where(reduced > 0.0, rows.others_upper, rows.others_lower)
    best = np.where(reduced == 0.0, np.clip(0.0, rows.others_lower, rows.others_upper), best)
    return np.where(np.isfinite(best), best, 0.0)


@dataclass(frozen=True)
class Convexity:
    """Rows that say that a type has no more units than it has; only where that can fail."""

    matrix: Matrix
    most: Floats


def convexity(cols: Columns) -> Convexity:
    """Return one row for every type with two columns or more."""
    types, place, counts = np.unique(cols.of, return_inverse=True, return_counts=True)
    several = np.flatnonzero(counts > 1)
    number = np.full(types.size, -1)
    number[several] = np.arange(several.size)
    row = number[place]
    inside = np.flatnonzero(row >= 0)
    matrix = scipy.sparse.csr_array(
        (np.ones(inside.size), (row[inside], inside)), shape=(several.size, len(cols))
    )
    most = np.zeros(several.size)
    most[row[inside]] = cols.most[inside]
    return Convexity(matrix, most)
