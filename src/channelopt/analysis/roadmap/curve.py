"""The curve: what the best plan is worth by how many customers may move in a period.

Each point is a whole program solved again with another limit (epsilon-constraint: Haimes, Lasdon
and Wismer 1971). Between two points profit lies between theirs, because what moves few customers
also obeys a wider limit; where both are equal nothing lies between them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from channelopt.analysis.roadmap.moving import moved_share
from channelopt.analysis.roadmap.shape import Moving
from channelopt.analysis.study import Answer, Question, Study
from channelopt.analysis.tradeoffs.boxes import Space, knee
from channelopt.analysis.tradeoffs.lexicographic import loosened
from channelopt.plan.plan import Plan
from channelopt.plan.records import Known
from channelopt.terms.choice import Choice

Kind = Literal["least", "limit", "end", ""]

GRID = 1e-6
"""Limits of the curve are whole multiples of this share, so that they can be typed in again."""
POINT = 0.01
"""One percentage point."""
SIDE_BY_SIDE = 4
"""Most points sought at once: those sought later know better where to look."""
TIME_FOR_ENDS = 0.5
"""Share of the time for the ends."""
FINE = 0.002
"""Gaps whose width times height is this share of the whole are not filled."""
SHARPEST = 1e-6
"""Gap of the least limits: a share of all customers."""


@dataclass(frozen=True)
class Point:
    """The best plan under one limit.

    Attributes:
        limit: largest share of all customers that may move in a period.
        objective: discounted profit of the plan.
        bound: no plan under this limit is worth more; None where nothing is proven.
        known: how the objective is known.
        choice: the decisions of the plan.
        kind: the least limit with a plan, the one asked for, or the end; empty for others.
    """

    limit: float
    objective: float
    bound: float | None
    known: Known
    choice: Choice
    kind: Kind = ""


@dataclass(frozen=True)
class Curve:
    """Profit by limit.

    Attributes:
        points: by rising limit; profit never falls.
        plans: the plan of each point, independently checked.
        least: whether it is proven that no plan moves fewer customers than the first point.
        end: whether it is proven that no plan as good as the best one does with less than the last.
        knee: position of the point after which each further step is worth less, None without one.
    """

    points: tuple[Point, ...]
    plans: tuple[Plan, ...]
    least: bool
    end: bool
    knee: int | None

    def at(self, kind: Kind) -> Point | None:
        """Return the point of a kind, None where there is none."""
        return next((point for point in self.points if point.kind == kind), None)


def on_grid(limit: float) -> float:
    """Return the least limit that can be typed in and allows this share."""
    return round(max(math.ceil((limit - 1e-10) / GRID), 0) * GRID, 6)


def neighbours(limit: float) -> tuple[float, float]:
    """Return the limits one percentage point below and above."""
    return max(round(limit - POINT, 6), 0.0), min(round(limit + POINT, 6), 1.0)


def curve(study: Study, limit: float, most: int) -> Curve:
    """Trace the curve with at most so many points, but those that are asked for in any case.

    Args:
        study: of a scenario with today's shares.
        limit: that the user asked for; it and its neighbours are points where it binds.
        most: points.
    """
    trace = _Trace(study, limit)
    trace.find_ends()
    trace.solve((*neighbours(limit), limit))
    while trace.cut(most):
        pass
    return trace.drawn()


class _Trace:
    """A curve under way."""

    def __init__(self, study: Study, limit: float) -> None:
        self.study = study
        self.limit = limit
        self.found: dict[float, Point] = {}
        self.is_least = self.is_end = False

    def find_ends(self) -> None:
        """Find the least limit with a plan, and the least one with a plan as good as the best."""
        study, best = self.study, self.study.best
        floor = None if best.objective is None else loosened(best.objective)
        shapes = (Moving("least limit"), Moving("least limit", floor=floor))
        with study.within(study.left() * TIME_FOR_ENDS):
            fewest, cheapest = self._asked(shapes, SHARPEST)
        self.is_least = fewest.proven
        self.is_end = cheapest.proven and best.proven
        choice = study.choice if cheapest.choice is None else cheapest.choice
        objective = study.best.objective or 0.0
        end = on_grid(self._share(choice))
        known = Point(end, objective, best.bound, best.known, choice, "end")
        self.found[end] = known
        if fewest.choice is not None:
            self._begin(fewest.choice, end)

    def _begin(self, fewest: Choice, end: float) -> None:
        """Take up the first point; the least limit is a hair wider where rounding needs it."""
        least = on_grid(self._share(fewest))
        for _ in range(3):
            if least >= end:
                return
            self._solve([least])
            if least in self.found:
                self.found[least] = replace(self.found[least], kind="least")
                return
            least = round(least + GRID, 6)

    def solve(self, limits: Iterable[float]) -> None:
        """Add the points of limits between the ends."""
        low, high = min(self.found), max(self.found)
        inside = sorted({limit for limit in limits if low < limit < high})
        self._solve(inside)
        if self.limit in self.found and not self.found[self.limit].kind:
            self.found[self.limit] = replace(self.found[self.limit], kind="limit")

    def cut(self, most: int) -> bool:
        """Look for further points where the gaps are widest; False where nothing is left to do."""
        missing = most - len(self.found)
        if missing <= 0 or self.study.left() <= 0:
            return False
        middles = self._middles()[: min(missing, SIDE_BY_SIDE)]
        before = len(self.found)
        with self.study.within(self.study.left() / math.ceil(missing / SIDE_BY_SIDE)):
            self._solve(middles)
        return len(self.found) > before

    def drawn(self) -> Curve:
        """Return what was found; a plan also obeys every wider limit."""
        points: list[Point] = []
        plans: list[Plan] = []
        for limit in sorted(self.found):
            point = self.found[limit]
            plan = self.study.planned(self.study.instance, point.choice)
            if points and (plan.objective or 0.0) < points[-1].objective:
                plan, point = plans[-1], replace(point, choice=points[-1].choice)
            points.append(replace(point, objective=plan.objective or 0.0))
            plans.append(plan)
        return Curve(tuple(points), tuple(plans), self.is_least, self.is_end, _knee(points))

    def _middles(self) -> list[float]:
        """Return where to look next, the largest gap first."""
        points = [self.found[limit] for limit in sorted(self.found)]
        width = points[-1].limit - points[0].limit
        height = points[-1].objective - points[0].objective
        if width <= 0 or height <= 0:
            return []
        sizes = []
        for left, right in pairwise(points):
            size = (right.limit - left.limit) / width * (right.objective - left.objective) / height
            middle = _round_between(left.limit, right.limit)
            if size > FINE and left.limit < middle < right.limit:
                sizes.append((-size, middle))
        return [middle for _, middle in sorted(sizes)]

    def _solve(self, limits: list[float]) -> None:
        answers = self._asked([Moving(limit=limit) for limit in limits])
        for limit, answer in zip(limits, answers, strict=True):
            if answer.objective is not None and answer.choice is not None:
                objective, bound = answer.objective, answer.bound
                self.found[limit] = Point(limit, objective, bound, answer.known, answer.choice)

    def _asked(self, shapes: Iterable[Moving], gap: float | None = None) -> list[Answer]:
        instance = self.study.instance
        return self.study.ask([Question(instance, one, True, gap) for one in shapes])

    def _share(self, choice: Choice) -> float:
        """Return the largest share of customers that a plan moves in a period."""
        return float(moved_share(self.study.instance.numbers, choice.first_contacts).max())


def _round_between(low: float, high: float) -> float:
    """Return a limit in the middle, in tenths of a percentage point where there is room."""
    middle = (low + high) / 2
    short = round(middle, 3)
    return short if low < short < high else round(middle, 6)


def _knee(points: list[Point]) -> int | None:
    """Return the point furthest above the line between the ends."""
    pairs = [(point.objective, -point.limit) for point in reversed(points)]
    if len(pairs) < 3:
        return None
    space = Space((pairs[-1][0], pairs[0][1]), (pairs[0][0], pairs[-1][1]))
    if space.range[0] <= 0 or space.range[1] <= 0:
        return None
    found = knee(pairs, space)
    return None if found is None else len(points) - 1 - found
