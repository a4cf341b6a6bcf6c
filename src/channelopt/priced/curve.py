"""What a list gains against one row: the side moved step by step, each list from the last prices.

The gain of the best split list is a concave function of a side, so that prices move little from one
step to the next, and an answer's bound at one side is a bound at every other side too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from channelopt.priced.aims import Aims, Solve
from channelopt.priced.answer import Answer, Rule
from channelopt.priced.engine import assign
from channelopt.priced.units import Block, Rows, Task

Side = Literal["lower", "upper", "both"]


@dataclass(frozen=True)
class Point:
    """The list at one side of a row.

    Attributes:
        at: the side.
        answer: the list; its prices are marginal values there.
        price: of the row.
        used: of the row; nan without a list.
        moved: units that have another option than in the list that the curve began with; None
            without a list.
    """

    at: float
    answer: Answer
    price: float
    used: float
    moved: int | None


def side_of(rows: Rows, row: int) -> Side:
    """Return the side that a row is known by: the upper one, or the only one, or both if equal."""
    if rows.lower[row] == rows.upper[row]:
        return "both"
    return "upper" if np.isfinite(rows.upper[row]) else "lower"


def moved_to(task: Task, row: int, at: float, side: Side) -> Task:
    """Return a task with another side of one row."""
    lower, upper = task.rows.lower.copy(), task.rows.upper.copy()
    if side in {"lower", "both"}:
        lower[row] = at
    if side in {"upper", "both"}:
        upper[row] = at
    return replace(task, rows=replace(task.rows, lower=lower, upper=upper))


def curve(
    task: Task, base: Answer, row: int, sides: Sequence[float], tools: Tools
) -> tuple[Point, ...]:
    """Decide the units anew for every side of a row.

    Steps are taken outwards from the base list, each with the prices of its neighbour to start at.

    Args:
        task: units and rows, as they are.
        base: its list, which the others are compared with.
        row: whose side is moved.
        sides: where to, in any order.
        tools: how.

    Returns:
        A point for each side, rising.
    """
    side = tools.side or side_of(task.rows, row)
    begun = _begun(task.rows, row, side)
    rising = sorted(set(sides))
    above = [at for at in rising if at >= begun]
    below = [at for at in reversed(rising) if at < begun]
    points: dict[float, Point] = {}
    for steps in (above, below):
        start = base.again
        for at in steps:
            answer = assign(moved_to(task, row, at, side), tools.solve, tools.aims, start)
            points[at] = _point(task, base, row, at, answer)
            if answer.rule is not None:
                start = answer.again
            if tools.each is not None:
                tools.each(points[at])
    return tuple(points[at] for at in rising)


@dataclass(frozen=True)
class Tools:
    """How points are found.

    Attributes:
        solve: for linear and mixed-integer programs.
        aims: how good each list is to be.
        side: which one is moved; None for the one that the row is known by.
        each: is told of every point as it is found.
    """

    solve: Solve
    aims: Aims
    side: Side | None = None
    each: Callable[[Point], None] | None = None


@dataclass(frozen=True)
class Differing:
    """Work on a block: count units to which two rules give different options."""

    one: Rule
    other: Rule

    def __call__(self, block: Block) -> int:
        """Count."""
        return int((self.one(block).option != self.other(block).option).sum())


def moves(task: Task, one: Rule, other: Rule) -> int:
    """Return how many units have different options by two rules; one pass over the units."""
    return sum(task.source.map(Differing(one, other)))


def spread(rows: Rows, row: int, base: Answer, points: int, reach: float = 0.5) -> list[float]:
    """Return sides around the one that a row has, evenly, its own among them.

    Args:
        rows: of the task.
        row: whose side is moved.
        base: the list at its side; where the row has no use for more, what it uses is the middle.
        points: how many, at least 2.
        reach: how far, as a share of the side.
    """
    begun = _begun(rows, row, side_of(rows, row))
    far = reach * (abs(begun) or abs(float(np.nan_to_num(base.used[row]))) or 1.0)
    offsets = np.linspace(-far, far, max(2, points))
    sides = {float(begun + offset) for offset in offsets} | {begun}
    return sorted(at for at in sides if at >= 0.0 or begun < 0.0)


def _begun(rows: Rows, row: int, side: Side) -> float:
    return float(rows.lower[row] if side == "lower" else rows.upper[row])


def _point(task: Task, base: Answer, row: int, at: float, answer: Answer) -> Point:
    moved = None
    if answer.rule is not None and base.rule is not None:
        moved = moves(task, base.rule, answer.rule)
    return Point(at, answer, float(answer.prices[row]), float(answer.used[row]), moved)
