"""Boxes between points of a frontier: with an oracle on a set of points, all are found."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from channelopt.analysis.tradeoffs.boxes import (
    Box,
    Pair,
    Space,
    cuts,
    divided,
    efficient,
    knee,
    supported,
)

UNIT = Space((0.0, 0.0), (1.0, 1.0))


def not_beaten(points: list[Pair]) -> list[Pair]:
    """Slowly: points of which no other one is at least as good in both values."""
    return sorted(
        {p for p in points if not any(q != p and q[0] >= p[0] and q[1] >= p[1] for q in points)},
        reverse=True,
    )


def traced(points: list[Pair], most: int) -> tuple[list[Pair], bool, int]:
    """Trace a frontier of known points: what was found, whether it is complete, questions."""

    def oracle(axis: int, floor: float) -> Pair:
        reach = [p for p in points if p[axis] >= floor]
        return max(reach, key=lambda p: (p[1 - axis], p[axis]))

    left = max(points)
    right = max(points, key=lambda p: (p[1], p[0]))
    space = Space((right[0], left[1]), (left[0], right[1]))
    found, asked = [left, right], 0
    boxes = [] if space.is_point else [Box(left, right, (left[0], right[1]))]
    while counts := cuts(boxes, space, min(4, most - asked), 0.0):
        for k in sorted(counts, reverse=True):
            box = boxes.pop(k)
            floors = box.floors(space, counts[k])
            answers = [oracle(box.axis(space), floor) for floor in floors]
            asked += len(floors)
            found += answers
            boxes += divided(box, space, floors, answers)
        assert asked <= most
    kept = [found[k] for k in efficient(found, space)]
    return kept, not any(box.size(space) > 0 for box in boxes), asked


@pytest.mark.parametrize("seed", range(60))
def test_every_efficient_point_of_a_grid_is_found(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    size = random.choice([3, 8, 40])
    points = [(float(random.randrange(30)), float(random.randrange(30))) for _ in range(size)]
    kept, complete, asked = traced(points, 400)
    assert complete
    assert kept == not_beaten(points)
    assert asked <= 4 * len(kept) + 4


@pytest.mark.parametrize("seed", range(20))
def test_what_is_found_early_is_never_beaten(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    points = [(random.random(), random.random()) for _ in range(300)]
    kept, _, asked = traced(points, 6)
    assert asked <= 6
    assert set(kept) <= set(not_beaten(points))


def test_a_smooth_frontier_is_spaced_evenly() -> None:
    curve = [(k / 5000, (1 - (k / 5000) ** 2) ** 0.5) for k in range(5001)]
    kept, _, _ = traced(curve, 14)
    steps = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pairwise(kept)]
    assert len(kept) == 16
    assert max(steps) < 4 * min(steps)


def test_points_below_the_hull_are_not_supported() -> None:
    points = [(1.0, 0.0), (0.4, 0.3), (0.3, 0.8), (0.0, 1.0)]
    assert supported(points, UNIT) == [True, False, True, True]


def test_points_on_a_line_are_supported() -> None:
    assert supported([(1.0, 0.0), (0.5, 0.5), (0.25, 0.75), (0.0, 1.0)], UNIT) == [True] * 4


def test_the_knee_is_furthest_above_the_line() -> None:
    assert knee([(1.0, 0.0), (0.9, 0.6), (0.7, 0.9), (0.0, 1.0)], UNIT) == 2
    assert knee([(1.0, 0.0), (0.4, 0.4), (0.0, 1.0)], UNIT) is None
    assert knee([(1.0, 0.0), (0.0, 1.0)], UNIT) is None


def test_beaten_points_and_repeated_ones_are_left_out() -> None:
    points = [(0.0, 1.0), (1.0, 0.0), (0.5, 0.0), (1.0, 0.0), (0.5, 0.5)]
    assert [points[k] for k in efficient(points, UNIT)] == [(1.0, 0.0), (0.5, 0.5), (0.0, 1.0)]
