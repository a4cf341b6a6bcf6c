"""Curves of any shape: the program's value is the curve's value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channelopt.algebra.expr import Param
from channelopt.algebra.index import Sets
from channelopt.algebra.piecewise import HAIR, Pieces, curve
from channelopt.algebra.program import Program
from channelopt.backends.base import Limits, Reason
from channelopt.backends.highs import Highs

SETS = Sets({"s": ("s0", "s1")})

points = st.lists(st.integers(0, 10), min_size=2, max_size=6, unique=True).map(sorted)


def value_of(at: list[np.ndarray], heights: list[np.ndarray], where: list[float]) -> list[float]:
    """Largest value the program gives two curves at fixed arguments."""
    program = Program(SETS)
    index = SETS.all("s")
    x = program.variable("x", index, lower=-1, upper=2)
    pieces = [Pieces.on_range(a, h, -1.0, 2.0) for a, h in zip(at, heights, strict=True)]
    kept = curve(program, "curve", x, pieces)
    program.require("here", x.equals(Param(index, np.array(where))))
    program.earn("kept", kept)
    problem, _ = program.compile()
    outcome = Highs().solve(problem, Limits(gap=1e-9))
    assert outcome.termination.reason is Reason.OPTIMAL
    assert outcome.x is not None
    return [float(v) for v in kept.value(outcome.x)]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_program_gives_the_height_of_the_curve(data: st.DataObject) -> None:
    at, heights, where, expected = [], [], [], []
    for _ in range(2):
        xs = np.array(data.draw(points)) / 10
        ys = (
            np.array(data.draw(st.lists(st.integers(0, 10), min_size=len(xs), max_size=len(xs))))
            / 10
        )
        here = data.draw(st.integers(-10, 20)) / 10
        at.append(xs)
        heights.append(ys)
        where.append(here)
        expected.append(float(np.interp(here, xs, ys)))
    assert value_of(at, heights, where) == pytest.approx(expected, abs=1e-6)


def test_a_concave_curve_needs_no_binary_and_a_convex_one_does() -> None:
    for heights, binaries in (([0.0, 0.8, 1.0], 0), ([0.0, 0.2, 1.0], 1)):
        program = Program(SETS)
        x = program.variable("x", SETS.all("s"), upper=1.0)
        pieces = Pieces.on_range(np.array([0.0, 0.5, 1.0]), np.array(heights), 0.0, 1.0)
        curve(program, "curve", x, [pieces, pieces])
        problem, _ = program.compile()
        assert problem.integer.sum() == 2 * binaries


def test_points_on_a_straight_line_are_dropped() -> None:
    pieces = Pieces.on_range(np.array([0.0, 0.25, 0.5, 1.0]), np.array([0, 0.25, 0.5, 0.6]), 0, 1)
    assert pieces.at.tolist() == [-HAIR, 0.5, 1.0 + HAIR]
    assert pieces.values == pytest.approx([-HAIR, 0.5, 0.6 + 0.2 * HAIR])


@pytest.mark.parametrize("off", [0.0, 1e-12, 5e-7, -5e-7])
def test_no_piece_is_too_short_for_a_solver(off: float) -> None:
    at, heights = np.array([0.2, 0.5, 0.8]), np.array([0.1, 0.9, 0.2])
    pieces = Pieces.on_range(at, heights, 0.5 - off, 0.8 + off)
    assert pieces.lengths.tolist() == pytest.approx([0.3], abs=1e-4)
    inside = np.linspace(0.5, 0.8, 7)
    assert np.interp(inside, pieces.at, pieces.values) == pytest.approx(
        np.interp(inside, at, heights), abs=5e-6
    )


def test_a_range_of_one_point_keeps_its_value() -> None:
    pieces = Pieces.on_range(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0.4, 0.4)
    assert np.interp(0.4, pieces.at, pieces.values) == pytest.approx(0.4)
    assert pieces.slopes.tolist() == [0.0]
