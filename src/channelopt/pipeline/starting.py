"""Begin a search near the plans of similar scenarios.

Neighbouring points of a sweep have almost the same channels, offers and upgrades. What their
plans have in common is held, the rest is decided by a small program; that is often the optimum
already, and then only its proof is left to do. The answer is as exact as without a start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from channelopt.algebra.expr import Expr
from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Limits, Listener
from channelopt.model.formulate import Model
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.rounds import Scenario
from channelopt.terms.choice import Choice

SHARE_OF_TIME = 0.3
"""Of a time limit, for the small program."""
MOST_SECONDS = 60.0
"""For the small program, where there is no time limit."""


def head_start(
    scenario: Scenario,
    starts: Sequence[Choice],
    engine: Engine,
    limits: Limits,
    listen: Listener | None = None,
) -> tuple[Model, Floats] | None:
    """Find a good plan of a scenario around the plans of similar ones.

    Args:
        scenario: numbers and policies.
        starts: plans of scenarios with the same ids; others are passed over.
        engine: solves integer programs.
        limits: of the whole solve; a share of its time is used.
        listen: hears progress.

    Returns:
        A point and the program that it belongs to; None where the plans have nothing to offer, or
        the scenario has too many steps of service levels for one program.
    """
    if not starts:
        return None
    model = scenario.outline()
    if not model.decisions.stairs.exact:
        return None
    around = in_common(model, starts)
    if around is None or engine.backend.refuses(around) is not None:
        return None
    seconds = MOST_SECONDS if limits.time_limit is None else SHARE_OF_TIME * limits.time_limit
    found = engine.solve(around, replace(limits, time_limit=seconds, restarts=False), None, listen)
    return None if found.x is None else (model, found.x)


def in_common(model: Model, starts: Sequence[Choice]) -> MatrixProblem | None:
    """Return the program with the decisions held on which all plans agree.

    Channels, offers and upgrades are held; FTE, contacts and what follows from them are free.

    Returns:
        None where no plan fits the program.
    """
    problem = model.problem
    lower, upper = problem.lower.copy(), problem.upper.copy()
    plans = [dict(_flags(model, choice)) for choice in starts if _fits(model, choice)]
    if not plans:
        return None
    for column, value in plans[0].items():
        agreed = all(plan[column] == value for plan in plans[1:])
        if agreed and lower[column] <= value <= upper[column]:
            lower[column] = upper[column] = value
    return problem.with_(lower=lower, upper=upper)


def _fits(model: Model, choice: Choice) -> bool:
    n = model.numbers
    groups, periods = len(n.groups), len(n.periods)
    shapes = (
        choice.first_contacts.shape == n.shape_of_ways,
        choice.open.shape == (len(n.channels), periods),
        choice.offered.shape == (len(n.segments), len(n.channels), periods),
        choice.owned.shape == (len(n.upgrades.ids), periods),
        choice.fte.shape == (groups, periods),
    )
    return all(shapes)


def _flags(model: Model, choice: Choice) -> Iterator[tuple[int, float]]:
    """Yield column and value of each decision that is a column of its own."""
    d = model.decisions
    known = (
        (d.open.on(d.openable), choice.open[d.openable.codes]),
        (d.owned, choice.owned[d.upgrade_periods.codes]),
        (d.offered, choice.offered[d.offers.codes]),
    )
    for expression, values in known:
        yield from _columns(expression, np.asarray(values, dtype=np.float64))


def _columns(expression: Expr, values: Floats) -> Iterator[tuple[int, float]]:
    matrix = expression.matrix
    single = np.diff(matrix.indptr) == 1
    columns = matrix.indices[matrix.indptr[:-1][single]]
    yield from zip(columns.tolist(), values[single].tolist(), strict=True)
