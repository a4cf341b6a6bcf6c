"""Rows that conflict: proven by HiGHS on the whole program, alone and one less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy

from channelopt.priced.aims import Aims
from channelopt.priced.answer import Conflict
from channelopt.priced.conflicts import conflict
from channelopt.priced.engine import assign
from channelopt.priced.memory import Held
from channelopt.priced.units import Task
from tests.priced.drawing import Shape, cut, random_task, reordered, take
from tests.priced.reference import everybody, possible, solve


def harder(task: Task, seed: int) -> Task:
    """Sides moved so that most tasks have no list any more."""
    rng = np.random.default_rng(seed)
    rows = task.rows
    factor = rng.uniform(0.2, 1.0, rows.count)
    upper = np.where(np.isfinite(rows.upper), rows.upper * factor, np.inf)
    lower = np.where(np.isfinite(rows.lower), rows.lower / factor, -np.inf)
    return replace(task, rows=replace(rows, lower=np.minimum(lower, upper), upper=upper))


@pytest.mark.parametrize("seed", range(40))
def test_the_rows_conflict_alone_and_none_can_be_left_out(seed: int) -> None:
    shape = Shape(units=8, rows=6, whole=seed % 2 == 0, others=seed % 3, each=seed % 2)
    task = harder(random_task(seed, shape), seed)
    found = conflict(task, solve, Aims())
    if found is None:
        assert possible(task, range(task.rows.count), whole=False)
        return
    rows = found.rows.tolist()
    assert not found.whole
    assert not possible(task, rows, whole=False)
    for row in rows:
        assert possible(task, [r for r in rows if r != row], whole=False)
    assert found.short.shape == found.rows.shape
    assert np.abs(found.short).max() > 0
    assert possible(widened(task, found), rows, whole=False)


def widened(task: Task, found: Conflict) -> Task:
    """The task with the sides of a conflict set to what it says that they miss, and a trace."""
    lower, upper = task.rows.lower.copy(), task.rows.upper.copy()
    lower[found.rows] -= np.maximum(found.short, 0.0) + 1e-6
    upper[found.rows] += np.maximum(-found.short, 0.0) + 1e-6
    return replace(task, rows=replace(task.rows, lower=lower, upper=upper))


def shared(units: int, lower: float, upper: float, use: float = 1.0) -> Task:
    """Equal units that may use a row or not; the same row twice, once at least, once at most."""
    shape = Shape(units=units, kinds=1, options=2, weights=1, each=0, rows=2, others=0)
    task = random_task(0, shape)
    rows = replace(
        task.rows,
        names=("at least", "at most"),
        uses=scipy.sparse.csr_array(np.array([[0.0, use], [0.0, use]])),
        lower=np.array([lower, -np.inf]),
        upper=np.array([np.inf, upper]),
    )
    tables = replace(task.tables, allowed=np.ones((1, 2), dtype=np.bool_))
    block = replace(everybody(task), barred=None)
    return Task(tables, rows, Held((block,)))


def test_a_miss_of_one_unit_in_many_is_seen() -> None:
    found = conflict(shared(20_000, 12_001.0, 12_000.0), solve, Aims())
    assert found is not None
    assert found.rows.tolist() == [0, 1]
    assert np.abs(found.short).sum() == pytest.approx(1.0)
    assert not found.whole
    assert conflict(shared(20_000, 12_000.0, 12_000.0), solve, Aims()) is None


def test_a_single_row_can_ask_for_too_much() -> None:
    found = conflict(shared(100, 101.0, 1000.0), solve, Aims())
    assert found is not None
    assert found.rows.tolist() == [0]
    assert found.short.tolist() == pytest.approx([1.0])


def test_whole_units_alone_can_conflict() -> None:
    """Between 4 and 5 contacts, three for each customer: only half a customer would do."""
    task = shared(7, 4.0, 5.0, use=3.0)
    assert possible(task, [0, 1], whole=False)
    assert conflict(task, solve, Aims()) is None
    found = assign(task, solve, Aims()).conflict
    assert found is not None
    assert found.whole
    assert found.rows.tolist() == [0, 1]
    assert np.abs(found.short).sum() == pytest.approx(1.0)


def test_sides_that_cross_conflict_alone() -> None:
    task = shared(5, 3.0, 4.0)
    rows = replace(task.rows, upper=np.array([1.0, 4.0]))
    found = conflict(replace(task, rows=rows), solve, Aims())
    assert found is not None
    assert found.rows.tolist() == [0]
    assert found.short.tolist() == [2.0]


def test_the_order_of_units_and_rows_changes_nothing() -> None:
    for seed in range(6):
        task = harder(random_task(seed, Shape(units=30, rows=6)), seed)
        turned = np.random.default_rng(seed).permutation(6)
        rows = task.rows
        other = reordered(rows, turned)
        block = everybody(task)
        order = np.random.default_rng(seed).permutation(len(block))
        moved = cut(Task(task.tables, other, Held((take(block, order),))), 3)
        one, two = conflict(task, solve, Aims()), conflict(moved, solve, Aims())
        assert (one is None) == (two is None)
        if one is None or two is None:
            continue
        names = [rows.names[row] for row in one.rows]
        assert sorted(names) == sorted(other.names[row] for row in two.rows)
        mine = dict(zip(names, one.short, strict=True))
        theirs = {other.names[row]: s for row, s in zip(two.rows, two.short, strict=True)}
        assert mine == pytest.approx(theirs, rel=1e-6, abs=1e-6)
