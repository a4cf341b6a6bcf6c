"""Problems that need no solver: bounds that cross, or columns that no row ties together."""

from __future__ import annotations

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Outcome, Reason, Termination


def trivial(problem: MatrixProblem) -> Outcome | None:
    """Answer a problem that needs no solver; None where it needs one.

    Solvers disagree most about such problems: CBC, for one, cannot tell an empty one from an error.
    """
    lower, upper = _whole_bounds(problem)
    crossed = bool((lower > upper).any())
    if crossed or bool((problem.row_lower > problem.row_upper).any()):
        return _none(Reason.INFEASIBLE, "a lower bound is above its upper bound")
    if bool((problem.A.data != 0).any()):
        return None
    if bool((problem.row_lower > 0).any()) or bool((problem.row_upper < 0).any()):
        return _none(Reason.INFEASIBLE, "a row without entries cannot hold")
    return _each_at_its_best(problem, lower, upper)


def _whole_bounds(problem: MatrixProblem) -> tuple[Floats, Floats]:
    """Return column bounds, (columns,) each, rounded inwards for integer columns."""
    return (
        np.where(problem.integer, np.ceil(problem.lower - 1e-9), problem.lower),
        np.where(problem.integer, np.floor(problem.upper + 1e-9), problem.upper),
    )


def _each_at_its_best(problem: MatrixProblem, lower: Floats, upper: Floats) -> Outcome:
    c = problem.c
    calm = np.clip(np.zeros_like(c), lower, upper)
    x = np.where(c > 0, upper, np.where(c < 0, lower, calm))
    endless = np.isinf(x)
    if bool(endless.any()):
        ray = np.where(endless, np.sign(c), 0.0)
        detail = "a column without limit earns without end"
        return Outcome(Termination(Reason.UNBOUNDED, detail=detail), ray=ray)
    best = problem.objective(x)
    is_linear = not bool(problem.integer.any())
    return Outcome(
        Termination(Reason.OPTIMAL, detail="no row ties the columns together"),
        x=x,
        objective=best,
        bound=best,
        row_duals=np.zeros(problem.num_rows) if is_linear else None,
        reduced_costs=c.copy() if is_linear else None,
    )


def _none(reason: Reason, detail: str) -> Outcome:
    return Outcome(Termination(reason, detail=detail))
