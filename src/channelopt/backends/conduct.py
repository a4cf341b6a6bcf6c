"""What every solve has in common: refuse, run, repair, check, and say only what is proven."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Limits, Outcome, Reason, Stop
from channelopt.backends.inspect import NOISE, TOLERANCE, accept, failed, faults, lied, whole
from channelopt.backends.trivial import trivial
from channelopt.backends.watch import Watch

REPAIR_SECONDS = 30.0
"""Most time for the small linear program that repairs rounded whole numbers."""


@dataclass(frozen=True)
class Request:
    """One solve: what, until when, from where (columns,), and who listens."""

    problem: MatrixProblem
    limits: Limits
    start: Floats | None
    watch: Watch


Run = Callable[[Request], Outcome]
"""Hands a sound problem to a library; may lie or raise. UNBOUNDED may also mean: infeasible."""


def conduct(refusal: str | None, run: Run, request: Request) -> Outcome:
    """Solve with `run` and return only what holds; never raises for what a solver does."""
    problem = request.problem
    why = refusal or faults(problem)
    if why is not None:
        return failed(why)
    known = trivial(problem)
    if known is not None:
        return known
    began = time.monotonic()
    usable, note = _usable_start(request)
    outcome = _attempt(run, replace(request, start=usable))
    request.watch.finish()
    if outcome.termination.reason == Reason.UNBOUNDED:
        outcome = _looked_into(run, request, outcome)
    outcome = accept(problem, _repaired(run, request, outcome))
    outcome = _doubted(problem, usable, _proven(outcome, request.limits))
    notes = (*outcome.notes, *note)
    outcome = _timed(outcome, time.monotonic() - began, request.limits)
    return replace(outcome, notes=notes)


def _timed(outcome: Outcome, seconds: float, limits: Limits) -> Outcome:
    """Add the time; a stop for unknown reasons at the time limit is one for time."""
    said = outcome.termination
    at_limit = limits.time_limit is not None and seconds >= 0.95 * limits.time_limit
    if said.stop is Stop.OTHER and at_limit:
        said = replace(said, stop=Stop.TIME)
    return replace(outcome, termination=said, seconds=seconds)


def _attempt(run: Run, request: Request) -> Outcome:
    try:
        return run(request)
    except (RuntimeError, ValueError, TypeError, ArithmeticError, OSError) as error:
        return failed(f"the solver library raised {type(error).__name__}: {error}")


def _usable_start(request: Request) -> tuple[Floats | None, tuple[str, ...]]:
    start = request.start
    if start is None:
        return None, ()
    start = np.asarray(start, dtype=np.float64)
    if start.shape != request.problem.c.shape or not bool(np.isfinite(start).all()):
        return None, ("the start was ignored: wrong length or not finite",)
    return start, ()


def _looked_into(run: Run, request: Request, outcome: Outcome) -> Outcome:
    """Tell unbounded from infeasible: is there any answer, and a direction that always earns?"""
    problem = request.problem
    calm = problem.with_(c=np.zeros_like(problem.c), offset=0.0)
    some = _attempt(run, Request(calm, request.limits, request.start, Watch(None, calm)))
    if some.termination.reason in (Reason.INFEASIBLE, Reason.UNBOUNDED):
        said = replace(outcome.termination, reason=Reason.INFEASIBLE)
        return replace(outcome, termination=said)
    if accept(calm, some).x is None:
        said = replace(some.termination, detail="unbounded or infeasible; could not tell which")
        return replace(outcome, termination=said)
    cone = recession(problem)
    ray = accept(cone, _attempt(run, Request(cone, request.limits, None, Watch(None, cone))))
    least = 1e-9 * float(np.abs(problem.c).max())
    if ray.x is None or ray.objective is None or ray.objective <= least:
        return lied("the solver says unbounded or infeasible, yet the problem is neither")
    return replace(outcome, ray=ray.x)


def recession(problem: MatrixProblem) -> MatrixProblem:
    """Return the linear program of directions (each column in -1..1) that stay allowed for ever.

    A positive optimum proves that a feasible problem is unbounded.
    """

    def side(values: Floats, open_end: float) -> Floats:
        return np.where(np.isfinite(values), 0.0, open_end)

    return problem.with_(
        offset=0.0,
        row_lower=side(problem.row_lower, -np.inf),
        row_upper=side(problem.row_upper, np.inf),
        lower=side(problem.lower, -1.0),
        upper=side(problem.upper, 1.0),
        integer=np.zeros_like(problem.integer),
    )


def _repaired(run: Run, request: Request, outcome: Outcome) -> Outcome:
    """Fix nearly whole numbers and solve the rest again where rounding them breaks a row.

    Big numbers let a solver use a channel whose switch is 1e-7 open; such a plan does not exist.
    """
    problem, x = request.problem, outcome.x
    sound = x is not None and x.shape == problem.c.shape and bool(np.isfinite(x).all())
    if x is None or not sound or not bool(problem.integer.any()):
        return outcome
    rounded = whole(problem, x)
    if problem.violation(rounded) <= TOLERANCE or problem.violation(x) > TOLERANCE:
        return outcome
    fixed = fix(problem, rounded)
    limits = replace(request.limits, time_limit=REPAIR_SECONDS)
    answer = _attempt(run, Request(fixed, limits, None, Watch(None, fixed)))
    if answer.x is None:
        return outcome
    note = "whole numbers were rounded and the rest solved again"
    return replace(outcome, x=answer.x, notes=(*outcome.notes, note))


def fix(problem: MatrixProblem, x: Floats) -> MatrixProblem:
    """Return the linear program that is left when the integer columns stand at `x`, rounded."""
    rounded = np.clip(np.round(x), problem.lower, problem.upper)
    return problem.with_(
        lower=np.where(problem.integer, rounded, problem.lower),
        upper=np.where(problem.integer, rounded, problem.upper),
        integer=np.zeros_like(problem.integer),
    )


def _proven(outcome: Outcome, limits: Limits) -> Outcome:
    """Take back OPTIMAL where our own gap is above the requested one."""
    claimed = outcome.termination.reason == Reason.OPTIMAL
    if not claimed or outcome.gap <= limits.gap + NOISE:
        return outcome
    note = f"the solver said optimal, but the gap is {outcome.gap:.3g}"
    said = replace(outcome.termination, reason=Reason.FEASIBLE)
    return replace(outcome, termination=said, notes=(*outcome.notes, note))


def _doubted(problem: MatrixProblem, start: Floats | None, outcome: Outcome) -> Outcome:
    """Reject an answer that a known point refutes."""
    if start is None or problem.violation(start) > 1e-9:
        return outcome
    worth = problem.objective(start)
    if outcome.termination.reason == Reason.INFEASIBLE:
        return lied("the solver says infeasible, yet the suggested start obeys every row")
    if outcome.bound < worth - 10 * NOISE * max(1.0, abs(worth)):
        return lied(
            f"the solver proves that nothing exceeds {outcome.bound:.12g}, "
            f"yet the suggested start earns {worth:.12g}"
        )
    return outcome
