"""How much rows miss at least, where units may be split, with a proof in both directions.

Every row may miss at a cost of one per its own size. Units stand in bunches; what bunches cannot
mix is found by passes over the units, each of which adds one list to the program (Dantzig and
Wolfe 1960). A program without misses is a proof that there is a (split) list; prices at which even
the best units come out negative are a proof that there is none (Farkas 1902).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits
from channelopt.priced.aims import Solve
from channelopt.priced.best import activity
from channelopt.priced.bunches import Bunches, bunched
from channelopt.priced.units import Flags, Floats, Matrix, Rows, Task

NOISE = 1e-9
"""Prices and misses of so much, in parts of a row's size, are none."""
SLIGHT = 1e-8
"""Misses of so much of a row's size are none, where they cannot be proven."""
SURE = 1e-10
"""So much below zero proves that there is no list: rounding is far smaller."""
SMALLEST = 1e-4
"""A row's size is at least so much of what units use of it on average."""
NEAR = 1e-3
"""The least misses are found where they are proven to so much of themselves."""
ROUNDS = 20
"""Passes over the units for one question, at most."""


@dataclass(frozen=True)
class Miss:
    """What is known of a set of rows.

    Attributes:
        possible: whether a list with split units satisfies them; None where it was not found out.
        prices: (R,) where impossible: these prices prove it; 0 at rows that the proof needs not.
        short: (R,) what rows miss in the list that misses least, in their units: above 0 they are
            short of their lower side, below 0 beyond their upper one.
    """

    possible: bool | None
    prices: Floats
    short: Floats


