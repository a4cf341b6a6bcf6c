"""The integer program over some columns, all other units being left alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.algebra.problem import MatrixProblem
from channelopt.priced.columns import Choices, Columns, gains, taken
from channelopt.priced.master import convexity
from channelopt.priced.settle import Frame
from channelopt.priced.units import Floats, Matrix

EXACT = 1e-9
"""A row holds where it misses by no more than this times max(1, |side|)."""
ROUND = 1e-6
"""So close to a whole number is whole, after a linear program."""


@dataclass(frozen=True)
class Pool:
    """Types at prices, with the columns that a search may use, those of least loss first.

    Attributes:
        choice: of the types whose columns these are.
        cols: sorted by loss.
        uses: (R, C).
        base: (M, N, O) measures of all units where each takes its best option.
        complete: all columns of all units are here.
        amounts: (C,) units in each column in the master program; a column that a search leaves
            alone keeps the whole ones.
    """

    choice: Choices
    cols: Columns
    uses: Matrix
    base: Floats
    complete: bool
    amounts: Floats

    @property
    def held(self) -> NDArray[np.int64]:
        """(C,) whole units in each column."""
        return np.asarray(np.floor(self.amounts + ROUND), np.int64)


@dataclass(frozen=True)
class Plan:
    """A list: units in columns of a pool, values of the other columns.

    Attributes:
        pool: whose columns.
        where: positions of the columns used.
        amounts: units in each.
        others: (Z,).
        total: (M, N, O) sums of measures of all units.
        value: gain of everything.
        used: (R,) activity.
    """

    pool: Pool
    where: NDArray[np.intp]
    amounts: NDArray[np.int64]
    others: Floats
    total: Floats
    value: float
    used: Floats


@dataclass(frozen=True)
class Program:
    """The integer program over some columns of a pool, in numbers of one size."""

    frame: Frame
    pool: Pool
    chosen: NDArray[np.intp]
    bound: float

    @property
    def unit(self) -> float:
        """Currency that counts as one: what the bound allows to be off, a million times over."""
        return max(1.0, abs(self.bound)) * 1e-6

    @cached_property
    def left(self) -> NDArray[np.intp]:
        """Columns that are left alone, with the units that they hold."""
        held = self.pool.held
        held[self.chosen] = 0
        return np.flatnonzero(held)

    @cached_property
    def start(self) -> Floats:
        """(M, N, O) measures of all units where no chosen column is used."""
        return self.pool.base + shift(self.frame, self.pool, self.left, self.pool.held[self.left])

    @cached_property
    def free(self) -> Columns:
        """The chosen columns, with the units that are left for them."""
        cols = self.pool.cols.take(self.chosen)
        gone = np.bincount(
            self.pool.cols.of[self.left],
            self.pool.held[self.left],
            minlength=len(self.pool.choice.types),
        )
        return replace(cols, most=cols.most - gone[cols.of])

    def problem(self, inward: Floats) -> MatrixProblem:
        """Return it; sides are moved inward by some amounts (R,)."""
        frame, rows = self.frame, self.frame.rows
        cols = self.free
        use = self.pool.uses[:, self.chosen]
        size, stretch = self.row_size, self._stretch(self.row_size)
        scaled = scipy.sparse.diags_array(size) @ use
        others = scipy.sparse.diags_array(size) @ rows.others @ scipy.sparse.diags_array(stretch)
        convex = convexity(cols)
        blocks: list[list[Any]] = [[scaled, others]]
        if convex.most.size:
            blocks.append([convex.matrix, None])
        start = self.start.ravel()
        base = np.asarray(rows.uses @ start)
        gain = gains(frame.tables, self.pool.choice, cols)
        worth = math.fsum(frame.tables.gain.ravel() * start)
        count = len(cols)
        return MatrixProblem(
            c=np.concatenate([gain, rows.others_gain * stretch]) / self.unit,
            offset=worth / self.unit,
            A=scipy.sparse.csr_array(scipy.sparse.block_array(blocks, format="csr")),
            row_lower=np.concatenate(
                [(rows.lower - base + inward) * size, np.full(convex.most.size, -np.inf)]
            ),
            row_upper=np.concatenate([(rows.upper - base - inward) * size, convex.most]),
            lower=np.concatenate([np.zeros(count), rows.others_lower / stretch]),
            upper=np.concatenate([cols.most, rows.others_upper / stretch]),
            integer=np.concatenate([np.ones(count, np.bool_), np.zeros(stretch.size, np.bool_)]),
        )

    def worth(self, objective: float) -> float:
        """Return currency from an objective of the program."""
        return objective * self.unit

    def plan(self, x: Floats) -> Plan:
        """Return the list of an answer."""
        frame, rows = self.frame, self.frame.rows
        amounts = np.round(x[: self.chosen.size]).astype(np.int64)
        stretch = self._stretch(self.row_size)
        others = np.clip(x[self.chosen.size :] * stretch, rows.others_lower, rows.others_upper)
        moved = np.flatnonzero(amounts)
        where = np.concatenate([self.left, self.chosen[moved]])
        amounts = np.concatenate([self.pool.held[self.left], amounts[moved]])
        total = self.pool.base + shift(frame, self.pool, where, amounts)
        gain = frame.tables.gain.ravel() * total.ravel()
        value = math.fsum(np.concatenate([gain, rows.others_gain * others]))
        used = np.asarray(rows.uses @ total.ravel() + rows.others @ others)
        return Plan(self.pool, where, amounts, others, total, value, used)

    def missed(self, plan: Plan) -> Floats:
        """Return (R,) by how much rows miss their sides, 0 where within what rounding allows."""
        rows = self.frame.rows
        return misses(plan.used, rows.lower, rows.upper)

    @cached_property
    def row_size(self) -> Floats:
        """(R,) what rows are multiplied by, so that their coefficients are at most 1."""
        use = self.pool.uses[:, self.chosen]
        both = scipy.sparse.csr_array(scipy.sparse.hstack([abs(use), abs(self.frame.rows.others)]))
        largest = both.max(axis=1).toarray().ravel() if both.shape[1] else np.zeros(both.shape[0])
        return np.where(largest > 0.0, 1.0 / np.where(largest > 0.0, largest, 1.0), 1.0)

    def _stretch(self, size: Floats) -> Floats:
        others = scipy.sparse.csr_array(scipy.sparse.diags_array(size) @ self.frame.rows.others)
        if not others.shape[0] or not others.shape[1]:
            return np.ones(others.shape[1])
        largest = abs(others).max(axis=0).toarray().ravel()
        return np.where(largest > 0.0, 1.0 / np.where(largest > 0.0, largest, 1.0), 1.0)


def misses(used: Floats, lower: Floats, upper: Floats) -> Floats:
    """Return by how much activities miss their sides beyond what rounding allows, else 0."""
    over = np.where(np.isfinite(upper), used - upper, -np.inf)
    under = np.where(np.isfinite(lower), lower - used, -np.inf)
    allowed_over = EXACT * np.maximum(1.0, np.abs(np.where(np.isfinite(upper), upper, 0.0)))
    allowed_under = EXACT * np.maximum(1.0, np.abs(np.where(np.isfinite(lower), lower, 0.0)))
    return np.where(over > allowed_over, over, np.where(under > allowed_under, under, 0.0))


def shift(frame: Frame, pool: Pool, where: NDArray[np.intp], amounts: NDArray[np.int64]) -> Floats:
    """Return (M, N, O) what changes in the measures by units in columns."""
    cols = pool.cols.take(where)
    some = Choices(
        pool.choice.types.take(cols.of), pool.choice.values[cols.of], pool.choice.best[cols.of]
    )
    number = amounts.astype(np.float64)
    come = taken(frame.tables, some, number, cols.option)
    return come - taken(frame.tables, some, number, some.best)
