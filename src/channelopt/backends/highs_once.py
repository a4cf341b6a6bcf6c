"""One solve by HiGHS, and a second look at what it says of an integer program."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from channelopt.backends.base import Limits, Outcome, Reason
from channelopt.backends.conduct import Request, fix
from channelopt.backends.highs_program import load, run
from channelopt.backends.inspect import TOLERANCE, whole
from channelopt.backends.watch import Watch

SECOND_LOOK = 20.0
"""Seconds for a second look at a program that is said to be infeasible."""
QUICK = 1.0
"""Seconds up to which an optimum gets a second look, which may take as long as the first."""
LEAST = 0.05
"""A second look may take so many seconds in any case."""


def solve_once(request: Request) -> Outcome:
    """Load and solve a problem; look twice at an integer program that HiGHS soon has done with.

    Reductions of HiGHS's presolve have been seen to cut off every answer, or the best (1.13.1).
    """
    began = time.monotonic()
    outcome = run(load(request.problem), request)
    seconds = time.monotonic() - began
    if not request.problem.integer.any() or not request.limits.second_look:
        return outcome
    if outcome.termination.reason is Reason.INFEASIBLE:
        return _is_there_any(request, outcome)
    if outcome.termination.reason is Reason.OPTIMAL and seconds <= QUICK:
        return _is_there_better(request, outcome, max(seconds, LEAST))
    return outcome


def _is_there_any(request: Request, first: Outcome) -> Outcome:
    second = _without_presolve(request, SECOND_LOOK)
    if second.x is None:
        return first
    note = "HiGHS called the program infeasible; without presolve it found this answer"
    return replace(second, notes=(*second.notes, note))


def _is_there_better(request: Request, first: Outcome, seconds: float) -> Outcome:
    """Take the second answer where it beats what the first called the best there can be."""
    quiet = replace(request, watch=Watch(None, request.problem))
    second = _without_presolve(quiet, seconds)
    worth = _worth(request, second)
    if worth <= first.bound + max(request.limits.gap, TOLERANCE) * max(1.0, abs(worth)):
        return first
    note = "HiGHS called a worse answer optimal; without presolve it found this one"
    return replace(second, notes=(*second.notes, note))


def _worth(request: Request, outcome: Outcome) -> float:
    """Return the objective of an answer with its whole columns whole, -inf where there is none."""
    problem = request.problem
    if outcome.x is None or problem.violation(outcome.x) > TOLERANCE:
        return -np.inf
    if problem.violation(whole(problem, outcome.x)) <= TOLERANCE:
        return problem.objective(whole(problem, outcome.x))
    fixed = fix(problem, outcome.x)
    answer = run(load(fixed), Request(fixed, Limits(time_limit=QUICK), None, Watch(None, fixed)))
    return -np.inf if answer.x is None else problem.objective(answer.x)


def _without_presolve(request: Request, most: float) -> Outcome:
    asked = request.limits.time_limit
    seconds = most if asked is None else min(asked, most)
    highs = load(request.problem)
    limits = replace(request.limits, time_limit=seconds, presolve=False)
    return run(highs, replace(request, limits=limits))
