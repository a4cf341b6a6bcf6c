"""Ties: of equally good plans the cheapest, then the closest to today, then the first in order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Limits, Listener, Outcome, Reason
from channelopt.model.formulate import Model
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.lexical import Polished, polish, tolerance

LEAST_SECONDS = 5.0
"""A tie-break stage has as long as the first solve took, at least this."""

MANY = 250
"""Beyond so many whole columns other ones are sought only where the optimum is exact. Size decides,
not the clock, so that a plan does not depend on the machine or on where the search began."""

EXACT = 1e-9
"""A rounded answer that breaks no row by more needs no second solve."""

WORDS = ("the objective", "least cost", "closest to today's shares", "the fixed order of cells")


@dataclass(frozen=True)
class Settled:
    """A plan with ties broken: the point (columns of the model,), and what was not proven."""

    x: Floats
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Goals:
    """The program with what the goals need, and the goals, most important first."""

    problem: MatrixProblem
    goals: tuple[Floats, ...]
    words: tuple[str, ...]

    def complete(self, x: Floats) -> Floats:
        """Extend a point of the model by the distances to today's shares."""
        extra = self.problem.num_columns - len(x)
        if not extra:
            return x
        rows = self.problem.A[-extra:, : len(x)] @ x
        gap = np.maximum(self.problem.row_lower[-extra:] - rows, 0.0)
        other = self.problem.A[-2 * extra : -extra, : len(x)] @ x
        return np.concatenate(
            [x, np.maximum(gap, self.problem.row_lower[-2 * extra : -extra] - other)]
        )


def settle(
    model: Model,
    engines: tuple[Engine, Engine],
    first: Outcome,
    limits: Limits,
    listen: Listener | None = None,
    *,
    stages: bool = True,
) -> Settled | None:
    """Round the whole columns of an answer, re-solve the rest, and break ties.

    Args:
        model: what was solved.
        engines: for integer programs, and for linear programs with prices.
        first: the answer of the first solve.
        limits: of the first solve.
        listen: may interrupt.
        stages: also look for other whole columns that are as good.

    Returns:
        None where the rounded answer cannot be repaired into a plan.
    """
    if first.x is None:
        return None
    linear = replace(limits, time_limit=max(60.0, first.seconds), gap=1e-9)
    if not stages:
        return _rounded(model.problem, engines[1], first.x, linear)
    aims = goals(model)
    best = polish(engines[1], aims.problem, aims.goals, aims.complete(first.x), linear)
    if best is None:
        return None
    notes: list[str] = []
    if model.problem.integer.sum() > MANY and first.gap > 1e-9:
        # plans that differ by less than the gap cannot be told apart anyway
        notes.append(
            f"ties between plans with other channels, offers or FTE are not searched: the optimum "
            f"itself is known to a gap of {first.gap:.1g} only"
        )
    elif model.problem.integer.any():
        best = _searched(aims, engines, best, (limits, linear, first.seconds), (notes, listen))
    if best.goals_met < len(aims.goals):
        notes.append(f"tie-break by {aims.words[best.goals_met]} is not exact")
    return Settled(best.x[: model.problem.num_columns], tuple(notes))


def _rounded(problem: MatrixProblem, engine: Engine, x: Floats, limits: Limits) -> Settled | None:
    """Round the whole columns; re-solve the rest only where that breaks a row."""
    rounded = np.where(problem.integer, np.round(x), x)
    if problem.violation(rounded) <= EXACT:
        return Settled(rounded, ())
    best = polish(engine, problem, (problem.c,), x, limits)
    return None if best is None else Settled(best.x, ())


def _searched(
    aims: Goals,
    engines: tuple[Engine, Engine],
    best: Polished,
    limits: tuple[Limits, Limits, float],
    told: tuple[list[str], Listener | None],
) -> Polished:
    """Look for other whole columns, goal by goal; what is not proven goes to the notes."""
    notes, listen = told
    seconds = max(LEAST_SECONDS, limits[2])
    for stage in range(1, len(aims.goals)):
        searching = replace(limits[0], time_limit=seconds, gap=1e-9)
        best, proven = _improve(aims, engines, best, stage, (searching, limits[1]), listen)
        if not proven:
            seconds = LEAST_SECONDS  # what one stage could not prove, the next will hardly
            notes.append(f"tie-break by {aims.words[stage]} is not proven")
    return best


def goals(model: Model) -> Goals:
    """Objective, cost, distance to today, order; distances need columns and rows of their own."""
    problem = model.problem
    goals = [problem.c, -_cost(model)]
    words = [*WORDS[:2]]
    today = _today(model)
    if today is not None:
        problem, distance = _with_distance(model, today)
        goals = [np.concatenate([goal, np.zeros(len(distance))]) for goal in goals]
        goals.append(np.concatenate([np.zeros(model.problem.num_columns), -np.ones(len(distance))]))
        words.append(WORDS[2])
    order = np.zeros(problem.num_columns)
    order[: model.problem.num_columns] = _order(model)
    return Goals(problem, (*goals, order), (*words, WORDS[3]))


