"""The integer search: the few types at a tie are decided exactly, all others keep their best."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from channelopt.algebra.problem import MatrixProblem
from channelopt.backends.base import Limits, Outcome, Reason
from channelopt.priced.answer import Conflict
from channelopt.priced.columns import choices, columns, taken, uses
from channelopt.priced.indivisible import indivisible
from channelopt.priced.passes import Population, Seen
from channelopt.priced.program import EXACT, ROUND, Plan, Pool, Program
from channelopt.priced.rule import find
from channelopt.priced.settle import Frame, Settled
from channelopt.priced.tables import Box, Reduced
from channelopt.priced.units import Floats

FIRST = 250
"""Columns that the first search is free to use; each later one may use four times as many."""
LARGEST = 4_000
"""Columns at most of a search that need not be complete, once a list is known."""
NODES = 1
"""Nodes of its tree at least after which a search may end with what it found."""
WORK = 6e9
"""Nodes more, times the square of a program's nonzeros: as many as take some seconds."""
KEPT = 20_000
"""Columns of least loss that are looked at to begin with."""
SHARE = 0.25
"""Part of the time left that a search may take which leaves some columns alone."""
PER_ROW = 6
"""At least so many columns that raise each row, and that lower it."""


@dataclass(frozen=True)
class Searched:
    """What a search found.

    Attributes:
        plan: the best list, or None.
        bound: of what any list gains, inf where the search proves none.
        units: number of columns that the last search was free to use.
        conflict: the search was free to decide everything, and there is no list.
    """

    plan: Plan | None
    bound: float
    units: int
    conflict: Conflict | None = None


