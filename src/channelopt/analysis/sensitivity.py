"""First sensitivity: what one step less and one step more of each limit is worth, by re-solving.

No dual of an integer program exists; the exact effect is the difference of two optima. The dual of
the linear relaxation stands beside it, since planners know it, with a mark where it misleads.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from channelopt.algebra.problem import Floats, MatrixProblem
from channelopt.analysis.levers import Lever, levers
from channelopt.analysis.study import Answer, Relaxed
from channelopt.instance.instance import Instance
from channelopt.plan.records import Known, Shift


@dataclass(frozen=True)
class Solvers:
    """How to solve, handed over so that the analysis knows no solver.

    Attributes:
        resolve: solves a changed instance within seconds.
        hold: objective of a changed instance with channels, offers and FTE as in the plan, None
            where that leaves no plan; quick, and never more than the optimum.
        formulate: the program of an instance.
        relaxed: the linear relaxation of the original, None where it has no prices.
        used: how much of a limit the plan uses, by path; None where that has no meaning.
        stopped: whether the user asked to stop.
    """

    resolve: Callable[[Instance, float], Answer]
    hold: Callable[[Instance], float | None]
    formulate: Callable[[Instance], MatrixProblem | None]
    relaxed: Relaxed | None
    used: Callable[[Lever], float | None]
    stopped: Callable[[], bool]


@dataclass(frozen=True)
class _Side:
    effect: float | None
    known: Known
    noise: float = 0.0


def first_sensitivity(
    instance: Instance, best: Answer, solvers: Solvers, seconds: float
) -> tuple[Shift, ...]:
    """Value one step less and more of every limit, the most promising first.

    Where the time ends before the exact re-solve, what the step brings with channels, offers and
    FTE held stands there as "at least".

    Args:
        instance: the scenario that was solved.
        best: its objective and bound.
        solvers: how to solve changes of it.
        seconds: time for everything.
    """
    began = time.monotonic()
    found = levers(instance)
    prices: dict[int, float | None] = {}
    for k in sorted(range(len(found)), key=lambda k: _has_room(found[k], solvers.used(found[k]))):
        in_time = time.monotonic() < began + seconds * 0.3
        prices[k] = _price(instance, found[k], solvers) if in_time else None
    order = sorted(range(len(found)), key=lambda k: _promise(found[k], prices[k], solvers, k))
    sides: dict[tuple[int, float], _Side] = {}
    for k in order:
        for sign in (-1.0, 1.0):
            sides[k, sign] = _quick(
                instance, found[k], sign, best, (solvers, began + seconds * 0.6)
            )
    for k in order:
        for sign in (-1.0, 1.0):
            left = began + seconds - time.monotonic()
            open_question = sides[k, sign].known in {"at least", "not solved"}
            if open_question and left > 0 and not solvers.stopped():
                exact = _exact(instance, found[k], sign, best, (solvers, left))
                sides[k, sign] = _surer(sides[k, sign], exact)
    return tuple(
        _shift(lever, prices[k], solvers.used(lever), (sides[k, -1.0], sides[k, 1.0]))
        for k, lever in enumerate(found)
    )


def _quick(
    instance: Instance, lever: Lever, sign: float, best: Answer, how: tuple[Solvers, float]
) -> _Side:
    """Say what is known without an integer program: nothing changes, or what holding brings."""
    solvers, deadline = how
    changed = lever.moved(instance, sign * lever.step)
    if changed is None or best.objective is None:
        return _Side(None, "no meaning")
    if _has_room(lever, solvers.used(lever)):
        # a tighter limit leaves the plan as it is, a looser one cannot hurt it
        return _Side(0.0, "re-solved" if sign == lever.tightens else "at least")
    held = solvers.hold(changed) if time.monotonic() < deadline else None
    if held is None:
        return _Side(None, "not solved")
    return _effect(Answer(held, None), best, proven=False)


def _exact(
    instance: Instance, lever: Lever, sign: float, best: Answer, how: tuple[Solvers, float]
) -> _Side:
    """Solve the changed scenario."""
    solvers, left = how
    changed = lever.moved(instance, sign * lever.step)
    if changed is None:
        return _Side(None, "no meaning")
    answer = solvers.resolve(changed, left)
    if answer.infeasible:
        return _Side(None, "infeasible")
    if answer.objective is None:
        return _Side(None, "not solved")
    return _effect(answer, best, proven=answer.proven)


def _surer(quick: _Side, exact: _Side) -> _Side:
    """Keep the better of two plans where neither is proven."""
    if exact.known in {"re-solved", "infeasible"}:
        return exact
    known = [side for side in (quick, exact) if side.effect is not None]
    return max(known, key=lambda side: side.effect or 0.0, default=exact)


def _effect(answer: Answer, best: Answer, *, proven: bool) -> _Side:
    """Compare two optima; what lies within their gaps is no effect."""
    after, before = answer.objective or 0.0, best.objective or 0.0
    effect = after - before
    limit = before if best.bound is None else best.bound
    noise = abs(limit - before)
    if proven and answer.bound is not None:
        noise = max(noise, abs(answer.bound - after))
    if abs(effect) <= max(noise if proven else 0.0, 1e-9 * max(1.0, abs(before))):
        effect = 0.0
    return _Side(effect, "re-solved" if proven else "at least", noise)


def _has_room(lever: Lever, used: float | None) -> bool:
    """Whether a tighter limit still leaves the plan possible; then nothing changes, exactly."""
    if used is None:
        return False
    room = (lever.value - used) if lever.tightens < 0 else (used - lever.value)
    return room >= lever.step + 1e-9 * max(1.0, abs(lever.value))


def _price(instance: Instance, lever: Lever, solvers: Solvers) -> float | None:
    """Dual of the limit in the linear relaxation: change of the optimum per unit of the limit.

    The derivative of the Lagrangian by the limit, which may stand in rows, bounds and coefficients:
    dz = dc x + duals (d rhs - dA x) + reduced costs (d bounds), with a small forward difference.
    """
    relaxed = solvers.relaxed
    if relaxed is None:
        return None
    size = lever.step * 1e-3
    changed = lever.moved(instance, size) or lever.moved(instance, -size)
    if changed is None:
        return None
    size = size if lever.moved(instance, size) is not None else -size
    other = solvers.formulate(changed)
    return None if other is None else price_of(relaxed, other, size)


def price_of(relaxed: Relaxed, other: MatrixProblem, size: float) -> float | None:
    """Return the change of the relaxation's optimum per unit of what differs in another program.

    Args:
        relaxed: the relaxation at its optimum.
        other: the program with the change.
        size: how large the change is, not 0.

    Returns:
        None where the two programs have different shapes.
    """
    same = relaxed.problem
    if other.A.shape != same.A.shape:
        return None
    dz = float((other.c - same.c) @ relaxed.x) + other.offset - same.offset
    dz -= float(relaxed.row_duals @ ((other.A - same.A) @ relaxed.x))
    dz += _by_sides(
        relaxed.row_duals, (same.row_lower, other.row_lower), (same.row_upper, other.row_upper)
    )
    dz += _by_sides(relaxed.reduced_costs, (same.lower, other.lower), (same.upper, other.upper))
    return dz / size


def _by_sides(prices: Floats, lower: tuple[Floats, Floats], upper: tuple[Floats, Floats]) -> float:
    """Sum prices times the moves of the sides they belong to: positive prices to upper sides."""
    raised, lowered = (_move(*upper), _move(*lower))
    return float(np.where(prices > 0, prices * raised, prices * lowered).sum())


def _move(before: Floats, after: Floats) -> Floats:
    both = np.isfinite(before) & np.isfinite(after)
    return np.where(both, np.where(both, after, 0.0) - np.where(both, before, 0.0), 0.0)


def _promise(
    lever: Lever, price: float | None, solvers: Solvers, position: int
) -> tuple[float, int, int]:
    """Sort key: largest foretold effect first, then limits without room, then file order."""
    foretold = abs(price or 0.0) * lever.step
    tight = not _has_room(lever, solvers.used(lever))
    return (-foretold if math.isfinite(foretold) else 0.0, 0 if tight else 1, position)


def _shift(
    lever: Lever, price: float | None, used: float | None, sides: tuple[_Side, _Side]
) -> Shift:
    less, more = sides
    return Shift(
        parameter=lever.path,
        title=lever.title,
        unit=lever.unit,
        value=lever.value,
        used=used,
        step=lever.step,
        less=less.effect,
        less_known=less.known,
        more=more.effect,
        more_known=more.known,
        dual=price,
        noise=max(less.noise, more.noise),
    )
