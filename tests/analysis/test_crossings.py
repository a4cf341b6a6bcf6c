"""Crossings of made-up optima: found, proven on both sides, in few steps, and not beyond doubt."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from channelopt.analysis.study import Answer
from channelopt.analysis.varied.crossings import Crossing, Reference

Line = Callable[[float], float]
TOLERANCE = 1e-3


class Falling:
    """A plan that is of no use for guessing: it loses everything at once."""

    def __init__(self, worth: float) -> None:
        self.worth = worth

    def value(self, x: Any) -> float:
        return self.worth - 1e6 * (float(x) - 1.0)

    def breaks(self, x: Any) -> tuple[str, ...]:
        return ()


def crossing(far: float, breaks: Line | None = None) -> Crossing:
    def broken(x: float) -> tuple[str, ...]:
        return ("rule",) if breaks is not None and breaks(x) > 0 else ()

    place: Any = float
    return Crossing(place, Reference(lambda _: 0.0, broken, 1e-9), (1.0, far), TOLERANCE)


def solved(one: Crossing, optimum: Line) -> int:
    steps = 0
    while (x := one.propose()) is not None:
        steps += 1
        one.hear(x, Answer(optimum(x), optimum(x), proven=True))
    return steps


def kinked(x: float) -> float:
    return max(0.0, 5 - x, 3 - 0.5 * x, 1 - 0.1 * x)


@pytest.mark.parametrize(
    ("optimum", "at", "most"),
    [
        (lambda x: max(0.0, (x - 7) * 3, (x - 20) * 9), 7.0, 8),
        (lambda x: 1.0 if x > 3.3 else 0.0, 3.3, 18),
        (lambda x: max(0.0, x - 7) ** 2, 7.0, 30),
    ],
)
def test_where_something_better_begins(optimum: Line, at: float, most: int) -> None:
    one = crossing(60.0)
    assert solved(one, optimum) <= most
    assert one.state == "found"
    assert one.beyond is not None
    assert one.near <= at * (1 + TOLERANCE)
    assert optimum(one.near) <= 1e-9 < optimum(one.beyond)
    assert one.beyond - one.near <= 1.01 * TOLERANCE * at


@pytest.mark.parametrize(
    ("optimum", "at"),
    [(kinked, 10.0), (lambda x: max(0.0, math.exp(-x) - math.exp(-5)), 5.0)],
)
def test_where_it_is_better_no_more(optimum: Line, at: float) -> None:
    plan: Any = Falling(optimum(1.0))
    one = crossing(60.0).starting_above(plan)
    assert solved(one, optimum) <= 12
    assert one.beyond is not None
    assert optimum(one.beyond) <= 1e-9 < optimum(one.near)
    assert one.near == pytest.approx(at, rel=2 * TOLERANCE)


def test_nowhere() -> None:
    one = crossing(60.0)
    assert solved(one, lambda _: 0.0) == 1
    assert (one.state, one.near, one.beyond) == ("none", 60.0, None)


def test_half_way_finds_what_comes_and_goes() -> None:
    """Better between 20 and 40 only: the far end alone would not show it."""
    one = crossing(60.0)
    one.is_bent = True
    solved(one, lambda x: 1.0 if 20 < x < 40 else 0.0)
    assert one.state == "found"
    assert one.near == pytest.approx(20, rel=2 * TOLERANCE)


def test_a_reference_that_breaks_a_rule_is_no_plan() -> None:
    one = crossing(60.0, lambda x: x - 9)
    solved(one, lambda _: 0.0)
    assert one.near == pytest.approx(9, rel=2 * TOLERANCE)
    assert one.cause == "the plan breaks rule"


def test_infeasible_and_unknown() -> None:
    one = crossing(60.0)
    one.hear(60.0, Answer(None, None, infeasible=True))
    assert (one.beyond, one.cause, one.state) == (60.0, "no plan is left", "open")
    one.hear(30.0, Answer(0.0, 5.0))
    assert (one.state, one.near, one.beyond) == ("stopped", 1.0, 60.0)
