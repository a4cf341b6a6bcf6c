"""Boxes: where between two known points of a frontier unknown ones may still lie.

Both values of a point are the more the better. Between two neighbours, `left` with more of the
first value and `right` with more of the second, efficient points lie in a box; solving with a
floor on one value cuts it (Chankong and Haimes 1983, chapter 4; boxes after Hamacher, Pedersen and
Ruzika 2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Pair = tuple[float, float]

NEAR = 5e-4
"""Points nearer than this share of the frontier's range count as one."""
NOISE = 2e-6
"""So do points nearer than this share of max(1, |value|): solves stop at a gap."""


@dataclass(frozen=True)
class Space:
    """The range of both values between the ends of a frontier, and what counts as the same."""

    low: Pair
    high: Pair

    @property
    def range(self) -> Pair:
        """Distance between the ends in each value."""
        return self.high[0] - self.low[0], self.high[1] - self.low[1]

    @property
    def sizes(self) -> Pair:
        """max(1, |value|) of each value at most."""
        first, second = (
            max(1.0, abs(low), abs(high)) for low, high in zip(self.low, self.high, strict=True)
        )
        return first, second

    @property
    def near(self) -> Pair:
        """Distance in each value within which points are the same."""
        sizes = [
            max(1.0, abs(low), abs(high)) for low, high in zip(self.low, self.high, strict=True)
        ]
        first, second = (
            max(NEAR * width, NOISE * size) for width, size in zip(self.range, sizes, strict=True)
        )
        return first, second

    @property
    def is_point(self) -> bool:
        """Whether both ends are one point: nothing has to be given up for anything."""
        return any(width <= near for width, near in zip(self.range, self.near, strict=True))

    def same(self, one: Pair, other: Pair) -> bool:
        """Whether two points count as one."""
        near = self.near
        return all(abs(one[k] - other[k]) <= near[k] for k in (0, 1))

    @property
    def blur(self) -> float:
        """How far solving to a gap may move a scaled point."""
        sizes = [
            max(1.0, abs(low), abs(high)) for low, high in zip(self.low, self.high, strict=True)
        ]
        moves = (
            NOISE * size / width for size, width in zip(sizes, self.range, strict=True) if width > 0
        )
        return max(NEAR / 10, *moves)

    def scaled(self, point: Pair) -> Pair:
        """Return a point with both values from 0 at the worse end to 1 at the better one."""
        first, second = (
            (value - low) / width if width > 0 else 0.0
            for value, low, width in zip(point, self.low, self.range, strict=True)
        )
        return first, second


@dataclass(frozen=True)
class Box:
    """Room for unknown efficient points between two known ones.

    Attributes:
        left: the neighbour with more of the first value.
        right: the neighbour with more of the second value.
        below: unknown points have less than this of each value.
        tried: a cut through the middle has found nothing in it.
    """

    left: Pair
    right: Pair
    below: Pair
    tried: bool = False

    def sides(self, space: Space) -> Pair:
        """Return its sides as shares of the range."""
        wide, high = self.below[0] - self.right[0], self.below[1] - self.left[1]
        return wide / space.range[0], high / space.range[1]

    def size(self, space: Space) -> float:
        """Return its longer side, 0 where nothing new fits between what counts as the same."""
        wide, high = self.sides(space)
        near = space.near
        if wide * space.range[0] <= 2 * near[0] or high * space.range[1] <= 2 * near[1]:
            return 0.0
        return max(wide, high)

    def axis(self, space: Space) -> int:
        """Return the value to put a floor on: that of the longer side."""
        wide, high = self.sides(space)
        return 0 if wide > high else 1

    def floors(self, space: Space, count: int) -> list[float]:
        """Return floors, lowest first, that cut the box evenly; of a tried one, at its edge."""
        axis = self.axis(space)
        bottom = (self.right, self.left)[axis][axis]
        if self.tried:
            return [bottom + space.near[axis]]
        height = self.below[axis] - bottom
        return [bottom + height * k / (count + 1) for k in range(1, count + 1)]


