"""Order of a sweep: which points come first, and from whose plans each begins.

Both follow from the grid alone, so that results do not depend on who ends first. Along an axis the
ends come first, then the middle, then the middles of what is left: every point but the first has
a plan near by to begin with, and points that do not wait for each other can be solved side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from channelopt.analysis.sweeping.point import Grid
from channelopt.plan.table import Cell

Key = tuple[bool, Cell]
Cells = tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """A point in the order.

    Attributes:
        at: its position in the grid.
        parents: positions in the grid of the points that it begins from, the nearest first; they
            stand before it in the order.
    """

    at: int
    parents: tuple[int, ...]


def ordered(grid: Grid) -> tuple[Place, ...]:
    """Return the points of a grid in the order in which they are begun.

    A list of rows is begun in its own order, every row from the plan of the first.
    """
    count = len(grid.points)
    if not grid.crossed:
        return tuple(Place(at, (0,) if at else ()) for at in range(count))
    return _Lattice(grid).places()


class _Lattice:
    """Points by their places along each axis."""

    def __init__(self, grid: Grid) -> None:
        ranks = [
            _ranks((*axis.values, *(point.values[k] for point in grid.points)))
            for k, axis in enumerate(grid.axes)
        ]
        self.levels = [_levels(len(rank)) for rank in ranks]
        self.cells: list[Cells] = [
            tuple(rank[_key(value)] for rank, value in zip(ranks, point.values, strict=True))
            for point in grid.points
        ]
        self.at = {cell: at for at, cell in reversed(list(enumerate(self.cells)))}

    def places(self) -> tuple[Place, ...]:
        """Return the points by level, each with its parents."""
        order = sorted(range(len(self.cells)), key=lambda at: (self._level(self.cells[at]), at))
        first = order[:1]
        return tuple(
            Place(at, self._parents(at) or (tuple(first) if at not in first else ()))
            for at in order
        )

    def _level(self, cell: Cells) -> int:
        return sum(levels[place] for levels, place in zip(self.levels, cell, strict=True))

    def _parents(self, at: int) -> tuple[int, ...]:
        """Return the nearest points of earlier levels on both sides along each axis."""
        cell = self.cells[at]
        found = [
            (abs(steps), axis, steps, parent)
            for axis in range(len(cell))
            for steps, parent in self._sides(cell, axis)
        ]
        return tuple(parent for *_, parent in sorted(found))

    def _sides(self, cell: Cells, axis: int) -> list[tuple[int, int]]:
        place, levels = cell[axis], self.levels[axis]
        sides = (range(place - 1, -1, -1), range(place + 1, len(levels)))
        found = []
        for side in sides:
            for other in side:
                parent = self.at.get((*cell[:axis], other, *cell[axis + 1 :]))
                if parent is not None and levels[other] < levels[place]:
                    found.append((other - place, parent))
                    break
        return found


def _key(value: Cell) -> Key:
    return isinstance(value, bool), value


def _ranks(values: Sequence[Cell]) -> dict[Key, int]:
    """Return the places of values along their axis: numbers by size, others as they are listed."""
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    sequence = sorted(numbers) if len(numbers) == len(values) else values
    return {key: place for place, key in enumerate(dict.fromkeys(map(_key, sequence)))}


def _levels(count: int) -> list[int]:
    """Return the level of each place: the ends, then middles of ever smaller intervals."""
    levels = [0] * count
    if count > 1:
        levels[-1] = 1
    intervals, level = [(0, count - 1)], 1
    while intervals:
        level += 1
        halves = []
        for low, high in intervals:
            middle = (low + high) // 2
            if middle > low:
                levels[middle] = level
                halves.append(((low, middle), (middle, high)))
        intervals = list(chain.from_iterable(halves))
    return levels
