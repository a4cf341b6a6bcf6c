"""Gain against one row: every point is the list of its side, prices are its slope."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy

from channelopt.priced.aims import Aims
from channelopt.priced.curve import Point, Tools, curve, moved_to, moves, side_of, spread
from channelopt.priced.engine import assign
from channelopt.priced.units import Task
from tests.priced.drawing import Shape, random_task
from tests.priced.reference import best, solve
from tests.priced.replaying import replayed

AIMS = Aims(gap=1e-6, patience=5.0)


def capacity(units: int, seed: int = 0) -> Task:
    """One row at most, of half of what the best list would use; doing nothing uses nothing."""
    task = random_task(seed, Shape(units=units, rows=1, each=0, others=0, barred=False))
    uses = task.rows.uses.toarray().reshape(task.tables.shape)
    uses[:, :, 0] = 0.0
    rows = replace(
        task.rows,
        uses=scipy.sparse.csr_array(uses.reshape(1, -1)),
        lower=np.array([-np.inf]),
        upper=np.array([np.inf]),
    )
    free = assign(replace(task, rows=rows), solve, AIMS)
    return replace(task, rows=replace(rows, upper=0.5 * free.used))


def test_points_are_the_optima_of_their_sides_and_rise() -> None:
    task = capacity(25)
    base = assign(task, solve, AIMS)
    side = float(task.rows.upper[0])
    sides = [1.3 * side, 0.2 * side, side, 0.6 * side, 0.6 * side]
    told: list[Point] = []
    found = curve(task, base, 0, sides, Tools(solve, AIMS, each=told.append))
    assert [point.at for point in found] == sorted(set(sides))
    assert sorted(told, key=lambda point: point.at) == list(found)
    for point in found:
        there = moved_to(task, 0, point.at, "upper")
        exact = best(there).objective
        assert exact is not None
        assert point.answer.value <= exact * (1 + 1e-9)
        assert exact <= point.answer.bound * (1 + 1e-9)
        assert replayed(there, point.answer).feasible
        assert point.used <= point.at * (1 + 1e-9)
    values = [point.answer.value for point in found]
    assert values == sorted(values)
    same = next(point for point in found if point.at == side)
    assert same.answer.value == pytest.approx(base.value, rel=1e-6)


def test_prices_are_slopes_of_the_bound() -> None:
    task = capacity(500, seed=3)
    base = assign(task, solve, AIMS)
    side = float(task.rows.upper[0])
    found = curve(task, base, 0, [0.98 * side, side, 1.02 * side], Tools(solve, AIMS))
    low, middle, high = found
    rise = middle.answer.price_bound - low.answer.price_bound
    assert middle.price * 0.98 * 0.02 * side <= rise + 1e-6 * abs(middle.answer.value)
    assert low.price >= middle.price >= high.price >= 0


def test_an_impossible_side_is_a_point_without_a_list() -> None:
    task = random_task(4, Shape(units=10, rows=2, others=0, each=0))
    base = assign(task, solve, AIMS)
    (point,) = curve(task, base, 0, [-1e6], Tools(solve, AIMS, side="upper"))
    assert point.answer.status == "infeasible"
    assert point.answer.conflict is not None
    assert point.moved is None
    assert np.isnan(point.used)


def test_moves_are_counted_and_sides_are_spread() -> None:
    task = capacity(40, seed=7)
    base = assign(task, solve, AIMS)
    assert base.rule is not None
    assert moves(task, base.rule, base.rule) == 0
    sides = spread(task.rows, 0, base, 5)
    assert float(task.rows.upper[0]) in sides
    assert len(sides) == 5
    assert side_of(task.rows, 0) == "upper"


@pytest.mark.slow
def test_starting_at_the_last_prices_is_no_other_list() -> None:
    task = capacity(800, seed=9)
    base = assign(task, solve, AIMS)
    there = moved_to(task, 0, 0.9 * float(task.rows.upper[0]), "upper")
    cold, warm = assign(there, solve, AIMS), assign(there, solve, AIMS, base.prices)
    assert warm.value == pytest.approx(cold.value, rel=2e-6)
    assert warm.effort.passes <= cold.effort.passes