@dataclass
class Search:
    """Searches with more and more columns until the list is good enough.

    Attributes:
        frame: of the task.
        population: all units.
        reduced: tables at the prices.
        bound: dual bound at the prices.
        deadline: by the monotonic clock.
    """

    frame: Frame
    population: Population
    reduced: Reduced
    bound: float
    deadline: float

    def run(self, settled: Settled) -> Searched:
        """Search, beginning with the types that the last pass brought back."""
        pool = self.pool(settled.seen, settled, KEPT)
        best: Plan | None = None
        size = max(FIRST, 8 * self.frame.rows.count)
        while True:
            chosen = self._chosen(pool, size)
            last = chosen.size == len(pool.cols) and pool.complete
            plan, proven = self._solve(pool, chosen, 1.0 if last else SHARE, sure=last)
            best = _better(best, plan)
            if best is not None and self._good(best.value):
                return Searched(best, math.inf, chosen.size)
            if last:
                never = best is None and proven == -math.inf
                conflict = self._conflict(pool, chosen) if never else None
                return Searched(best, proven, chosen.size, conflict)
            if time.monotonic() > self.deadline:
                return Searched(best, math.inf, chosen.size)
            final = None if best is None else self._finished(best, settled, chosen.size)
            if final is not None:
                return final
            size *= 4
            if size > 2 * len(pool.cols) and not pool.complete:
                before, pool = pool, self._wider(pool, settled, max(KEPT, 4 * size))
                if len(pool.cols) <= len(before.cols) and not pool.complete:
                    return Searched(best, math.inf, chosen.size)

    def pool(self, seen: Seen, settled: Settled, most: int, *, every_one: bool = False) -> Pool:
        """Return the columns of types that a pass brought back.

        Args:
            seen: the types, and sums of all others.
            settled: the master program's answer, which says where to begin.
            most: about how many columns to take up, those of least loss.
            every_one: the pass brought back all types that have any choice.
        """
        frame = self.frame
        choice = choices(seen.near, self.reduced)
        counts = seen.near.counts.astype(np.float64)
        base = seen.sums + taken(frame.tables, choice, counts, choice.best)
        every = columns(choice, np.ones(choice.values.shape, np.bool_), np.ones(seen.scale.size))
        amounts = _amounts(seen, settled)[every.of, every.option]
        amounts[amounts < ROUND] = 0.0
        order = np.lexsort((-amounts, every.loss))[:most]
        late = np.flatnonzero(amounts)
        order = np.concatenate([order, late[~np.isin(late, order)]])
        cols = every.take(order)
        whole = every_one or int(seen.near.counts.sum()) == self.population.extent.units
        use = uses(frame.tables, frame.rows, choice, cols)
        return Pool(choice, cols, use, base, whole and len(cols) == len(every), amounts[order])

    def _good(self, value: float) -> bool:
        return self.bound - value <= self.frame.aims.gap * max(1.0, abs(value))

    def _chosen(self, pool: Pool, size: int) -> NDArray[np.intp]:
        """Return columns of least loss, overall and for every row both ways, and split types."""
        if size >= len(pool.cols):
            return np.arange(len(pool.cols))
        wanted = np.abs(pool.amounts - np.round(pool.amounts)) > ROUND
        wanted[:size] = True
        matrix = pool.uses
        for row in range(matrix.shape[0]):
            start, stop = matrix.indptr[row], matrix.indptr[row + 1]
            order = np.argsort(matrix.indices[start:stop], kind="stable")
            place, data = matrix.indices[start:stop][order], matrix.data[start:stop][order]
            wanted[place[data > 0.0][:PER_ROW]] = True
            wanted[place[data < 0.0][:PER_ROW]] = True
        return np.flatnonzero(wanted)

    def _finished(self, best: Plan, settled: Settled, size: int) -> Searched | None:
        """Search all that could be better, or take the list where the next search is too large."""
        final = self._prove(best, settled)
        if final is None and 4 * size > LARGEST:
            return Searched(best, math.inf, size)
        return final

    def _prove(self, best: Plan, settled: Settled) -> Searched | None:
        """Search all columns that a better list could use; None where these are too many."""
        loss = self.bound - best.value
        seen = self._within(loss)
        if seen is None:
            return None
        most = self.frame.aims.whole_up_to
        pool = self.pool(seen, settled, most + 1)
        cols = np.flatnonzero(pool.cols.loss <= loss)
        if cols.size > most:
            return None
        pool = replace(pool, amounts=np.zeros_like(pool.amounts))
        plan, proven = self._solve(pool, cols, 1.0, sure=True)
        found = best if plan is None or plan.value <= best.value else plan
        return Searched(found, max(proven, found.value), cols.size)

    def _within(self, loss: float) -> Seen | None:
        """Return all types with an option that loses no more than `loss`."""
        kinds = self.reduced.table.shape[0]
        weights = self.population.extent.weights
        around = Box(
            np.zeros_like(self.reduced.table), np.zeros((kinds, weights)), np.full(kinds, loss)
        )
        return self.population.look(self.reduced, around, self.frame.aims.near)

    def _wider(self, pool: Pool, settled: Settled, most: int) -> Pool:
        """Return a pool of all types if they are few enough, else of as many as there may be."""
        loss = math.inf
        largest = float(pool.cols.loss.max()) if len(pool.cols) else 0.0
        size = np.abs(self.reduced.table).max() * max(1.0, self.population.extent.largest.max())
        for reach in (math.inf, 64.0 * largest + 1e-6 * size, 8.0 * largest, 2.0 * largest):
            loss = reach
            seen = self._within(loss)
            if seen is not None:
                return self.pool(seen, settled, most, every_one=reach == math.inf)
        return pool

    def _solve(
        self, pool: Pool, chosen: NDArray[np.intp], share: float, *, sure: bool
    ) -> tuple[Plan | None, float]:
        """Return the best list over some columns and what is proven of these, -inf: none.

        Where that need not be sure, because the prices prove how good a list is, it takes less.
        """
        program = Program(self.frame, pool, chosen, self.bound)
        inward = np.zeros(self.frame.rows.count)
        proven = math.inf
        for _ in range(3):
            outcome = self._run(program.problem(inward), share, sure=sure)
            if outcome.termination.reason is Reason.INFEASIBLE:
                return None, -math.inf if not inward.any() else math.inf
            if outcome.x is None:
                return None, math.inf
            proven = program.worth(outcome.bound) if not inward.any() else proven
            plan = program.plan(outcome.x)
            miss = program.missed(plan)
            if not miss.any():
                return plan, proven
            inward += 2.0 * miss
        return None, math.inf

    def _conflict(self, pool: Pool, chosen: NDArray[np.intp]) -> Conflict:
        rows = self.frame.rows
        program = Program(self.frame, pool, chosen, self.bound)
        ends = time.monotonic() + 0.7 * (self.deadline - time.monotonic())

        def run(problem: MatrixProblem) -> Outcome:
            return self._run(problem, SHARE, sure=True)

        problem = program.problem(np.zeros(rows.count))
        return indivisible(problem, program.row_size, rows, run, ends)

    def _run(self, problem: MatrixProblem, share: float, *, sure: bool) -> Outcome:
        aims = self.frame.aims
        seconds = max(0.1, share * (self.deadline - time.monotonic()))
        limits = Limits(
            time_limit=seconds,
            gap=0.5 * aims.gap,
            seed=aims.seed,
            tolerance=EXACT,
            nodes=nodes(problem),
            second_look=sure,
        )
        return self.frame.solve(problem, limits)


def nodes(problem: MatrixProblem) -> int:
    """Return after how many nodes a search ends: a matter of work, never of the clock."""
    return NODES + int(min(WORK / max(1, problem.A.nnz) ** 2, 1e6))


def _amounts(seen: Seen, settled: Settled) -> Floats:
    """Return (T, O) units of types with each option in the master program, 0 where unknown."""
    amounts = np.zeros((len(seen.near), settled.amounts.shape[1]))
    known = settled.seen.near
    order = np.argsort(known.keys[:, 0])
    place = find(known.keys[order], seen.near.keys)
    amounts[place >= 0] = settled.amounts[order[place[place >= 0]]]
    return amounts


def _better(one: Plan | None, other: Plan | None) -> Plan | None:
    if one is None or other is None:
        return other if one is None else one
    return other if other.value > one.value else one