def cuts(boxes: Sequence[Box], space: Space, most: int, smallest: float) -> dict[int, int]:
    """Share out cuts so that the largest remaining piece becomes as small as it can.

    Args:
        boxes: all of them.
        space: what counts as near.
        most: cuts altogether.
        smallest: boxes of this size or less are not cut.

    Returns:
        Number of cuts by position of the box.
    """
    sizes = [box.size(space) for box in boxes]
    found: dict[int, int] = {}
    for _ in range(most):
        pieces = [
            0.0 if box.tried and k in found else size / (found.get(k, 0) + 1)
            for k, (box, size) in enumerate(zip(boxes, sizes, strict=True))
        ]
        largest = max(range(len(boxes)), key=lambda k: (pieces[k], -k), default=None)
        if largest is None or sizes[largest] <= smallest or pieces[largest] <= 0:
            break
        if found and pieces[largest] < max(sizes) / 4:
            break  # the next round will know better where to look
        found[largest] = found.get(largest, 0) + 1
    return found


def divided(box: Box, space: Space, floors: Sequence[float], found: Sequence[Pair]) -> list[Box]:
    """Return the boxes that remain of a box when the best point above each floor is known.

    Args:
        box: what was cut.
        space: what counts as near.
        floors: lowest first, all on `box.axis(space)`.
        found: for each floor the best point, as much of the other value as possible.
    """
    axis = box.axis(space)
    # from the neighbour with less of the limited value upwards
    start, end = (box.left, box.right) if axis == 1 else (box.right, box.left)
    nodes, ceilings = [start, *found, end], [*floors, box.below[axis]]
    other = 1 - axis
    result = []
    for node, after, ceiling in zip(nodes[:-1], nodes[1:], ceilings, strict=True):
        if space.same(node, after):
            continue
        below = [0.0, 0.0]
        below[axis] = min(ceiling, after[axis])
        below[other] = min(box.below[other], node[other])
        left, right = (node, after) if axis == 1 else (after, node)
        seen = space.same(node, start) and space.same(after, end)
        result.append(Box(left, right, (below[0], below[1]), tried=seen))
    return result


def efficient(points: Sequence[Pair], space: Space) -> list[int]:
    """Return the positions of the points that no other one beats, most of the first value first."""
    near = space.near
    kept: list[int] = []
    for k in sorted(range(len(points)), key=lambda k: points[k], reverse=True):
        beaten = any(
            all(points[j][v] >= points[k][v] - near[v] * 1e-2 for v in (0, 1))
            and any(points[j][v] > points[k][v] + near[v] for v in (0, 1))
            for j in range(len(points))
        )
        twice = any(space.same(points[j], points[k]) for j in kept)
        if not beaten and not twice:
            kept.append(k)
    return kept


def supported(points: Sequence[Pair], space: Space) -> list[bool]:
    """Return whether each point, most of the first value first, is on the upper convex hull.

    Where it is not, no weighting of the two values would ever choose it.
    """
    scaled = [space.scaled(point) for point in points]
    hull: list[int] = []
    for k, point in enumerate(scaled):
        while len(hull) > 1 and _above(scaled[hull[-2]], point, scaled[hull[-1]]) < -space.blur:
            hull.pop()
        hull.append(k)
    return [k in hull for k in range(len(points))]


def knee(points: Sequence[Pair], space: Space) -> int | None:
    """Return the point furthest above the line between the ends; None where none is above it."""
    if len(points) < 3:
        return None
    scaled = [space.scaled(point) for point in points]
    heights = [_above(scaled[0], scaled[-1], point) for point in scaled]
    best = max(range(len(points)), key=lambda k: (heights[k], -k))
    return best if heights[best] > NEAR else None


def _above(left: Pair, right: Pair, point: Pair) -> float:
    """Distance of a point above the line from left (more of the first value) to right."""
    along = right[0] - left[0], right[1] - left[1]
    to = point[0] - left[0], point[1] - left[1]
    length = (along[0] ** 2 + along[1] ** 2) ** 0.5
    return (along[1] * to[0] - along[0] * to[1]) / length if length > 0 else 0.0
