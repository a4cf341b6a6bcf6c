"""Duals of limits: what the linear relaxation foretells, where it holds and where it misleads."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from channelopt.analysis.sensitivity import price_of
from channelopt.analysis.study import Relaxed
from channelopt.analysis.worth.limit_board import Board
from channelopt.analysis.worth.limit_lines import Change, Line
from channelopt.analysis.worth.limit_list import Levels
from channelopt.analysis.worth.spans import Effect
from channelopt.instance.instance import Instance
from channelopt.plan.table import Cell

DUAL_COLUMNS = (
    "parameter",
    "title",
    "unit",
    "value",
    "dual",
    "unique",
    "left",
    "right",
    "holds_from",
    "holds_to",
    "step",
    "predicted_less",
    "effect_less",
    "less_known",
    "predicted_more",
    "effect_more",
    "more_known",
    "misleads",
)
"""Columns of `limit_duals`."""

NEAR = 0.05
"""How far a limit is moved, in steps, to see the relaxation's slope on either side."""
OFF = 0.01
"""A slope or a forecast that is off by more than this is another one."""
PRECISE = 1e-8
"""How exact the optimum of a linear program is, relative to its size."""
MOST = 8
"""Linear programs for each end of an interval."""


@dataclass(frozen=True)
class Dual:
    """The dual of one limit; None where not known."""

    line: Line
    dual: float | None
    sides: tuple[Side, Side]
    effects: tuple[Effect, Effect]

    @property
    def unique(self) -> bool | None:
        """Whether the slopes on both sides are alike."""
        left, right = (side.slope for side in self.sides)
        if left is None or right is None:
            return None
        return math.isclose(left, right, rel_tol=OFF, abs_tol=1e-9 + self._blur)

    @property
    def _blur(self) -> float:
        """How exact a slope is."""
        size = NEAR * self.line.bound.step
        return PRECISE * max(1.0, abs(self.line.scale.base.low)) / size

    @property
    def predicted(self) -> tuple[float | None, float | None]:
        """What it foretells for one step less and one step more."""
        if self.dual is None:
            return None, None
        told = self.dual * self.line.bound.step
        return 0.0 - told, told

    @property
    def misleads(self) -> bool | None:
        """Whether an exact effect of one step is another than foretold, by more than 1 %."""
        if self.dual is None:
            return None
        judged = [
            self._is_off(told, effect)
            for told, effect in zip(self.predicted, self.effects, strict=True)
            if told is not None and effect.known in {"re-solved", "infeasible"}
        ]
        return any(judged) if judged else None

    def _is_off(self, told: float, effect: Effect) -> bool:
        if effect.worth is None:
            return True
        room = max(OFF * max(abs(told), abs(effect.worth)), 2 * self.line.scale.noise, 0.01)
        return abs(told - effect.worth) > room

    @property
    def row(self) -> tuple[Cell, ...]:
        """The row of the table."""
        bound, (less, more) = self.line.bound, self.effects
        return (
            bound.path,
            bound.title,
            bound.unit,
            bound.value,
            self.dual,
            self.unique,
            self.sides[0].slope,
            self.sides[1].slope,
            self.sides[0].end,
            self.sides[1].end,
            bound.step,
            self.predicted[0],
            less.worth,
            less.known,
            self.predicted[1],
            more.worth,
            more.known,
            self.misleads,
        )


@dataclass(frozen=True)
class Side:
    """The relaxation on one side of a limit.

    Attributes:
        slope: change of its optimum per unit there; None where it has none or that is not known.
        end: value of the limit up to which the dual holds, as far as was looked.
    """

    slope: float | None = None
    end: float | None = None


def duals(board: Board) -> list[Dual]:
    """Return the dual of every limit, as far as there is time; the dearest are worked out first."""
    order = sorted(board.lines, key=lambda line: -_size(board, line))
    sides = {line.bound.path: _Ranging(board, line).sides() for line in order}
    found = []
    for line in board.lines:
        steps = [c for c in board.changes[line.bound.path] if c.name == "step"]
        less, more = (line.effect(change.levels) for change in _by_sign(steps))
        dual = board.prices[line.bound.path]
        found.append(Dual(line, dual, sides[line.bound.path], (less, more)))
    return found


