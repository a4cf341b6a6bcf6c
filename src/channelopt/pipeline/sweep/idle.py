"""Ties of a point: money, then today, then order, with channels, offers and FTE as they were found.

Of equally good plans `solve` searches for the cheapest among all. A sweep stays with the
channels, offers and FTE that were found, most often its neighbours', and settles the rest exactly;
then it puts right what has no effect at all, such as an offer that nobody takes. That needs no
clock, so the same point gets the same plan on a slow machine as on a fast one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from channelopt.algebra.problem import Flags, Floats
from channelopt.backends.base import Limits
from channelopt.model.formulate import Model
from channelopt.pipeline.lexical import polish
from channelopt.pipeline.solving import Engines
from channelopt.pipeline.ties import EXACT, Goals, goals, no_worse

EXACTLY = 1e-9


def settled(model: Model, x: Floats, engines: Engines, limits: Limits) -> Floats:
    """Return the point (columns,) of a plan with its ties settled.

    Args:
        model: what was solved.
        x: (columns,) a plan of it.
        engines: for integer programs, and for linear programs with prices.
        limits: of the solve.
    """
    aims = goals(model)
    linear = replace(limits, gap=EXACTLY)
    best = polish(engines.prices, aims.problem, aims.goals, aims.complete(x), linear)
    if best is None:
        return x
    point = _without_idle(model, aims, best.x, engines, linear)
    return point[: model.problem.num_columns]


def _without_idle(model: Model, aims: Goals, x: Floats, engines: Engines, limits: Limits) -> Floats:
    """Settle decisions that change nothing else: all amounts stay as they are."""
    last = len(aims.goals) - 1
    problem = no_worse(aims, x, last)
    held = ~_switches(model, problem.num_columns)
    here = np.clip(x, problem.lower, problem.upper)
    tight = problem.with_(
        lower=np.where(held, here, problem.lower), upper=np.where(held, here, problem.upper)
    )
    found = engines.main.solve(tight, limits, here)
    if found.x is None:
        return x
    other = np.where(held, x, np.where(problem.integer, np.round(found.x), found.x))
    better = float(aims.goals[last] @ (other - x)) > 0
    sound = aims.problem.violation(other) <= max(EXACT, aims.problem.violation(x))
    return other if better and sound else x


def _switches(model: Model, columns: int) -> Flags:
    """Return (columns,) where a column says whether something is open, owned or offered."""
    d = model.decisions
    found = np.zeros(columns, dtype=bool)
    for part in (d.open.on(d.openable), d.owned, d.offered, d.running, d.opens):
        found[part.matrix.indices] = True
    return found
