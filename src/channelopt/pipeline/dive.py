"""Dive: a first plan for a large program, by rounding linear programs.

A solver may look long for a first plan where thousands of contacts hang on a few yes-or-no
decisions. What is open and what is owned follows the linear relaxation, rounded at a half: rules
that say "only with" or "not before" survive that. Then the FTE are rounded up to the steps that
their work needs, and the rest is solved once more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.backends.base import Limits, Outcome, Reason, Termination
from channelopt.model.formulate import Model
from channelopt.pipeline.engine import Engine
from channelopt.pipeline.lexical import fixed
from channelopt.terms.stairs import Stairs

LARGE = 20_000
"""Columns from which on a dive is worth its linear programs."""
STRUCTURE = frozenset({"open", "owned", "offered", "chosen"})
"""Blocks of columns that are decided first."""
UP = 1e-6
"""A number of FTE this little above a whole one is that one."""


@dataclass(frozen=True)
class Descent:
    """The way down of a dive.

    Attributes:
        relaxed: the linear relaxation: its value bounds the program, its duals price the rows.
        point: (columns,) structure and FTE rounded, the rest as it was before; not yet a plan.
    """

    relaxed: Outcome
    point: Floats


def dive(model: Model, engine: Engine, seconds: float | None) -> Descent | None:
    """Go down to whole numbers by linear programs.

    Args:
        model: the program.
        engine: solves linear programs.
        seconds: for all of it together, None for no limit.

    Returns:
        None where the time or the way down ends.
    """
    until = None if seconds is None else time.monotonic() + seconds
    problem = model.problem.with_(integer=np.zeros_like(model.problem.integer))
    relaxed = _solve(engine, problem, until)
    if relaxed is None or relaxed.x is None:
        return None
    linear = held(model, relaxed.x).with_(integer=np.zeros_like(model.problem.integer))
    settled = _solve(engine, linear, until)
    if settled is None or settled.x is None:
        return None
    return Descent(relaxed, _stepped(model, settled.x))


def land(model: Model, engine: Engine, point: Floats, seconds: float | None) -> Outcome | None:
    """Solve the rest with the whole columns of a point fixed.

    Args:
        model: the program.
        engine: solves linear programs.
        point: (columns,).
        seconds: None for no limit.

    Returns:
        A plan with nothing proven, None where there is none with these whole numbers.
    """
    until = None if seconds is None else time.monotonic() + seconds
    ended = _solve(engine, fixed(model.problem, point), until)
    if ended is None or ended.x is None:
        return None
    x = np.where(model.problem.integer, np.round(point), ended.x)
    value = model.problem.objective(x)
    return Outcome(Termination(Reason.FEASIBLE), x=x, objective=value)


def _solve(engine: Engine, problem: MatrixProblem, until: float | None) -> Outcome | None:
    left = None if until is None else until - time.monotonic()
    if left is not None and left <= 0:
        return None
    outcome = engine.solve(problem, Limits(time_limit=left))
    return outcome if outcome.termination.reason is Reason.OPTIMAL else None


def held(model: Model, x: Floats) -> MatrixProblem:
    """Return the program with what is open, owned and offered fixed, rounded at a half.

    Args:
        model: the program.
        x: (columns,) a point.
    """
    problem = model.problem
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for block in model.labels.columns:
        if block.name in STRUCTURE:
            lower[block.where] = upper[block.where] = np.round(x[block.where])
    return problem.with_(lower=lower, upper=upper)


def _stepped(model: Model, x: Floats) -> Floats:
    """Round FTE up, to the step that the work of a group needs where it has a service level."""
    d = model.decisions
    point = x.copy()
    columns = d.fte.matrix.indices
    whole = model.problem.integer[columns]
    point[columns] = np.where(whole, np.ceil(x[columns] - UP), x[columns])
    take_steps(model, point)
    return point


def take_steps(model: Model, point: Floats) -> None:
    """Choose for each group the first piece of stairs that takes its work, with the FTE for it.

    Args:
        model: the program.
        point: (columns,) changed in place: FTE only rise.
    """
    d = model.decisions
    blocks = {block.name: block for block in model.labels.columns}
    if "staffing step" not in blocks:
        return
    chosen, between = blocks["staffing step"], blocks["staffing between"]
    point[chosen.where] = point[between.where] = 0.0
    worked = d.group_periods.dense(d.hours.sum_to(d.group_periods).value(point))
    rows = {label: place for place, label in enumerate(_labels(chosen.index.codes))}
    spread = {label: place for place, label in enumerate(_labels(between.index.codes))}
    fte = d.fte.matrix.indices.reshape(-1, d.sets.size("period"))
    for (g, t), (first, last, at) in _pieces(d.stairs, worked).items():
        needed = float(d.stairs.steps[g, t].fte[at])
        point[chosen.start + rows[g, first, t]] = 1.0
        if last > first:
            point[between.start + spread[g, first, t]] = needed
        point[fte[g, t]] = max(point[fte[g, t]], needed)


def _labels(codes: tuple[np.ndarray, ...]) -> list[tuple[int, ...]]:
    return list(zip(*(axis.tolist() for axis in codes), strict=True))


def _pieces(stairs: Stairs, worked: Floats) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Return for each group and period the piece that takes its work, and the step in it."""
    found = {}
    for key, cut in stairs.pieces.items():
        needed = stairs.steps[key].step_for(float(worked[key]))
        first, last = next(((a, b) for a, b in cut if b >= needed), cut[-1])
        found[key] = first, last, max(first, needed)
    return found
