"""One solve by HiGHS, and a second look before an integer program is called infeasible."""

from __future__ import annotations

from dataclasses import replace

from channelopt.backends.base import Outcome, Reason
from channelopt.backends.conduct import Request
from channelopt.backends.highs_program import load, run

SECOND_LOOK = 20.0
"""Seconds for a second look at a program that is said to be infeasible."""


def solve_once(request: Request) -> Outcome:
    """Load and solve a problem; look twice before an integer program is called infeasible."""
    outcome = run(load(request.problem), request)
    if outcome.termination.reason is Reason.INFEASIBLE and request.problem.integer.any():
        return _second_look(request, outcome)
    return outcome


def _second_look(request: Request, first: Outcome) -> Outcome:
    """Solve without presolve, whose reductions have been seen to cut off every answer (1.13.1)."""
    asked = request.limits.time_limit
    seconds = SECOND_LOOK if asked is None else min(asked, SECOND_LOOK)
    highs = load(request.problem)
    highs.setOptionValue("presolve", "off")
    limits = replace(request.limits, time_limit=seconds)
    second = run(highs, replace(request, limits=limits))
    if second.x is None:
        return first
    note = "HiGHS called the program infeasible; without presolve it found this answer"
    return replace(second, notes=(*second.notes, note))