@dataclass
class Shortage:
    """Asks how much sets of rows miss; keeps the lists that passes have found.

    Attributes:
        task: units and rows; what they gain does not matter.
        solve: solves linear programs.
        bunches: the units.
        size: (R,) of each row: its sides, or where they are 0 what units use of it on average.
        lists: (R,) activities of lists that passes have found, without other columns.
    """

    task: Task
    solve: Solve
    bunches: Bunches
    size: Floats
    lists: list[Floats] = field(default_factory=list)

    @staticmethod
    def of(task: Task, solve: Solve) -> Shortage:
        """Bunch the units of a task."""
        bunches = bunched(task)
        return Shortage(task, solve, bunches, sizes(task, bunches))

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """(R,) rows by name: another order of the rows is the same program."""
        return np.argsort(np.array(self.task.rows.names, dtype=np.str_), kind="stable")

    def least(self, active: Flags, limits: Limits, *, exact: bool = False) -> Miss:
        """Find out whether rows can hold together, others left out.

        Args:
            active: (R,) rows asked for.
            limits: of each program.
            exact: go on until the misses are the least, not only until they are certain.
        """
        rows = self.task.rows
        nothing = np.zeros(rows.count)
        known = Miss(None, nothing, nothing)
        for _ in range(ROUNDS):
            program = self._program(active)
            outcome = self.solve(program, limits)
            if outcome.x is None or outcome.row_duals is None:
                break
            short = self._short(program, outcome.x, active)
            missed = float((np.abs(short) / self.size).sum())
            if missed <= 0.0:
                return Miss(True, nothing, nothing)
            prices = self._prices(outcome.row_duals, active)
            proven, found = self._proof(prices)
            if proven > SURE:
                known = Miss(False, prices, short)
                if not exact or proven >= missed * (1.0 - NEAR):
                    break
            elif missed <= SLIGHT * rows.count:
                return Miss(True, nothing, nothing)
            self.lists.append(found)
        return known

    def _prices(self, duals: Floats, active: Flags) -> Floats:
        """Return the prices (R,) of a program, without noise and only at sides that are there."""
        rows = self.task.rows
        prices = np.empty(rows.count)
        prices[self.order] = duals[: rows.count]
        prices[~active | (np.abs(prices) < NOISE)] = 0.0
        prices[(prices > 0.0) & np.isinf(rows.upper)] = 0.0
        prices[(prices < 0.0) & np.isinf(rows.lower)] = 0.0
        return prices / self.size

    def _proof(self, prices: Floats) -> tuple[float, Floats]:
        """Return how much every list misses at least, and the (R,) activity of the best list.

        Whatever units and other columns do, the rows at these prices are worth no less than what
        the best list and the best other columns give; what the sides ask for beyond that is missed.
        """
        rows = self.task.rows
        found = activity(self.task, -prices)
        sides = np.where(prices > 0.0, rows.upper, rows.lower)
        allowed = float(prices[prices != 0.0] @ sides[prices != 0.0])
        return float(prices @ found) + _least_of_others(rows, prices) - allowed, found

    def _short(self, program: MatrixProblem, x: Floats, active: Flags) -> Floats:
        """Return what rows (R,) miss at an answer of a program."""
        rows = self.task.rows
        point = x.copy()
        point[x.size - 2 * rows.count :] = 0.0
        used = np.empty(rows.count)
        used[self.order] = (program.A @ point)[: rows.count]
        used *= self.size
        missed = np.maximum(rows.lower - used, 0.0) - np.maximum(used - rows.upper, 0.0)
        return np.where(active & (np.abs(missed) > NOISE * self.size), missed, 0.0)

    @cached_property
    def _still(self) -> tuple[Matrix, Matrix]:
        """What stays from program to program: rows by name, over size, and whole bunches."""
        rows, bunches = self.task.rows, self.bunches
        scale = scipy.sparse.diags_array(1.0 / self.size)
        uses = bunches.uses(rows.uses, self.task.tables.shape)
        nobody = scipy.sparse.csr_array((rows.count, 1))
        shared = scipy.sparse.csr_array(scale @ _beside(nobody, uses, rows.others))
        whole = scipy.sparse.csr_array(-np.ones((len(bunches), 1)))
        taken = bunches.incidence()
        free = scipy.sparse.csr_array((len(bunches), rows.others.shape[1]))
        return shared[self.order], _beside(whole, taken, free)

    def _program(self, active: Flags) -> MatrixProblem:
        """Least misses of rows (R,): bunches mixed, or lists that passes have found, or both.

        Columns: the share of the bunches in the mixture, options of bunches, other columns, the
        shares of the lists, what rows have too much and too little.
        """
        rows, lists = self.task.rows, len(self.lists)
        shared, whole = self._still
        found = np.zeros((rows.count, 0)) if not lists else np.stack(self.lists, axis=1)
        found = (found / self.size[:, np.newaxis])[self.order]
        slack = scipy.sparse.eye_array(rows.count)
        mixed = np.zeros((1, shared.shape[1] + lists + 2 * rows.count))
        mixed[0, 0] = 1.0
        mixed[0, shared.shape[1] : shared.shape[1] + lists] = 1.0
        tall = _beside(whole, scipy.sparse.csr_array((whole.shape[0], lists + 2 * rows.count)))
        matrix = _above(_beside(shared, found, -slack, slack), tall, mixed)
        low = np.where(active, rows.lower, -np.inf) / self.size
        high = np.where(active, rows.upper, np.inf) / self.size
        fixed = np.append(np.zeros(len(self.bunches)), 1.0)
        lower, upper = self._bounds(active)
        return MatrixProblem(
            c=np.append(np.zeros(lower.size - 2 * rows.count), -np.ones(2 * rows.count)),
            offset=0.0,
            A=matrix,
            row_lower=np.append(low[self.order], fixed),
            row_upper=np.append(high[self.order], fixed),
            lower=lower,
            upper=upper,
            integer=np.zeros(lower.size, dtype=np.bool_),
        )

    def _bounds(self, active: Flags) -> tuple[Floats, Floats]:
        """Return the bounds of the columns of a program; rows that are left out miss nothing."""
        rows, bunches = self.task.rows, 1 + self.bunches.columns
        missing = np.where(active[self.order], np.inf, 0.0)
        lists = len(self.lists)
        after = lists + 2 * rows.count
        lower = np.concatenate([np.zeros(bunches), rows.others_lower, np.zeros(after)])
        upper = np.concatenate(
            [np.ones(bunches), rows.others_upper, np.ones(lists), missing, missing]
        )
        return lower, upper


def sizes(task: Task, bunches: Bunches) -> Floats:
    """Return the (R,) size of every row: of its sides, else of what units use on average."""
    rows = task.rows
    uses = abs(bunches.uses(rows.uses, task.tables.shape))
    options = bunches.allowed.sum(axis=1)
    share = np.repeat(1.0 / np.maximum(options, 1), options)
    average = np.asarray(uses @ share)
    low, high = (np.abs(np.where(np.isfinite(s), s, 0.0)) for s in (rows.lower, rows.upper))
    size = np.maximum(np.maximum(low, high), SMALLEST * average)
    size = np.where(np.maximum(low, high) > 0.0, size, average)
    return np.where(size > 0.0, size, 1.0)


def _least_of_others(rows: Rows, prices: Floats) -> float:
    """Return what the rows' uses by other columns are worth at least; -inf where without end."""
    worth = np.asarray(prices @ rows.others)
    noise = NOISE * np.asarray(np.abs(prices) @ abs(rows.others))
    bound = np.where(worth > 0.0, rows.others_lower, rows.others_upper)
    counts = (worth != 0.0) & ~(np.isinf(bound) & (np.abs(worth) <= noise))
    return float(worth[counts] @ bound[counts])


def _beside(*parts: Any) -> Matrix:
    return scipy.sparse.csr_array(scipy.sparse.hstack(parts, format="csr"))


def _above(*parts: Any) -> Matrix:
    return scipy.sparse.csr_array(scipy.sparse.vstack(parts, format="csr"))