def _by_sign(steps: list[Change]) -> list[Change]:
    return sorted(steps, key=lambda change: change.sign)


def _size(board: Board, line: Line) -> float:
    dual = abs(board.prices[line.bound.path] or 0.0)
    return dual * line.bound.step if math.isfinite(dual) else 0.0


class _Ranging:
    """Follows the optimum of the relaxation along one limit."""

    def __init__(self, board: Board, line: Line) -> None:
        self._study = board.study
        self._bound = line.bound
        self._dual = board.prices[line.bound.path]
        relaxed = board.study.relaxed
        self._start = 0.0 if relaxed is None else relaxed.problem.objective(relaxed.x)
        self._exact = PRECISE * max(1.0, abs(self._start))

    def sides(self) -> tuple[Side, Side]:
        if self._dual is None or not math.isfinite(self._dual) or self._study.left() <= 0:
            return Side(), Side()
        return self._side(-1), self._side(1)

    def _side(self, sign: int) -> Side:
        far = sign * self._furthest(sign)
        found = self._at(far)
        if found is not None and self._foretold(far, found):  # so it does all the way: concave
            return Side(self._dual, self._bound.value + far)
        near = sign * NEAR * self._bound.step
        beside = self._at(near)
        if beside is None:
            return Side()
        slope = (beside.problem.objective(beside.x) - self._start) / near
        if not self._foretold(near, beside):
            return Side(slope, self._bound.value)
        return Side(self._dual, self._bound.value + self._end(near, far, found))

    def _foretold(self, amount: float, found: Relaxed) -> bool:
        """Whether the dual foretells the optimum at a distance."""
        told = (self._dual or 0.0) * amount
        true = found.problem.objective(found.x) - self._start
        return abs(true - told) <= max(self._exact, 1e-6 * abs(told))

    def _end(self, near: float, far: float, found: Relaxed | None) -> float:
        """Return how far the dual holds: where its line leaves the concave optimum."""
        amount = far
        for _ in range(MOST):
            amount = self._crossing(amount, found, near)
            if abs(amount) <= abs(near):
                break
            found = self._at(amount)
            if found is not None and self._foretold(amount, found):
                return amount
        return near

    def _crossing(self, amount: float, found: Relaxed | None, sure: float) -> float:
        """Return where the tangent at a distance meets the line of the dual."""
        half = (amount + sure) / 2
        slope = None if found is None else self._slope(amount, found)
        if found is None or slope is None:
            return half
        told = (self._dual or 0.0) * amount
        short = told - (found.problem.objective(found.x) - self._start)
        turn = (self._dual or 0.0) - slope
        crossing = amount - short / turn if turn else half
        between = min(sure, amount) <= crossing <= max(sure, amount)
        return crossing if between and crossing != amount else half

    def _slope(self, amount: float, found: Relaxed) -> float | None:
        back = -math.copysign(self._bound.step * 1e-3, amount)
        other = self._study.formulate(self._moved(amount + back))
        return None if other is None else price_of(found, other, back)

    def _furthest(self, sign: int) -> float:
        """Return the largest distance that has a meaning: the limit's own size, or ten steps."""
        bound = self._bound
        far = max(abs(bound.value), 10 * bound.step)
        ends = [
            (bound.highest - value) if sign > 0 else (value - bound.lowest)
            for value in bound.levels
        ]
        return min(far, *ends)

    def _moved(self, amount: float) -> Instance:
        levels: Levels = tuple(value + amount for value in self._bound.levels)
        return self._bound.at(self._study.instance, levels)

    def _at(self, amount: float) -> Relaxed | None:
        """Solve the relaxation with the limit moved; None where it has no optimum."""
        bound = self._bound
        if not bound.allows(tuple(value + amount for value in bound.levels)):
            return None
        program = self._study.formulate(self._moved(amount))
        if program is None or self._study.left() <= 0:
            return None
        problem = program.with_(integer=np.zeros_like(program.integer))
        out = self._study.optimise(problem)
        if out.x is None or out.row_duals is None or out.reduced_costs is None:
            return None
        return Relaxed(problem, out.x, out.row_duals, out.reduced_costs)
