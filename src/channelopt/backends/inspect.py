"""Trust no solver: look at the arrays before a solve and at the answer after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Outcome, Reason, Stop, Termination
from channelopt.backends.prices import believed

INFINITE = 1e20
"""From here on solvers take a number for infinity."""
LARGEST_COEFFICIENT = 1e15
TOLERANCE = 1e-5
"""Largest violation of a row or bound that is still an answer, scaled by max(1, |side|)."""
NOISE = 1e-7
"""Relative room for rounding when two objective values are compared."""


def failed(detail: str, outcome: Outcome | None = None) -> Outcome:
    """Return an outcome without any answer that says why the solver is not believed."""
    seconds = outcome.seconds if outcome is not None else 0.0
    return Outcome(Termination(Reason.FAILED, detail=detail), seconds=seconds)


def lied(detail: str, outcome: Outcome | None = None) -> Outcome:
    """Return an outcome without any answer for a solver that contradicts itself or the problem."""
    return replace(
        failed(detail, outcome), termination=Termination(Reason.FAILED, Stop.LIE, detail)
    )


def faults(problem: MatrixProblem) -> str | None:
    """Say what is wrong with the arrays of a problem (shapes, NaN, sizes), or None."""
    return _wrong_shape(problem) or _wrong_number(problem)


def accept(problem: MatrixProblem, outcome: Outcome) -> Outcome:
    """Return what may be believed of an outcome.

    The objective is recomputed, integer columns become whole numbers, and an answer that breaks
    a row, has the wrong length, is not a number or lies beyond its own bound becomes FAILED.
    """
    reason = outcome.termination.reason
    if reason not in (Reason.OPTIMAL, Reason.FEASIBLE):
        return _without_answer(problem, outcome)
    if outcome.x is None:
        return lied(f"the solver says {reason} but gives no values", outcome)
    x = np.asarray(outcome.x, dtype=np.float64)
    if x.shape != problem.c.shape:
        wanted = problem.num_columns
        return lied(f"the solver gave {x.size} values for {wanted} columns", outcome)
    if not bool(np.isfinite(x).all()):
        return lied("the solver gave values that are not finite numbers", outcome)
    x = whole(problem, x) + 0.0
    worst = problem.violation(x)
    if worst > TOLERANCE:
        return lied(f"the solver's values break a row or bound by {worst:.3g}", outcome)
    return _with_bound(problem.objective(x), believed(problem, replace(outcome, x=x)))


def canonical(problem: MatrixProblem) -> MatrixProblem:
    """Return the problem with sorted, unique, non-zero entries in A; itself where it is so."""
    matrix = problem.A
    if matrix.has_canonical_format and bool((matrix.data != 0).all()):
        return problem
    matrix = matrix.copy()
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return problem.with_(A=matrix)


def whole(problem: MatrixProblem, x: Floats) -> Floats:
    """Return `x` with integer columns rounded to whole numbers where they are nearly whole."""
    rounded = np.where(problem.integer, np.round(x), x)
    near = np.abs(rounded - x) <= TOLERANCE
    return np.asarray(np.where(near, rounded, x), dtype=np.float64)


def _wrong_shape(problem: MatrixProblem) -> str | None:
    columns = (problem.num_columns,)
    rows = (problem.num_rows,)
    for name, shape, wanted in (
        ("lower", problem.lower.shape, columns),
        ("upper", problem.upper.shape, columns),
        ("integer", problem.integer.shape, columns),
        ("row_upper", problem.row_upper.shape, rows),
        ("A", problem.A.shape, rows + columns),
    ):
        if shape != wanted:
            return f"{name} has shape {shape} where {wanted} is needed"
    return None


def _wrong_number(problem: MatrixProblem) -> str | None:
    for name, values, limit in (
        ("c", problem.c, INFINITE),
        ("offset", np.array([problem.offset]), INFINITE),
        ("A", problem.A.data, LARGEST_COEFFICIENT),
    ):
        if not bool((np.abs(values) < limit).all()):
            return f"{name} holds a number that is not finite or not below {limit:g}"
    for name, low, high in (
        ("column", problem.lower, problem.upper),
        ("row", problem.row_lower, problem.row_upper),
    ):
        sides = np.concatenate([low, high])
        huge = ~np.isinf(sides) & ~(np.abs(sides) < INFINITE)
        if bool(huge.any()):
            return f"a {name} bound is NaN or a finite number not below {INFINITE:g}"
        if bool((low == np.inf).any()) or bool((high == -np.inf).any()):
            return f"a {name} has a lower bound of inf or an upper bound of -inf"
    return None


def _without_answer(problem: MatrixProblem, outcome: Outcome) -> Outcome:
    bare = replace(
        outcome,
        x=None,
        objective=None,
        bound=float("inf") if np.isnan(outcome.bound) else outcome.bound,
        row_duals=None,
        reduced_costs=None,
    )
    x = outcome.x
    if outcome.termination.reason != Reason.INFEASIBLE or x is None:
        return bare
    if x.shape == problem.c.shape and bool(np.isfinite(x).all()) and problem.violation(x) <= 1e-9:
        return lied("the solver says infeasible, yet its values obey every row", outcome)
    return bare


def _with_bound(objective: float, outcome: Outcome) -> Outcome:
    room = NOISE * max(1.0, abs(objective))
    if np.isnan(outcome.bound):
        return lied("the solver's bound is not a number", outcome)
    if outcome.bound < objective - 10 * room:
        return lied(
            f"the solver proves that nothing exceeds {outcome.bound:.12g}, "
            f"yet its own values earn {objective:.12g}",
            outcome,
        )
    outcome = replace(outcome, objective=objective, bound=max(outcome.bound, objective) + 0.0)
    if outcome.termination.reason == Reason.OPTIMAL and np.isinf(outcome.bound):
        said = replace(outcome.termination, reason=Reason.FEASIBLE)
        return replace(outcome, termination=said, notes=(*outcome.notes, "no bound was proven"))
    return outcome
