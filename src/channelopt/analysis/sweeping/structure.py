"""Structure of plans along the axes of a sweep: where channels and upgrades change."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from channelopt.analysis.sweeping.axes import VARIATION, point
from channelopt.analysis.sweeping.point import Axis, Grid, Point, Solved
from channelopt.plan.table import Cell

FLAT = 1e-9
"""A smaller difference of profit, relative to the profit, is none."""

Structure = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] | None
"""Open channels and owned upgrades, each with its period; None: proven to have no plan."""


@dataclass(frozen=True)
class Spot:
    """A point and what is known of it."""

    point: Point
    solved: Solved

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan that passed its check."""
        return self.solved.objective is not None and self.solved.status in {"optimal", "feasible"}

    @property
    def is_told(self) -> bool:
        """Whether its structure is known: a plan, or the proof that there is none."""
        return self.has_plan or self.solved.status == "infeasible"

    @property
    def is_proven(self) -> bool:
        """Whether it is proven what the best plan is worth, or that there is none."""
        return self.solved.status in {"optimal", "infeasible"}

    @property
    def structure(self) -> Structure:
        """What is open and owned when."""
        return (self.solved.open, self.solved.owned) if self.has_plan else None

    @property
    def doubt(self) -> float:
        """How much more than its objective the best plan may be worth."""
        bound, objective = self.solved.bound, self.solved.objective
        if bound is None or objective is None:
            return 0.0 if self.solved.status == "infeasible" else float("inf")
        return max(0.0, bound - objective)


@dataclass(frozen=True)
class Pair:
    """Two neighbours along an axis; all other axes have the same values.

    Attributes:
        axis: its position in the grid.
        low: the neighbour that comes first.
        high: the other one.
    """

    axis: int
    low: Spot
    high: Spot

    @property
    def differs(self) -> bool:
        """Whether the plan changes structurally between them."""
        return self.low.structure != self.high.structure

    @property
    def values(self) -> tuple[Cell, Cell]:
        """What the axis is at both."""
        return self.low.point.values[self.axis], self.high.point.values[self.axis]

    @property
    def width(self) -> Fraction | None:
        """Difference of both values, None where they are no numbers."""
        low, high = (exact(value) for value in self.values)
        return None if low is None or high is None else high - low

    @property
    def gain(self) -> float | None:
        """Profit of the second minus that of the first, None where one has no plan."""
        low, high = self.low, self.high
        if low.solved.objective is None or high.solved.objective is None:
            return None
        return high.solved.objective - low.solved.objective if self._both else None

    @property
    def is_flat(self) -> bool:
        """Whether the profit is the same at both, as far as it is proven."""
        gain = self.gain
        size = max(abs(self.low.solved.objective or 0.0), abs(self.high.solved.objective or 0.0))
        return gain is not None and abs(gain) <= max(FLAT * size, self.low.doubt + self.high.doubt)

    @property
    def _both(self) -> bool:
        return self.low.has_plan and self.high.has_plan


@lru_cache(maxsize=None, typed=True)  # true is not 1
def exact(value: Cell) -> Fraction | None:
    """Return a number as its shortest decimal text says it, None for what is none."""
    return Fraction(repr(value)) if _is_number(value) else None


def _is_number(value: Cell) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_numeric(axis: Axis) -> bool:
    """Whether all values of an axis are numbers, so that it has an order and a length."""
    return all(map(_is_number, axis.values))


def pairs(grid: Grid, spots: Iterable[Spot], along: Mapping[int, int]) -> tuple[Pair, ...]:
    """Return all neighbours whose structure is known, by axis, then in the order of the grid.

    Numbers are neighbours by size, variations of the base each, other values as they are listed.
    Points without a known structure are passed over.

    Args:
        grid: the sweep; rows have no neighbours.
        spots: its points.
        along: the axis of each point that a refinement added: along others it has no neighbours.
    """
    if not grid.crossed:
        return ()
    told = [spot for spot in spots if spot.is_told]
    found: list[Pair] = []
    for position, axis in enumerate(grid.axes):
        on_axis = [spot for spot in told if along.get(spot.point.number, position) == position]
        for line in _lines(on_axis, position):
            found += [Pair(position, low, high) for low, high in _neighbours(axis, position, line)]
    return tuple(found)


def _lines(spots: Sequence[Spot], position: int) -> Iterator[list[Spot]]:
    """Yield the points that differ along one axis only, lines in the order of the grid."""
    lines: dict[tuple[tuple[bool, Cell], ...], list[Spot]] = {}
    for spot in spots:
        values = spot.point.values
        others = (*values[:position], *values[position + 1 :])
        lines.setdefault(tuple((isinstance(v, bool), v) for v in others), []).append(spot)
    yield from lines.values()


def _neighbours(axis: Axis, position: int, line: list[Spot]) -> Iterable[tuple[Spot, Spot]]:
    if axis.name == VARIATION:
        base = [spot for spot in line if spot.point.values[position] is None]
        return [(base[0], spot) for spot in line if spot is not base[0]] if base else []
    if is_numeric(axis):
        line = sorted(line, key=lambda spot: exact(spot.point.values[position]) or 0)
    return itertools.pairwise(line)


def structures(spots: Iterable[Spot]) -> dict[Structure, str]:
    """Return the id of each distinct structure of a plan: P1, P2 ... as they come."""
    found: dict[Structure, str] = {}
    for spot in spots:
        if spot.has_plan:
            found.setdefault(spot.structure, f"P{len(found) + 1}")
    return found


def halved(grid: Grid, found: Iterable[Pair], tolerance: float) -> list[tuple[Point, int]]:
    """Return the middles of the intervals in which the plan changes and that are too wide.

    Args:
        grid: the sweep.
        found: its neighbours.
        tolerance: width that is narrow enough, as a share of the whole axis.

    Returns:
        Each new point, as yet without a number, with the position of its axis.
    """
    wanted: list[tuple[Point, int]] = []
    narrow = [Fraction(tolerance) * _length(axis) for axis in grid.axes]
    for pair in found:
        width = pair.width if pair.differs and is_numeric(grid.axes[pair.axis]) else None
        if width is None or width <= narrow[pair.axis]:
            continue
        middle = _middle(*pair.values)
        if middle is not None:
            values = list(pair.low.point.values)
            values[pair.axis] = middle
            wanted.append((point(0, grid.axes, values), pair.axis))
    return wanted


def _length(axis: Axis) -> Fraction:
    """Return the distance of the ends of an axis, 0 where its values are no numbers."""
    numbers = [number for value in axis.values if (number := exact(value)) is not None]
    return max(numbers, default=Fraction(0)) - min(numbers, default=Fraction(0))


def _middle(low: Cell, high: Cell) -> Cell:
    """Return what lies between two numbers, a whole number where one lies between whole ones."""
    a, b = exact(low), exact(high)
    if a is None or b is None:
        return None
    middle = (a + b) / 2
    if a.denominator == b.denominator == 1 and b - a >= 2:
        return int(middle.__floor__())
    value = float(middle)
    is_between = a < Fraction(repr(value)) < b
    return (int(value) if value.is_integer() else value) if is_between else None


def gone_and_come(
    before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return what only the first and what only the second has, sorted."""
    one, two = set(before), set(after)
    return sorted(one - two), sorted(two - one)