def _cost(model: Model) -> Floats:
    """Undiscounted cost per column."""
    cost = np.zeros(model.problem.num_columns)
    for name, amount in model.decisions.money.items():
        if name.endswith("_cost"):
            np.add.at(cost, amount.matrix.indices, amount.matrix.data)
    return cost


def _today(model: Model) -> Floats | None:
    """(cells,) first contacts by today's shares, nan where a pair has none; None without any."""
    s, i, c, t = model.decisions.cells.codes
    n = model.numbers
    today: Floats = n.baseline_share[s, i, c] * n.contacts[s, i, t]
    return None if np.isnan(today).all() else today


def _with_distance(model: Model, today: Floats) -> tuple[MatrixProblem, Floats]:
    """Add columns d with d >= e - today and d >= today - e."""
    problem = model.problem
    known = np.nonzero(~np.isnan(today))[0]
    count = len(known)
    first = model.decisions.first.matrix[known]
    entered = sparse.csr_array(
        (first.data, first.indices, first.indptr), shape=(count, problem.num_columns)
    )
    one = sparse.eye_array(count, format="csr")
    matrix = sparse.block_array([[problem.A, None], [-entered, one], [entered, one]], format="csr")
    target = today[known]
    extended = MatrixProblem(
        c=np.concatenate([problem.c, np.zeros(count)]),
        offset=problem.offset,
        A=sparse.csr_array(matrix),
        row_lower=np.concatenate([problem.row_lower, -target, target]),
        row_upper=np.concatenate([problem.row_upper, np.full(2 * count, np.inf)]),
        lower=np.concatenate([problem.lower, np.zeros(count)]),
        upper=np.concatenate([problem.upper, np.full(count, np.inf)]),
        integer=np.concatenate([problem.integer, np.zeros(count, dtype=bool)]),
    )
    return extended, target


def _order(model: Model) -> Floats:
    """Prefer contacts in cells that come first by period, segment, interaction, channel.

    Then channels as they were, few upgrades and few offers: decisions without any effect are
    settled too.
    """
    d, n = model.decisions, model.numbers
    order = np.zeros(model.problem.num_columns)
    s, i, c, t = d.cells.codes
    rank = np.empty(len(s))
    rank[np.lexsort((c, i, s, t))] = np.linspace(2.0, 1.0, num=len(s))
    rank /= np.maximum(n.contacts[s, i, t], 1e-9)
    for part in (d.entered, d.treated):
        cell = d.cells.positions(part.index.keys_of(d.cells.dims), of="a cell")
        order[part.matrix.indices] = rank[cell]
    openness = d.open.on(d.openable)
    steady = np.where(n.initially_open[d.openable.code("channel")], 1.0, -1.0)
    order[openness.matrix.indices] = steady * 1e-3
    order[d.owned.matrix.indices] = -1e-3
    offers = d.offers.num_rows
    order[d.offered.matrix.indices] = -np.linspace(1.0, 2.0, num=offers) * 1e-3
    return order


def _improve(
    aims: Goals,
    engines: tuple[Engine, Engine],
    best: Polished,
    stage: int,
    limits: tuple[Limits, Limits],
    listen: Listener | None,
) -> tuple[Polished, bool]:
    """Look for other whole columns that are as good so far and better at this stage."""
    began = time.monotonic()
    problem = no_worse(aims, best.x, stage)
    found = engines[0].solve(problem, limits[0], best.x, listen)
    proven = found.termination.reason is Reason.OPTIMAL
    if found.x is None:
        return best, False
    same = np.array_equal(np.round(found.x[problem.integer]), np.round(best.x[problem.integer]))
    if same:
        return best, proven
    left = max(1.0, limits[1].time_limit or 1.0) - (time.monotonic() - began)
    linear = replace(limits[1], time_limit=max(1.0, left))
    other = polish(engines[1], aims.problem, aims.goals, found.x, linear)
    if other is None:
        return best, False
    ahead = _compare(aims.goals[: stage + 1], other.x, best.x)
    if ahead > 0:
        return other, proven
    # What looked better lived on the solver's tolerance: exactly, it is as good as what we have.
    return best, proven and ahead == 0


def no_worse(aims: Goals, x: Floats, stage: int) -> MatrixProblem:
    """The program with this stage's goal, all goals before it at least as good as at x."""
    before = np.stack(aims.goals[:stage])
    floor = before @ x
    floor -= np.array([tolerance(float(value)) for value in floor])
    problem = aims.problem
    return problem.with_(
        c=aims.goals[stage],
        offset=0.0,
        A=sparse.csr_array(sparse.vstack([problem.A, sparse.csr_array(before)])),
        row_lower=np.concatenate([problem.row_lower, floor]),
        row_upper=np.concatenate([problem.row_upper, np.full(stage, np.inf)]),
    )


def _compare(goals: Sequence[Floats], x: Floats, other: Floats) -> int:
    """Return 1 if x is ahead in the strict order of the goals, -1 if behind, 0 if equal."""
    for goal in goals:
        ahead = float(goal @ x) - float(goal @ other)
        if abs(ahead) > tolerance(float(goal @ other)):
            return 1 if ahead > 0 else -1
    return 0
