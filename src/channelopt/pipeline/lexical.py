"""Linear programs with several goals in strict order, solved exactly on optimal faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.algebra.scaling import Scaling, scale
from channelopt.backends.base import Limits, Outcome, Reason
from channelopt.pipeline.engine import Engine

PRICED = 1e-11
"""A column or row stays where it is if moving it by its natural size costs more than this share of
the largest such cost in the goal."""


@dataclass(frozen=True)
class Polished:
    """An answer with whole columns exact: the point, and how many goals were met in full."""

    x: Floats
    goals_met: int


def fixed(problem: MatrixProblem, x: Floats) -> MatrixProblem:
    """Return the linear program that remains when whole columns are fixed at `x` (columns,)."""
    whole = np.round(x)
    return problem.with_(
        lower=np.where(problem.integer, whole, problem.lower),
        upper=np.where(problem.integer, whole, problem.upper),
        integer=np.zeros_like(problem.integer),
    )


def polish(
    engine: Engine, problem: MatrixProblem, goals: Sequence[Floats], x: Floats, limits: Limits
) -> Polished | None:
    """Fix the whole columns of `x`, then maximise the goals one after the other.

    After each goal the program is narrowed to the face of its optima: a column with a reduced cost
    keeps its bound, a row with a dual keeps its side. So nothing is lost to tolerances of a cut.

    Args:
        engine: solves linear programs with prices.
        problem: the program.
        goals: (columns,) each, most important first; the first is the objective.
        x: (columns,) a point whose whole columns are kept.
        limits: for each linear program.

    Returns:
        None where no point with these whole columns keeps all rows.
    """
    face = fixed(problem, x)
    sizes = scale(face)[1]
    best: Floats | None = None
    values: list[float] = []
    for number, goal in enumerate(goals):
        outcome = engine.solve(face.with_(c=goal, offset=0.0), limits)
        if outcome.termination.reason is not Reason.OPTIMAL or outcome.x is None:
            return None if best is None else Polished(best, number)
        if not _keeps(goals, values, outcome.x):
            return None if best is None else Polished(best, number)
        best = np.where(problem.integer, np.round(x), outcome.x)
        values.append(float(goal @ outcome.x))
        face = _face(face, goal, outcome, sizes)
    return None if best is None else Polished(best, len(goals))


def tolerance(value: float) -> float:
    """How close two values of a goal must be to count as equal."""
    return max(1e-9 * abs(value), 1e-6)


def _keeps(goals: Sequence[Floats], values: list[float], x: Floats) -> bool:
    pairs = zip(goals, values, strict=False)
    return all(float(goal @ x) >= value - tolerance(value) for goal, value in pairs)


def _face(face: MatrixProblem, goal: Floats, outcome: Outcome, sizes: Scaling) -> MatrixProblem:
    """Narrow a linear program to the optima that the prices of one of them describe."""
    if outcome.reduced_costs is None or outcome.row_duals is None or outcome.x is None:
        return face
    largest = float(np.abs(goal * sizes.columns).max(initial=0.0)) or 1.0
    priced = np.abs(outcome.reduced_costs) * sizes.columns > PRICED * largest
    activity = face.A @ outcome.x
    tight = np.abs(outcome.row_duals) / sizes.rows > PRICED * largest
    lower, upper = _at_sides(outcome.x, face.lower, face.upper)
    row_lower, row_upper = _at_sides(activity, face.row_lower, face.row_upper)
    return face.with_(
        lower=np.where(priced, lower, face.lower),
        upper=np.where(priced, upper, face.upper),
        row_lower=np.where(tight, row_lower, face.row_lower),
        row_upper=np.where(tight, row_upper, face.row_upper),
    )


def _at_sides(values: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Return the nearer side of each value as both sides."""
    nearer = np.where(np.abs(values - lower) <= np.abs(upper - values), lower, upper)
    side = np.where(np.isfinite(nearer), nearer, values)
    return side, side
